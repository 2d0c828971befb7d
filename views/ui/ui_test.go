package ui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/static"
	"github.com/taadis/unique-support/views/i18n"
)

func TestInitial(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"林晓": "林", "maya": "M", " 王": "王", "“Lin”": "L", "8F2K": "8", "": "?", "…": "?", "émile": "É", "<b>": "<", "\u202eabc": "A"} {
		if got := Initial(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestHue(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for i := range 200 {
		h := Hue(chat.ID(fmt.Sprint("visitor ", i)))
		if !regexp.MustCompile(`^hue-(\d|1[01])$`).MatchString(h) || h != Hue(chat.ID(fmt.Sprint("visitor ", i))) {
			t.Fatal(h)
		}
		seen[h] = true
	}
	if len(seen) != 12 {
		t.Errorf("%d hues", len(seen))
	}
}

func TestProblem(t *testing.T) {
	t.Parallel()
	zh, en := i18n.For(i18n.Chinese, time.UTC), i18n.For(i18n.English, time.UTC)
	for _, c := range []struct {
		err  error
		t    i18n.Text
		want string
	}{
		{chat.NotFound(), zh, "这里什么都没有"},
		{fmt.Errorf("send: %w", chat.Unavailable(time.Second, errors.New("pq: dsn=secret"))), en, "The service is interrupted. Please try again in a moment."},
		{chat.Invalid("no_such_key", "Detail."), zh, "提交的内容有问题，请检查后再试"},
		{&chat.Error{Code: "new", Key: "new", Detail: "Detail."}, zh, "Detail."},
		{errors.New("pq: secret"), en, "Internal error. Please try again. Reference 0af7"},
		{&chat.Error{Code: chat.CodeInternal, Key: "text_empty", Detail: "secret"}, zh, "出了点问题，请稍后再试。编号 0af7"},
	} {
		if got := Problem(c.t, c.err, "0af7"); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := Text("见 <b> https://a.example/?a=1&b='2 。").Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	want := `见 &lt;b&gt; <a href="https://a.example/?a=1&amp;b=&#39;2" rel="noopener noreferrer" target="_blank">https://a.example/?a=1&amp;b=&#39;2</a> 。`
	if b.String() != want {
		t.Errorf("\n got %s\nwant %s", &b, want)
	}
}

// A view can name an icon or an asset that is not there, and nobody would see it before the page is opened.
func TestAssets(t *testing.T) {
	t.Parallel()
	serve := func(path string) string {
		w := httptest.NewRecorder()
		static.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK {
			return ""
		}
		return w.Body.String()
	}
	visitors := serve(static.Path("icons/icons.svg"))
	icons := visitors + serve(static.Path("icons/desk.svg"))
	icon := regexp.MustCompile(`\bIcon(?:With)?\("([^"]+)"`)
	asset := regexp.MustCompile(`static\.Path\("([^"]+\.\w+)"\)|"((?:css|widget|console)/[\w.-]+\.(?:css|js))"`)
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, "_templ.go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		src, err := os.ReadFile(name)
		for _, m := range icon.FindAllStringSubmatch(string(src), -1) {
			if !strings.Contains(icons, `id="i-`+m[1]+`"`) {
				t.Errorf("%s draws the icon %s, which there is not", name, m[1])
			} else if (strings.HasPrefix(name, "../window/") || strings.HasPrefix(name, "../ui/")) && !strings.Contains(visitors, `id="i-`+m[1]+`"`) {
				t.Errorf("%s draws the icon %s, for which a visitor's page would ask for another file", name, m[1])
			}
		}
		for _, m := range asset.FindAllStringSubmatch(string(src), -1) {
			if serve(static.Path(m[1]+m[2])) == "" {
				t.Errorf("%s names %s, which there is not", name, m[1]+m[2])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
