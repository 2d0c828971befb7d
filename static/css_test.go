package static

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

func sheet(t *testing.T, name string) string {
	t.Helper()
	b, err := fs.ReadFile(embedded, "css/"+name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSheets(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(embedded, "css/*.css")
	if err != nil || len(names) < 3 {
		t.Fatal(names, err)
	}
	color := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(`)
	id := regexp.MustCompile(`(?m)^\s*[^{}/]*#[a-z][\w-]*[^{};]*\{`)
	for _, path := range names {
		name := strings.TrimPrefix(path, "css/")
		src := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(sheet(t, name), "")
		t.Run(name, func(t *testing.T) {
			if name != "tokens.css" {
				for _, c := range color.FindAllString(src, -1) {
					t.Errorf("the colour %s stands outside tokens.css", c)
				}
			}
			if strings.Contains(src, "!important") {
				t.Error("!important")
			}
			if m := id.FindString(src); m != "" {
				t.Errorf("an id: %s", m)
			}
			if strings.Contains(src, "url(") || strings.Contains(src, "@import") {
				t.Error("it loads something")
			}
			if open, shut := strings.Count(src, "{"), strings.Count(src, "}"); open != shut {
				t.Errorf("%d braces open, %d close", open, shut)
			}
		})
	}
	t.Run("the dark list stands twice and is the same", func(t *testing.T) {
		lists := regexp.MustCompile(`color-scheme: dark;([^}]*)}`).FindAllStringSubmatch(sheet(t, "tokens.css"), -1)
		if len(lists) != 2 {
			t.Fatalf("%d dark lists", len(lists))
		}
		if a, b := strings.Fields(lists[0][1]), strings.Fields(lists[1][1]); strings.Join(a, " ") != strings.Join(b, " ") {
			t.Errorf("\n%s\n%s", a, b)
		}
	})
	t.Run("every variable is defined somewhere", func(t *testing.T) {
		var all strings.Builder
		for _, path := range names {
			b, _ := fs.ReadFile(embedded, path)
			all.Write(b)
		}
		for _, m := range regexp.MustCompile(`var\((--[\w-]+)\)`).FindAllStringSubmatch(all.String(), -1) {
			if !strings.Contains(all.String(), m[1]+":") {
				t.Errorf("%s has no value", m[1])
			}
		}
	})
	t.Run("a visitor loads little", func(t *testing.T) {
		if n := len(pack(slim([]byte(sheet(t, "tokens.css") + sheet(t, "chat.css"))))); n > 4500 {
			t.Errorf("tokens.css and chat.css are %d bytes packed, more than 4,500", n)
		}
		if strings.Contains(sheet(t, "chat.css"), "&") {
			t.Error("chat.css nests: old WebViews cannot read it")
		}
	})
}
