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
	if want := []string{"admin.js", "attach.js", "begin.js", "board.js", "chat.js", "console.js", "doctor.js", "forms.js", "history.js", "host.js", "hours.js", "kinds.js", "loader.js", "notify.js", "tools.js", "transcript.js"}; !slices.Equal(names, want) {
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
	t.Run("what is asked for later is there, nothing writes markup, nothing is newer than ES2018", func(t *testing.T) {
		// To attach or look at something, to end and rate, to read back, where there is a host or working hours, for more than text, near a message, to take it all along.
		later := map[string][]string{"chat.js": {"attach", "begin", "forms", "history", "host", "hours", "kinds", "tools", "transcript"}, "console.js": {"attach", "history", "kinds"}}
		newer := regexp.MustCompile(`\?\.[A-Za-z_$(\[]|\?\?|[.\s{;,]#[a-zA-Z]+[=(.]|\bimport[.(]|catch\{|\d_\d|(\|\||&&)=|\b\d+n\b`)
		for _, name := range names {
			script, err := fs.ReadFile(Files(), name)
			if err != nil {
				t.Fatal(err)
			}
			for _, module := range later[name] {
				if !regexp.MustCompile(`[{,]` + module + `:|"` + module + `"`).Match(script) {
					t.Errorf("%s never asks for %s", name, module)
				}
				if !slices.Contains(names, module+".js") {
					t.Errorf("%s asks for %s, which is not there", name, module)
				}
			}
			if newer := newer.Find(script); newer != nil {
				t.Errorf("%s has %q, which ES2018 has not", name, newer)
			}
			for _, never := range []string{"from\"./", "from './", "innerHTML", "outerHTML", "insertAdjacentHTML", "DOMParser", "parseHTML", "eval("} {
				if bytes.Contains(script, []byte(never)) {
					t.Errorf("%s contains %s", name, never)
				}
			}
			if calls := bytes.Count(script, []byte("createPolicy(")); calls > 0 && later[name] == nil {
				t.Errorf("%s makes a policy, and would be refused: the page's own script has made it", name)
			}
		}
	})
}
