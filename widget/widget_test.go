package widget

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"regexp"
	"slices"
	"testing"
)

func TestFiles(t *testing.T) {
	names, err := fs.Glob(Files(), "*")
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"admin.js", "chat.js", "console.js", "doctor.js", "host.js", "hours.js", "kinds.js", "loader.js", "tools.js", "transcript.js", "upload.js"}; !slices.Equal(names, want) {
		t.Errorf("served are %v, want %v", names, want)
	}
	t.Run("a host's page loads less than 3 KB", func(t *testing.T) {
		loader, err := fs.ReadFile(Files(), "loader.js")
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = w.Write(loader)
		_ = w.Close()
		if b.Len() > 3<<10 {
			t.Errorf("it is %d bytes", b.Len())
		}
	})
	t.Run("nothing is left to be asked for, nothing writes markup", func(t *testing.T) {
		// Where there is a host; for more than text; where somebody comes near a message; where she attaches something, or looks at it.
		later := map[string][]string{"chat.js": {"host", "hours", "kinds", "tools", "transcript", "upload"}, "console.js": {"kinds", "upload"}}
		for _, name := range names {
			script, err := fs.ReadFile(Files(), name)
			if err != nil {
				t.Fatal(err)
			}
			for _, module := range later[name] {
				once := []byte(`import("./` + module + `.js")`)
				if !bytes.Contains(script, once) {
					t.Errorf("%s never asks for %s", name, once)
				}
				script = bytes.ReplaceAll(script, once, nil)
			}
			if newer := regexp.MustCompile(`\?\.[A-Za-z_$(\[]|\?\?|[.\s{;,]#[a-zA-Z]+[=(.]|import\.meta|catch\{|\d_\d|\|\|=`).Find(script); newer != nil {
				t.Errorf("%s has %q, which ES2018 has not", name, newer)
			}
			for _, never := range []string{"from\"./", "from './", "import(", "innerHTML", "outerHTML", "insertAdjacentHTML", "eval("} {
				if bytes.Contains(script, []byte(never)) {
					t.Errorf("%s contains %s", name, never)
				}
			}
		}
	})
}
