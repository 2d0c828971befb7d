package chat

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestCanned_Fill(t *testing.T) {
	t.Parallel()
	values := map[string]string{"visitor.name": "周明玥", "agent.name": "林晓", "order.number": "A-1"}
	for body, want := range map[string]string{
		"{{visitor.name}}，您好":                  "周明玥，您好",
		"{{ visitor.name }}: {{agent.name}}":   "周明玥: 林晓",
		"{{visitor.email}}，您好":                 "您好",
		"Hi {{visitor.email}}, hello":          "Hi , hello",
		"a\n{{visitor.phone}}, b":              "a\nb",
		"订单 {{order.number}}{{order}} 已发":      "订单 A-1 已发",
		"我是{agent}":                            "我是林晓",
		"{{visitor.name}}{{visitor.name}}":     "周明玥周明玥",
		"x{{}} {{{visitor.name}}} {visitor.x}": "x {周明玥} {visitor.x}",
		"nothing":                              "nothing",
	} {
		if got := (Canned{Body: body}).Fill(values); got != want {
			t.Errorf("%q: got %q, want %q", body, got, want)
		}
	}
	if got := (Canned{Body: "{{visitor.name}}"}).Fill(map[string]string{"visitor.name": "{{agent.name}} $1", "agent.name": "x"}); got != "{{agent.name}} $1" {
		t.Errorf("what a visitor is called is filled in again: %q", got)
	}
}

func TestCanned_Check(t *testing.T) {
	t.Parallel()
	good := Canned{Shortcut: "hi", Title: "Hi", Body: "您好，{{visitor.name}}", Category: "售后"}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for key, change := range map[string]func(c *Canned){
		"shortcut":        func(c *Canned) { c.Shortcut = "a b" },
		"title":           func(c *Canned) { c.Title = "" },
		"category":        func(c *Canned) { c.Category = strings.Repeat("言", 41) },
		"canned_variable": func(c *Canned) { c.Body = "{{visitor.age}} {{到货日}} {{visitor.age}}" },
		"text_empty":      func(c *Canned) { c.Body = " " },
	} {
		bad := good
		if change(&bad); !errors.Is(bad.Check(), Invalid(key, "")) {
			t.Errorf("%s: got %v", key, bad.Check())
		}
		if key == "canned_variable" && !slices.Equal(bad.Unknown(), []string{"visitor.age", "到货日"}) {
			t.Errorf("got %v", bad.Unknown())
		}
	}
}
