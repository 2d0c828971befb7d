package chat

import (
	"strings"
	"testing"
)

func TestExcerpt(t *testing.T) {
	t.Parallel()
	show := func(text string, terms ...string) string {
		var b strings.Builder
		for _, p := range Excerpt(text, terms) {
			if p.Hit {
				b.WriteString("[" + p.Text + "]")
			} else {
				b.WriteString(p.Text)
			}
		}
		return b.String()
	}
	for what, c := range map[string]struct {
		text  string
		terms []string
		want  string
	}{
		"OK":                           {"想申请退款", []string{"退款"}, "想申请[退款]"},
		"case does not matter":         {"Refund APPROVED", []string{"refund", "Approved"}, "[Refund] [APPROVED]"},
		"the line with most of them":   {"退款\n退款 20260714-0862\n谢谢", []string{"0862", "退款"}, "[退款] 20260714-[0862]"},
		"words that touch":             {"退款退款中", []string{"退款"}, "[退款][退款]中"},
		"one within the other":         {"发货单号", []string{"发货单", "货单号"}, "[发货单]号"},
		"far to the right":             {strings.Repeat("一", 40) + "退款" + strings.Repeat("二", 90), []string{"退款"}, "…" + strings.Repeat("一", 12) + "[退款]" + strings.Repeat("二", 66) + "…"},
		"cut within the word":          {strings.Repeat("x", 10) + strings.Repeat("y", 90), []string{strings.Repeat("y", 90)}, strings.Repeat("x", 10) + "[" + strings.Repeat("y", 70) + "…]"},
		"a letter of two when lowered": {"İstanbul 退款", []string{"退款"}, "İstanbul [退款]"},
		"nothing of it":                {"你好", []string{"退款"}, "你好"},
		"no text":                      {"\n", []string{"退款"}, ""},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			if got := show(c.text, c.terms...); got != c.want {
				t.Fatalf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	if got := Terms("  a b　c 1 2 3 4 5 6 "); len(got) != 8 || got[2] != "c" {
		t.Fatal(got)
	}
}
