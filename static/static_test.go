package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func get(t *testing.T, method, path, accept string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, "http://x/", nil)
	r.URL.Path = path
	r.Header.Set("Accept-Encoding", accept)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestHandler(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		for name, kind := range map[string]string{
			"css/tokens.css":    "text/css; charset=utf-8",
			"css/chat.css":      "text/css; charset=utf-8",
			"css/console.css":   "text/css; charset=utf-8",
			"icons/icons.svg":   "image/svg+xml",
			"icons/desk.svg":    "image/svg+xml",
			"widget/loader.js":  "text/javascript; charset=utf-8",
			"widget/chat.js":    "text/javascript; charset=utf-8",
			"widget/console.js": "text/javascript; charset=utf-8",
			"demo/mug.jpg":      "image/jpeg",
		} {
			res := get(t, http.MethodGet, Path(name), "")
			body, _ := io.ReadAll(res.Body)
			if res.StatusCode != 200 || len(body) == 0 {
				t.Errorf("%s: %d, %d bytes", name, res.StatusCode, len(body))
			}
			for h, want := range map[string]string{
				"Content-Type":           kind,
				"Cache-Control":          "public, max-age=31536000, immutable",
				"X-Content-Type-Options": "nosniff",
				"Content-Encoding":       "",
			} {
				if got := res.Header.Get(h); got != want {
					t.Errorf("%s: %s is %q, want %q", name, h, got, want)
				}
			}
		}
	})
	t.Run("a style sheet without its remarks and indentation", func(t *testing.T) {
		sheet, _ := io.ReadAll(get(t, http.MethodGet, Path("css/chat.css"), "").Body)
		for _, want := range []string{"@layer parts{.chat{display:flex;flex-direction:column;", ".chat:not([data-status=closed]) .closed,", "calc(100dvh - var(--keyboard,0px))", `content:"";position:absolute`} {
			if !bytes.Contains(sheet, []byte(want)) {
				t.Errorf("%s is not in it", want)
			}
		}
		if bytes.ContainsAny(sheet, "\n\t") || bytes.Contains(sheet, []byte("/*")) {
			t.Error("it has lines or remarks")
		}
	})
	t.Run("gzip when asked, and the same bytes", func(t *testing.T) {
		plain, _ := io.ReadAll(get(t, http.MethodGet, Path("css/chat.css"), "br").Body)
		res := get(t, http.MethodGet, Path("css/chat.css"), "br, gzip;q=0.8")
		if res.Header.Get("Content-Encoding") != "gzip" || res.Header.Get("Vary") != "Accept-Encoding" {
			t.Fatal("not packed", res.Header)
		}
		z, err := gzip.NewReader(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if unpacked, _ := io.ReadAll(z); !bytes.Equal(unpacked, plain) {
			t.Error("other bytes")
		}
		for _, refused := range []string{"gzip;q=0", "gzip; q=0.000", "identity"} {
			if got := get(t, http.MethodGet, Path("css/chat.css"), refused).Header.Get("Content-Encoding"); got != "" {
				t.Errorf("%q: %s", refused, got)
			}
		}
		if got := get(t, http.MethodGet, Path("demo/mug.jpg"), "gzip").Header.Get("Content-Encoding"); got != "" {
			t.Error("a picture was packed")
		}
	})
	t.Run("HEAD has no body", func(t *testing.T) {
		res := get(t, http.MethodHead, Path("css/chat.css"), "")
		if body, _ := io.ReadAll(res.Body); res.StatusCode != 200 || len(body) != 0 || res.Header.Get("Content-Length") == "" {
			t.Error(res.StatusCode, len(body))
		}
	})
	t.Run("a theme is a sheet of its own", func(t *testing.T) {
		res := get(t, http.MethodGet, ThemePath("#2E6E52"), "")
		if body, _ := io.ReadAll(res.Body); string(body) != ":root{--brand:#2e6e52}\n" || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/css") {
			t.Errorf("%s %v", body, res.Header)
		}
	})
	t.Run("404 elsewhere, and not kept", func(t *testing.T) {
		hash := loaded().hash
		for _, p := range []string{
			"/assets/", "/assets/" + hash, "/assets/" + hash + "/", "/assets/" + hash + "/css", "/assets/" + hash + "/css/",
			"/assets/0000000000000000/css/chat.css", "/css/chat.css", "/assets/css/chat.css",
			"/assets/" + hash + "/../static.go", "/assets/" + hash + "/css/../../static.go", "/assets/" + hash + "/static.go",
			"/assets/" + hash + "//css/chat.css", "/assets/" + hash + "/css\\chat.css", "/assets/" + hash + "/css/chat.css\x00",
			"/assets/" + hash + "/widget/widget.go", "/assets/theme/red.css", "/assets/theme/2e6e52", "/assets/theme/}x{00.css", "/assets/theme/.css",
		} {
			res := get(t, http.MethodGet, p, "gzip")
			if res.StatusCode != 404 || res.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%q: %d %q", p, res.StatusCode, res.Header.Get("Cache-Control"))
			}
		}
	})
	t.Run("405 for writing", func(t *testing.T) {
		if res := get(t, http.MethodPost, Path("css/chat.css"), ""); res.StatusCode != 405 {
			t.Error(res.StatusCode)
		}
	})
}

func TestPath(t *testing.T) {
	t.Parallel()
	tree := func(body string) fstest.MapFS {
		return fstest.MapFS{"css/a.css": {Data: []byte(body)}, "css/b.css": {Data: []byte("b")}, "notes.txt": {Data: []byte(body)}}
	}
	hash := func(own, browser fs.FS) string {
		a, err := load(own, browser)
		if err != nil {
			t.Fatal(err)
		}
		return a.hash
	}
	first := hash(tree("x"), fstest.MapFS{"chat.js": {Data: []byte("1")}})
	if again := hash(tree("x"), fstest.MapFS{"chat.js": {Data: []byte("1")}}); again != first {
		t.Error("the hash is not stable")
	}
	if hash(tree("y"), fstest.MapFS{"chat.js": {Data: []byte("1")}}) == first || hash(tree("x"), fstest.MapFS{"chat.js": {Data: []byte("2")}}) == first {
		t.Error("a change leaves the hash")
	}
	a, _ := load(tree("x"), fstest.MapFS{})
	if len(a.files) != 2 {
		t.Errorf("%d files are served, want the two sheets", len(a.files))
	}
	if !regexp.MustCompile(`^/assets/[0-9a-f]{16}/css/chat\.css$`).MatchString(Path("css/chat.css")) {
		t.Error(Path("css/chat.css"))
	}
}

func TestWidget(t *testing.T) {
	t.Parallel()
	if len(Widget()) == 0 {
		t.Error("there is no loader")
	}
}

func TestTheme(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "#", "2e6e52", "#2e6e5", "#2e6e522", "#2e6e5g", "#fff}body{", "red"} {
		if Theme(bad) != nil || ThemePath(bad) != "" {
			t.Errorf("%q is taken for a colour", bad)
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	if got := string(Lines([]string{"#2e6e52", "red;}", "#2B5FA6"})); got != ".line--0{--c:#2e6e52}\n.line--2{--c:#2b5fa6}\n" {
		t.Errorf("%q", got)
	}
}
