package ui

import (
	"strings"
	"testing"
	"time"
)

// links joins what Parts found, so that a case is one line.
func links(s string) string {
	var found []string
	for _, p := range Parts(s) {
		if p.URL != "" {
			found = append(found, p.URL)
		}
	}
	return strings.Join(found, " ")
}

func TestParts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"没有链接", ""},
		{"https://hemu.example/help/replace", "https://hemu.example/help/replace"},
		{"补发规则在这里：https://hemu.example/help/replace。谢谢", "https://hemu.example/help/replace"},
		{"看https://a.example谢谢", "https://a.example"},
		{"（https://a.example/x）", "https://a.example/x"},
		{"「https://a.example/x」、https://b.example，好", "https://a.example/x https://b.example"},
		{"https://a.example/x！https://b.example/y？", "https://a.example/x https://b.example/y"},
		{"https://zh.example/wiki/陶瓷，见", "https://zh.example/wiki/"},
		{"See https://a.example/x. Or http://b.example/y, or https://c.example!", "https://a.example/x http://b.example/y https://c.example"},
		{"(https://a.example/wiki/Cup_(tea))", "https://a.example/wiki/Cup_(tea)"},
		{"(see https://a.example/x)", "https://a.example/x"},
		{"https://a.example/?q=a,b&r=1#top;", "https://a.example/?q=a,b&r=1#top"},
		{"https://a.example:8443/x https://a.example:/x", "https://a.example:8443/x https://a.example"},
		{"HTTPS://A.EXAMPLE/X", "HTTPS://A.EXAMPLE/X"},
		{"https://a.example/x\u3000y https://b.example\nhttps://c.example", "https://a.example/x https://b.example https://c.example"},
		{"**https://a.example/x**", "https://a.example/x"},
		// Not a link, or not all of it.
		{"javascript:alert(1) JaVaScRiPt:alert(1) data:text/html,x vbscript:x", ""},
		{"javascript://a.example/%0aalert(1)", ""},
		{"xhttps://a.example 1http://a.example", ""},
		{"https:// http:/// https://。 https://-a.example", ""},
		{"https://good.example@evil.example/x", ""},
		{"https://a.example:99999/x", "https://a.example"},
		{"[https://a.example/x] https://a.example/[x]", "https://a.example/x https://a.example/[x]"},
		{"https://a.example/" + strings.Repeat("x", 3000), ""},
		{"https://аррӏе.example/x", ""},
		{"https://a.example\u202e/x", "https://a.example"},
		{"https://a.example/x\u202ey\u200bz", "https://a.example/x"},
		{"https://a.example/\"onmouseover=\"alert(1)", "https://a.example/"},
		{"https://a.example/<script>", "https://a.example/"},
		{"https://a.example/x\x00y", "https://a.example/x"},
		{"java\nscript:alert(1) ht\ntp://a.example", ""},
		{"ftp://a.example mailto:a@a.example file:///etc/passwd //a.example", ""},
	} {
		if got := links(c.text); got != c.want {
			t.Errorf("%q\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}

func FuzzParts(f *testing.F) {
	f.Add("见 https://a.example/x。http://")
	f.Add("https://a.example/(((")
	f.Fuzz(func(t *testing.T, s string) {
		var all strings.Builder
		for _, p := range Parts(s) {
			all.WriteString(p.Text)
			if low := strings.ToLower(p.URL); p.URL != "" && (p.URL != p.Text || !strings.HasPrefix(low, "http://") && !strings.HasPrefix(low, "https://")) {
				t.Errorf("a link to %q shown as %q", p.URL, p.Text)
			}
		}
		if all.String() != s {
			t.Errorf("%q became %q", s, all.String())
		}
	})
}

// A text of 64 kB may not hold up a page, however it is made.
// What takes long grows with the square of the text: ten times the text must not take a hundred times as long. Both are
// measured in one run, the best of five each, and up to five times over, since machines are noisy.
func TestParts_Long(t *testing.T) {
	for _, piece := range []string{"http://", "https://a.example/", "https://a.example/(", "https://a.example/)", "https://a.example/.....", "h", "https://a"} {
		best := func(size int) time.Duration {
			s, least := strings.Repeat(piece, size/len(piece)), time.Hour
			for range 5 {
				began := time.Now()
				Parts(s)
				least = min(least, time.Since(began))
			}
			return least
		}
		var short, long time.Duration
		for range 5 {
			if short, long = best(6<<10), best(60<<10); long <= 50*short {
				break
			}
		}
		if long > 50*short {
			t.Errorf("%q repeated takes %v for 6 KB and %v for 60 KB", piece, short, long)
		}
	}
}
