package chat

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestPush_Check(t *testing.T) {
	good := Push{URL: "https://shop.example/push?key=1", Secrets: []string{"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"}, Preview: PreviewNone, Delay: 10 * time.Second}
	t.Run("OK", func(t *testing.T) {
		for _, p := range []Push{good, {}} {
			if err := p.Check(); err != nil {
				t.Errorf("%v: %v", p, err)
			}
		}
	})
	for what, change := range map[string]func(p *Push){
		"no host":        func(p *Push) { p.URL = "https:///push" },
		"another scheme": func(p *Push) { p.URL = "gopher://shop.example" },
		"a password":     func(p *Push) { p.URL = "https://a:b@shop.example" },
		"no secret":      func(p *Push) { p.Secrets = nil },
		"short secret":   func(p *Push) { p.Secrets = []string{"whsec_MDEy"} },
		"bare secret":    func(p *Push) { p.Secrets = []string{"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"} },
		"three secrets":  func(p *Push) { p.Secrets = append(p.Secrets, p.Secrets[0], p.Secrets[0]) },
		"a long delay":   func(p *Push) { p.Delay = time.Hour },
		"half a second":  func(p *Push) { p.Delay = time.Second / 2 },
		"a preview":      func(p *Push) { p.Preview = "all" },
	} {
		t.Run(what, func(t *testing.T) {
			p := good
			change(&p)
			if err := p.Check(); CodeOf(err) != CodeInvalid || err == nil {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestPush_Format(t *testing.T) {
	p := Push{URL: "https://shop.example/secret-path?key=k", Secrets: []string{"whsec_hidden"}, Preview: PreviewNone}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(verb, Line{Push: p}); strings.Contains(s, "hidden") || strings.Contains(s, "secret-path") || strings.Contains(s, "key=k") {
			t.Errorf("%s prints %s", verb, s)
		}
	}
}
