package handlers

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// asBot is the body of an assistant's message with a client id of its own.
func asBot(text string) string {
	b, err := json.Marshal(map[string]any{"client_id": string(chat.NewID(time.Now())), "bot": true, "kind": "choices", "text": text, "data": map[string]any{"options": []string{"No, thanks"}}})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// Without script the visitor's page offers a human for as long as an assistant has her conversation.
func TestPages_human(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	b := browser(t)
	r.want(r.form(b, "/c/shop", "text", "Where is my kettle?"), 303, "")
	page := func() string {
		t.Helper()
		return string(r.want(r.with(b, "GET", "/c/shop", "", "Accept", "text/html"), 200, "").body)
	}
	if s := page(); !strings.Contains(s, `data-bot="false"`) {
		t.Error("an assistant is there before it said anything")
	}
	id := conversationOf(t, page())
	body := asBot("On its way.")
	sent := r.want(r.call("POST", "/api/v1/conversations/"+id+"/messages", body, key("Lin")...), 201, "")
	if again := r.want(r.call("POST", "/api/v1/conversations/"+id+"/messages", body, key("Lin")...), 200, ""); again.json(t)["seq"] != sent.json(t)["seq"] {
		t.Errorf("the repeat is %s", again.body)
	}
	if s := page(); !strings.Contains(s, `data-bot="true"`) || !strings.Contains(s, `name="action" value="human"`) || !strings.Contains(s, "Assistant · you can talk to a human at any time") || !strings.Contains(s, `value="No, thanks"`) {
		t.Errorf("the page offers no human, or not what the assistant asks")
	}
	r.want(r.form(b, "/c/shop", "action", "human"), 303, "")
	r.want(r.form(b, "/c/shop", "action", "human"), 303, "")
	if s := page(); !strings.Contains(s, `data-bot="false"`) || strings.Count(s, ">You’re on the way to a human</li>") != 1 || !strings.Contains(s, "Finding someone for you") {
		t.Error("the page does not say that she is on the way to a human")
	}
	r.want(r.call("POST", "/api/v1/conversations/"+id+"/messages", asBot("Shall I try once more?"), key("Lin")...), 409, chat.CodeConflict)
	inbox := r.want(r.call("GET", "/api/v1/inbox?view=queue", "", key("Lin")...), 200, "")
	if !strings.Contains(string(inbox.body), `"bot":"Lin"`) || !strings.Contains(string(inbox.body), `"human_since"`) {
		t.Errorf("agents see %s", inbox.body)
	}
}

// conversationOf reads the conversation a page was drawn for.
func conversationOf(t *testing.T, page string) string {
	t.Helper()
	_, rest, _ := strings.Cut(page, `data-conversation="`)
	id, _, _ := strings.Cut(rest, `"`)
	if id == "" {
		t.Fatal("the page has no conversation")
	}
	return id
}

func TestAPI_Human(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	v := r.caller("shop")
	path := "/api/v1/conversations/" + v.conversation
	r.want(r.call("POST", path+"/human", "", v.auth()...), 409, chat.CodeConflict)
	r.want(r.send(v, "Hello"), 201, "")
	r.want(r.call("POST", path+"/messages", asBot("Hello"), v.auth()...), 400, chat.CodeInvalid)
	r.want(r.call("POST", path+"/messages", asBot("Hello"), key("Mo")...), 404, chat.CodeNotFound)
	r.want(r.call("POST", path+"/messages", asBot("Hello"), key("Audit")...), 403, chat.CodeForbidden)
	r.want(r.call("POST", path+"/messages", asBot("Hello"), key("Lin")...), 201, "")
	seen := r.want(r.call("GET", path, "", v.auth()...), 200, "").json(t)
	if agent, _ := seen["agent"].(map[string]any); agent["bot"] != true || agent["name"] != "Lin" || seen["status"] != "open" {
		t.Errorf("she sees %v", seen)
	}
	r.want(r.call("POST", path+"/human", "", r.caller("shop").auth()...), 404, chat.CodeNotFound)
	r.want(r.call("POST", path+"/human", "", key("Lin")...), 204, "")
	r.want(r.call("POST", path+"/human", "", v.auth()...), 204, "")
	if seen := r.want(r.call("GET", path, "", v.auth()...), 200, "").json(t); seen["status"] != "waiting" || seen["position"] != 1.0 {
		t.Errorf("she sees %v", seen)
	}
}
