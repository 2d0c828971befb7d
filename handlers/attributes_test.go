package handlers

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestPages_attributes(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	_, gu := r.member("gu", "owner")
	path := "/console/settings/shop/attributes"
	fields := []string{"action", "save",
		"a.name", "spent", "a.type", "number", "a.hidden", "", "a.label.zh-CN", "消费", "a.label.en", "Spent", "a.choices.zh-CN", "", "a.choices.en", "",
		"a.name", "level", "a.type", "choice", "a.hidden", "", "a.label.zh-CN", "", "a.label.en", "Level", "a.choices.zh-CN", "gold = 金卡", "a.choices.en", "gold = Gold card\r\ntin",
		"a.name", "token", "a.type", "text", "a.hidden", "1", "a.label.zh-CN", "", "a.label.en", "", "a.choices.zh-CN", "", "a.choices.en", ""}
	r.want(gu("POST", path, fields...), 303, "")
	a := r.want(gu("GET", path), 200, "")
	for _, w := range []string{`value="spent"`, "gold = Gold card", "tin = tin"} {
		if !bytes.Contains(a.body, []byte(w)) {
			t.Errorf("%q is not there", w)
		}
	}
	if a = r.want(gu("POST", path, append(fields, "a.name", "spent", "a.type", "text")...), 422, ""); !bytes.Contains(a.body, []byte(`id="wrong-attributes"`)) {
		t.Error("one is there twice")
	}
	g := r.caller("shop")
	r.want(r.send(g, "hi"), 201, "")
	now := chat.Time{Time: time.Now()}
	v := chat.Visitor{ID: chat.ID(g.id), External: "u1", Verified: true, Seen: now, Created: now, Attributes: json.RawMessage(`{"other": "x-other", "token": "x-token", "level": "gold", "spent": 1234567.5}`)}
	if _, err := r.store.PutVisitor(t.Context(), "shop", v); err != nil {
		t.Fatal(err)
	}
	page := r.want(gu("GET", "/console/c/"+g.conversation+"?locale=en"), 200, "").body
	at := func(words string) int { return bytes.Index(page, []byte(words)) }
	if spent, level, other := at("1,234,567.5"), at("Gold card"), at("x-other"); spent < 0 || level < spent || other < level || at("x-token") >= 0 {
		t.Errorf("they stand at %d, %d and %d", spent, level, other)
	}
}
