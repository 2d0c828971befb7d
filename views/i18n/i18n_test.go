package i18n

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// sentences reads the files of a locale: key to file.
func sentences(t *testing.T, locale string) map[string]string {
	t.Helper()
	names, err := fs.Glob(files, "*."+locale+".json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no files for %s: %v", locale, err)
	}
	keys := map[string]string{}
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]json.RawMessage
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for k := range m {
			if other, twice := keys[k]; twice {
				t.Errorf("%s stands in %s and %s", k, other, name)
			}
			keys[k] = name
		}
	}
	return keys
}

func TestFiles(t *testing.T) {
	t.Parallel()
	zh, en := sentences(t, Chinese), sentences(t, English)
	t.Run("both languages have the same keys", func(t *testing.T) {
		for k, name := range zh {
			if en[k] == "" {
				t.Errorf("%s of %s has no English", k, name)
			}
		}
		for k, name := range en {
			if zh[k] == "" {
				t.Errorf("%s of %s has no Chinese", k, name)
			}
		}
	})
	t.Run("every key used in a view exists", func(t *testing.T) {
		use := regexp.MustCompile(`\.(?:S|F|N)\("([^"]+)"\s*[,)]`)
		walk(t, "..", func(name, src string) {
			if strings.HasSuffix(name, "_templ.go") || strings.HasSuffix(name, "_test.go") {
				return
			}
			for _, m := range use.FindAllStringSubmatch(src, -1) {
				if zh[m[1]] == "" {
					t.Errorf("%s uses %s, which is in no file", name, m[1])
				}
			}
		})
	})
	t.Run("every error a person may read has its sentence", func(t *testing.T) {
		key := regexp.MustCompile(`(?:Invalid|Conflict)\("([a-z_0-9]+)"|\bKey:\s*"([a-z_0-9]+)"`)
		for _, room := range []string{"core", "sql", "handlers", "cmd"} {
			walk(t, "../../"+room, func(name, src string) {
				if strings.HasSuffix(name, "_test.go") {
					return
				}
				for _, m := range key.FindAllStringSubmatch(src, -1) {
					if k := "error." + m[1] + m[2]; zh[k] == "" {
						t.Errorf("%s needs %s", name, k)
					}
				}
			})
		}
	})
	t.Run("nothing shouts", func(t *testing.T) {
		names, _ := fs.Glob(files, "*.json")
		for _, name := range names {
			b, _ := files.ReadFile(name)
			if s := string(b); strings.ContainsAny(s, "！!") || strings.Contains(s, "亲，") {
				t.Errorf("%s has an exclamation mark", name)
			}
		}
	})
}

func walk(t *testing.T, dir string, see func(name, src string)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if ext := filepath.Ext(name); ext != ".go" && ext != ".templ" {
			return nil
		}
		b, err := os.ReadFile(name)
		see(name, string(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ query, accept, fallback, want string }{
		{"en", "zh-CN", "zh-CN", English},
		{"", "en-GB,en;q=0.9", "zh-CN", English},
		{"", "zh-TW,zh;q=0.9,en;q=0.8", "en", Chinese},
		{"zh-Hant-HK", "en", "en", Chinese},
		{"", "fr-FR", "en", English},
		{"fr", "fr", "zh-CN", Chinese},
		{"xx\x00;;", "", "en", English},
		{"", "", "", Chinese},
		{"", strings.Repeat("a,", 2000), "en", English},
	} {
		if got := Match(c.query, c.accept, c.fallback); got != c.want {
			t.Errorf("Match(%q, %q, %q) = %s, want %s", c.query, c.accept, c.fallback, got, c.want)
		}
	}
}

func TestText_S(t *testing.T) {
	t.Parallel()
	zh, en := For(Chinese, time.UTC), For(English, time.UTC)
	if got := zh.S("window.send"); got != "发送" {
		t.Errorf("zh: %q", got)
	}
	if got := en.S("window.send"); got != "Send" {
		t.Errorf("en: %q", got)
	}
	t.Run("a key that is nowhere shows itself", func(t *testing.T) {
		if got := zh.S("no.such"); got != "no.such" || zh.Has("no.such") {
			t.Errorf("%q", got)
		}
	})
	t.Run("values go in as they are", func(t *testing.T) {
		if got := en.F("window.typing", "Name", "<b>{{.X}}"); got != "<b>{{.X}} is typing" {
			t.Errorf("%q", got)
		}
		if got := zh.N("window.queue", 2); got != "您前面还有 2 位" {
			t.Errorf("%q", got)
		}
	})
}

func TestText_Day(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("CST", 8*3600)
	now := time.Date(2026, 7, 18, 1, 0, 0, 0, shanghai)
	for _, c := range []struct {
		at     time.Time
		zh, en string
	}{
		{now.Add(-time.Minute), "今天", "Today"},
		{now.Add(-2 * time.Hour), "昨天", "Yesterday"},
		{time.Date(2026, 7, 14, 23, 0, 0, 0, time.UTC), "7 月 15 日", "15 July"},
		{time.Date(2025, 12, 31, 12, 0, 0, 0, shanghai), "2025 年 12 月 31 日", "31 December 2025"},
	} {
		if got := For(Chinese, shanghai).Day(c.at, now); got != c.zh {
			t.Errorf("zh %v: %q, want %q", c.at, got, c.zh)
		}
		if got := For(English, shanghai).Day(c.at, now); got != c.en {
			t.Errorf("en %v: %q, want %q", c.at, got, c.en)
		}
	}
	if got := For(English, shanghai).Clock(now.UTC()); got != "01:00" {
		t.Errorf("clock: %q", got)
	}
}
