// Package static serves the assets: styles, icons and what package widget runs in the browser.
//
// One hash over all of them stands in every path (/assets/<hash>/css/chat.css), so a browser may keep a file for ever, the
// modules' relative imports stay within one version, and a new binary is seen at once.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/taadis/unique-support/widget"
)

// Prefix is where Handler expects to stand.
const Prefix = "/assets/"

//go:embed css icons demo
var embedded embed.FS

// types are the kinds of files that are served; a file of another kind is none of ours.
var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".jpg": "image/jpeg",
	".png": "image/png",
}

// file is an asset as it is sent; packed is empty where gzip does not help.
type file struct {
	kind         string
	body, packed []byte
}

// assets is everything that is served, under its name, and the hash of it all; icons are the files the symbols stand in.
type assets struct {
	hash  string
	files map[string]file
	icons map[string]string
}

var symbol = regexp.MustCompile(`<symbol id="i-([^"]+)"`)

var loaded = sync.OnceValue(func() assets {
	a, err := load(embedded, widget.Files())
	if err != nil {
		panic(err) // an embedded file system cannot fail
	}
	return a
})

// load reads both trees; the widget's files stand under "widget/".
func load(own, browser fs.FS) (assets, error) {
	a := assets{files: map[string]file{}, icons: map[string]string{}}
	if err := a.add(own, ""); err != nil {
		return assets{}, err
	}
	if err := a.add(browser, "widget/"); err != nil {
		return assets{}, err
	}
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(a.files)) {
		body := a.files[name].body
		// Lengths go in too, so that no two trees write the same bytes.
		_ = binary.Write(sum, binary.BigEndian, [2]uint64{uint64(len(name)), uint64(len(body))})
		_, _ = sum.Write([]byte(name))
		_, _ = sum.Write(body)
	}
	a.hash = hex.EncodeToString(sum.Sum(nil)[:8])
	return a, nil
}

func (a assets) add(tree fs.FS, prefix string) error {
	return fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		kind, ok := types[path.Ext(name)]
		if d.IsDir() || !ok {
			return nil
		}
		body, err := fs.ReadFile(tree, name)
		if err != nil {
			return fmt.Errorf("read asset %s: %w", name, err)
		}
		if path.Ext(name) == ".css" {
			body = slim(body)
		}
		f := file{kind: kind, body: body}
		if packed := pack(body); len(packed) < len(body)*9/10 {
			f.packed = packed
		}
		a.files[prefix+name] = f
		for _, m := range symbol.FindAllSubmatch(body, -1) {
			a.icons[string(m[1])] = prefix + name
		}
		return nil
	})
}

var (
	remark = regexp.MustCompile(`(?s)/\*.*?\*/`)
	around = regexp.MustCompile(`\s*([{};]|\n)\s*`)
	after  = regexp.MustCompile(`([:,])\s+`)
)

// slim takes out of a style sheet what only its readers need: a tenth of it, packed. No string in ours has a mark with a space beside it.
func slim(sheet []byte) []byte {
	for _, step := range []struct {
		find *regexp.Regexp
		put  string
	}{{remark, ""}, {around, "$1"}, {after, "$1"}} {
		sheet = step.find.ReplaceAll(sheet, []byte(step.put))
	}
	return bytes.ReplaceAll(sheet, []byte("\n"), []byte(" "))
}

func pack(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}

// Path returns the path of an asset: Path("css/chat.css") is "/assets/<hash>/css/chat.css".
func Path(name string) string { return Prefix + loaded().hash + "/" + name }

// Icon returns where a symbol stands: those visitors see are in icons/icons.svg, those only agents see in icons/desk.svg.
func Icon(name string) string { return Path(loaded().icons[name]) + "#i-" + name }

// Widget returns the loader that sites include as /widget.js.
func Widget() []byte { return loaded().files["widget/loader.js"].body }

// Demo returns a picture of the demo shop, nil when there is none of the name.
func Demo(name string) []byte { return loaded().files["demo/"+name].body }

// Handler serves what Path and ThemePath name, and 404 for everything else.
func Handler() http.Handler { return loaded() }

// ServeHTTP answers GET and HEAD.
func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	f, ok := a.find(r.URL.Path)
	if !ok {
		h.Set("Cache-Control", "no-store")
		http.Error(w, "404 page not found", http.StatusNotFound)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "405 method not allowed", http.StatusMethodNotAllowed)
		return
	}
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body := f.body
	if f.packed != nil {
		h.Set("Vary", "Accept-Encoding")
		if takesGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = f.packed
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body)
	}
}

func (a assets) find(p string) (file, bool) {
	name, ok := strings.CutPrefix(p, Prefix)
	if !ok {
		return file{}, false
	}
	if color, ok := strings.CutPrefix(name, "theme/"); ok {
		color, ok = strings.CutSuffix(color, ".css")
		if body := Theme("#" + color); ok && body != nil {
			return file{kind: types[".css"], body: body}, true
		}
		return file{}, false
	}
	name, ok = strings.CutPrefix(name, a.hash+"/")
	if !ok {
		return file{}, false
	}
	f, ok := a.files[name]
	return f, ok
}

// takesGzip reports whether an Accept-Encoding names gzip and does not refuse it.
func takesGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		coding, q, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q = strings.TrimSpace(q)
			return q != "q=0" && !strings.HasPrefix(q, "q=0.0")
		}
	}
	return false
}
