package chat

import (
	"slices"
	"strings"
	"testing"
)

var asked = Questions{
	{Name: "name", Type: "text", Label: map[string]string{"en": "Your name", "zh-CN": "怎么称呼您"}},
	{Name: "phone", Type: "phone", Optional: true, Label: map[string]string{"en": "Phone"}},
	{Name: "email", Type: "email", Optional: true, Label: map[string]string{"en": "Email"}},
	{Name: "topic", Type: "choice", Label: map[string]string{"en": "About"}, Options: map[string][]string{"en": {"Orders", "Returns"}, "zh-CN": {"订单", "退换货"}}},
}

func TestQuestions_Fill(t *testing.T) {
	t.Parallel()
	if err := asked.Check(); err != nil {
		t.Fatal(err)
	}
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		got, wrong := asked.Fill(map[string]string{"name": " 周明玥 ", "topic": "退换货", "phone": "", "other": "x"}, "zh-CN")
		want := []Answer{{Name: "name", Label: "怎么称呼您", Value: "周明玥"}, {Name: "topic", Label: "About", Value: "退换货"}}
		if !slices.Equal(got, want) || len(wrong) > 0 {
			t.Error(got, wrong)
		}
		if p := Profiled(got); p.Name != "周明玥" || p.Email != "" {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("everything that is wrong is told at once", func(t *testing.T) {
		t.Parallel()
		_, wrong := asked.Fill(map[string]string{"phone": "138 0", "email": "me", "topic": "else"}, "en")
		for name, key := range map[string]string{"name": "ask_empty", "phone": "field_phone", "email": "field_email", "topic": "field_choice"} {
			if e, ok := wrong[name].(*Error); !ok || e.Key != key {
				t.Errorf("%s: %v, want %s", name, wrong[name], key)
			}
		}
		if _, wrong = asked.Fill(map[string]string{"name": strings.Repeat("长", 201), "topic": "Orders"}, "en"); len(wrong) != 1 {
			t.Errorf("got %v", wrong)
		}
	})
}

func TestQuestions_Check(t *testing.T) {
	t.Parallel()
	label := map[string]string{"en": "x"}
	for what, q := range map[string]Questions{
		"no name":           {{Type: "text", Label: label}},
		"a name twice":      {{Name: "a", Type: "text", Label: label}, {Name: "a", Type: "text", Label: label}},
		"no label":          {{Name: "a", Type: "text"}},
		"no such type":      {{Name: "a", Type: "date", Label: label}},
		"nothing to choose": {{Name: "a", Type: "choice", Label: label}},
		"too many":          {{Name: "a", Type: "text", Label: label}, {Name: "b", Type: "text", Label: label}, {Name: "c", Type: "text", Label: label}, {Name: "d", Type: "text", Label: label}, {Name: "e", Type: "text", Label: label}, {Name: "f", Type: "text", Label: label}, {Name: "g", Type: "text", Label: label}},
	} {
		if err := q.Check(); CodeOf(err) != CodeInvalid || err == nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
