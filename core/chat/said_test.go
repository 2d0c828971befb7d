package chat

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestReadData(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		for _, c := range []struct {
			kind        MessageKind
			by          Kind
			given, want string
		}{
			{KindText, KindVisitor, ``, ``},
			{KindText, KindVisitor, `null`, ``},
			{KindText, KindVisitor, `{"evil":1}`, ``},
			{KindText, KindVisitor, `{"quote":{"seq":3,"excerpt":"forged","by":"agent"}}`, `{"quote":{"seq":3}}`},
			{KindText, KindVisitor, `{"answer_to":2,"form":[{"name":"a","label":"forged","value":" x "}]}`, `{"answer_to":2,"form":[{"name":"a","value":"x"}]}`},
			{KindText, KindAgent, `{"answer_to":2,"quote":{"seq":1}}`, `{"quote":{"seq":1}}`},
			{KindNote, KindAgent, `{"quote":{"seq":1}}`, ``},
			{KindChoices, KindAgent, `{"options":["要","不要"],"more":1}`, `{"options":["要","不要"]}`},
			{KindCard, KindAgent, `{"title":"杯","url":"https://a.example/1","action":"看"}`, `{"title":"杯","action":"看","url":"https://a.example/1"}`},
			{KindForm, KindAgent, `{"fields":[{"name":"phone","label":"手机号","type":"phone"},{"name":"order","label":"订单号","optional":true}]}`,
				`{"fields":[{"name":"phone","label":"手机号","type":"phone"},{"name":"order","label":"订单号","type":"text","optional":true}]}`},
		} {
			got, err := ReadData(c.kind, c.by, json.RawMessage(c.given))
			if err != nil || string(got) != c.want {
				t.Errorf("%s %s: %s, %v", c.kind, c.given, got, err)
			}
		}
	})
	t.Run("refused", func(t *testing.T) {
		for _, c := range []struct {
			kind  MessageKind
			given string
		}{
			{KindText, `[]`}, {KindText, `{"quote":{"seq":0}}`}, {KindText, `{"quote":"x"}`}, {KindText, `{"answer_to":-1}`},
			{KindChoices, ``}, {KindChoices, `{}`}, {KindChoices, `{"options":["a","a"]}`}, {KindChoices, `{"options":[" "]}`}, {KindChoices, `{"options":["a\nb"]}`},
			{KindChoices, `{"options":["` + strings.Repeat("长", 41) + `"]}`}, {KindChoices, `{"options":["1","2","3","4","5","6","7","8","9"]}`},
			{KindCard, ``}, {KindCard, `{"title":" "}`}, {KindCard, `{"title":"a","url":"http://a.example","action":"b"}`},
			{KindCard, `{"title":"a","url":"javascript:alert(1)","action":"b"}`}, {KindCard, `{"title":"a","url":"https://u@a.example","action":"b"}`},
			{KindCard, `{"title":"a","url":"https://a.example"}`}, {KindCard, `{"title":"a","action":"b"}`}, {KindCard, `{"title":"a","picture":"https://a.example/x.png"}`},
			{KindForm, ``}, {KindForm, `{"fields":[]}`}, {KindForm, `{"fields":[{"name":"A","label":"a"}]}`}, {KindForm, `{"fields":[{"name":"a","label":""}]}`},
			{KindForm, `{"fields":[{"name":"a","label":"a","type":"date"}]}`}, {KindForm, `{"fields":[{"name":"a","label":"a"},{"name":"a","label":"b"}]}`},
		} {
			if got, err := ReadData(c.kind, KindAgent, json.RawMessage(c.given)); CodeOf(err) != CodeInvalid && !(c.kind == KindText && string(got) == "" && strings.Contains(c.given, "answer_to")) {
				t.Errorf("%s %s: %s, %v", c.kind, c.given, got, err)
			}
		}
		if _, err := ReadData(KindText, KindVisitor, json.RawMessage(`{"answer_to":-1}`)); CodeOf(err) != CodeInvalid {
			t.Errorf("got %v", err)
		}
	})
}

func TestForm_Fill(t *testing.T) {
	t.Parallel()
	f := Form{Fields: []Field{{Name: "phone", Label: "手机号", Type: "phone"}, {Name: "order", Label: "订单号", Type: "number", Optional: true}}}
	t.Run("OK", func(t *testing.T) {
		answers, text, err := f.Fill([]Answer{{Name: "evil", Value: "x"}, {Name: "order", Value: "2026-1"}, {Name: "phone", Value: " +86 138 0000 0000 "}})
		if err != nil || text != "手机号: +86 138 0000 0000\n订单号: 2026-1" || len(answers) != 2 || answers[0] != (Answer{Name: "phone", Label: "手机号", Value: "+86 138 0000 0000"}) {
			t.Errorf("got %v, %q, %v", answers, text, err)
		}
		if answers, text, err := f.Fill([]Answer{{Name: "phone", Value: "13800000000"}}); err != nil || text != "手机号: 13800000000" || len(answers) != 1 {
			t.Errorf("got %v, %q, %v", answers, text, err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		for key, given := range map[string][]Answer{
			"field_empty":  {{Name: "order", Value: "1"}},
			"field_phone":  {{Name: "phone", Value: "138-abc-0000"}},
			"field_number": {{Name: "phone", Value: "13800000000"}, {Name: "order", Value: "不知道"}},
			"field_long":   {{Name: "phone", Value: strings.Repeat("1", 201)}},
		} {
			_, _, err := f.Fill(given)
			if e, ok := err.(*Error); !ok || e.Key != key {
				t.Errorf("%s: got %v", key, err)
			}
		}
	})
}
