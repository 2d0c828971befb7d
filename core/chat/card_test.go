package chat

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestReadCard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, given string
		want        Card
		ok          bool
	}{
		{"whole", `{"title":"杯","spec":"350 ml","price":"¥256","status":"已签收","number":"0862","action":"看","url":"https://a.example/1","more":1}`,
			Card{Title: "杯", Spec: "350 ml", Price: "¥256", Status: "已签收", Number: "0862", Action: "看", URL: "https://a.example/1"}, true},
		{"numbers", `{"title":7,"number":862,"price":12.50}`, Card{Title: "7", Number: "862", Price: "12.50"}, true},
		{"odd values", `{"title":" 杯\nA ","spec":["x"],"price":{},"status":null,"number":true}`, Card{Title: "杯 A"}, true},
		{"a link that may not be", `{"title":"杯","action":"看","url":"javascript:alert(1)"}`, Card{Title: "杯"}, true},
		{"a link without words", `{"title":"杯","url":"https://a.example/1"}`, Card{Title: "杯"}, true},
		{"somebody else's picture", `{"title":"杯","picture":"https://a.example/1.jpg"}`, Card{Title: "杯"}, true},
		{"long", `{"title":"` + strings.Repeat("杯", 121) + `"}`, Card{Title: strings.Repeat("杯", 120)}, true},
		{"its own words", `{"order":"7"}`, Card{}, false},
		{"blank", `{"title":"  "}`, Card{}, false},
		{"no object", `["杯"]`, Card{}, false},
		{"none", ``, Card{}, false},
	} {
		got, ok := ReadCard(json.RawMessage(c.given))
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%s: %+v, %v", c.name, got, ok)
		}
	}
	if got := (Card{Title: "杯", Number: "0862"}).Text(); got != "杯 · 0862" {
		t.Errorf("in words it is %q", got)
	}
}
