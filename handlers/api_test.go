package handlers

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// event is one event of a stream.
type event struct{ name, id, data string }

// stream reads events as they come, until the test ends.
func (r *rig) stream(path string, header ...string) <-chan event {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	q, err := http.NewRequestWithContext(ctx, "GET", r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		r.t.Fatalf("stream: %s %s", resp.Status, resp.Header.Get("Content-Type"))
	}
	out, ended := make(chan event, 4096), make(chan struct{})
	go func() {
		defer close(ended)
		defer close(out)
		defer resp.Body.Close()
		var e event
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				e.name = value
			case "id":
				e.id = value
			case "data":
				e.data = value
			case "":
				if e.name != "" {
					out <- e
				}
				e = event{}
			}
		}
	}()
	r.t.Cleanup(func() { cancel(); <-ended })
	return out
}

// next returns the next event of the name, and fails when none comes.
func (r *rig) next(from <-chan event, name string) event {
	r.t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case e, open := <-from:
			if !open {
				r.t.Fatalf("the stream ended before a %s", name)
			}
			if e.name == name {
				return e
			}
		case <-late:
			r.t.Fatalf("no %s came", name)
		}
	}
}

func (e event) message(t *testing.T) chat.Message {
	t.Helper()
	var m chat.Message
	if err := json.Unmarshal([]byte(e.data), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAPI_conversation(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	g := r.caller("shop")
	inbox := r.stream("/api/v1/inbox/events", key("Lin")...)
	r.next(inbox, "heads")
	path := "/api/v1/conversations/" + g.conversation

	t.Run("a send is 201, its repeat 200, the same id with other words 409", func(t *testing.T) {
		r := r.at(t)
		body := message("你好")
		first := r.want(r.call("POST", path+"/messages", body, g.auth()...), 201, "").json(t)
		again := r.want(r.call("POST", path+"/messages", body, g.auth()...), 200, "").json(t)
		if first["id"] != again["id"] || first["seq"] != again["seq"] || first["seq"] != float64(1) {
			t.Errorf("%v, then %v", first, again)
		}
		r.want(r.call("POST", path+"/messages", strings.Replace(body, "你好", "再见", 1), g.auth()...), 409, chat.CodeConflict)
	})
	t.Run("the agent is given it and sees it, an answer reaches the visitor", func(t *testing.T) {
		r := r.at(t)
		if m := r.next(inbox, "message").message(t); m.Text != "你好" {
			t.Errorf("the agent saw %q", m.Text)
		}
		if m := r.next(inbox, "message").message(t); m.Kind != chat.KindNotice {
			t.Errorf("the agent saw a %s", m.Kind)
		}
		visitor := r.stream(path+"/events", g.auth()...)
		r.want(r.call("POST", path+"/messages", message("您好，请讲"), key("Lin")...), 201, "")
		for want := int64(1); want <= 3; want++ {
			e := r.next(visitor, "message")
			if m := e.message(t); m.Seq != want || !strings.HasSuffix(e.id, fmt.Sprintf(".%d", want)) {
				t.Errorf("event %s has seq %d, want %d", e.id, m.Seq, want)
			}
		}
		c := r.want(r.call("GET", path, "", g.auth()...), 200, "").json(t)
		if c["status"] != "open" || c["agent"].(map[string]any)["name"] != "Lin" {
			t.Errorf("the conversation is %v", c)
		}
	})
	t.Run("who wrote it takes it back, and nobody else", func(t *testing.T) {
		r := r.at(t)
		g := r.caller("shop")
		path := "/api/v1/conversations/" + g.conversation
		r.want(r.send(g, "不该说的"), 201, "")
		r.want(r.call("POST", path+"/messages/1/recall", "", key("Lin")...), 403, chat.CodeForbidden)
		r.want(r.call("POST", path+"/messages/x/recall", "", g.auth()...), 404, chat.CodeNotFound)
		r.want(r.call("POST", path+"/messages/1/recall", "", g.auth()...), 204, "")
		r.want(r.call("POST", path+"/messages/1/recall", "", g.auth()...), 204, "")
		if a := r.want(r.call("GET", path+"/messages?after=0", "", key("Lin")...), 200, ""); strings.Contains(string(a.body), "不该说的") || !strings.Contains(string(a.body), `"notice":"recalled"`) {
			t.Errorf("the log is %s", a.body)
		}
	})
	t.Run("an agent asks with choices, a form and a card, a visitor only answers", func(t *testing.T) {
		r := r.at(t)
		g := r.caller("shop")
		path := "/api/v1/conversations/" + g.conversation + "/messages"
		with := func(kind, text, data string) string {
			return fmt.Sprintf(`{"client_id":%q,"kind":%q,"text":%q,"data":%s}`, chat.NewID(time.Now()), kind, text, data)
		}
		r.want(r.send(g, "在吗"), 201, "")
		for kind, data := range map[string]string{"choices": `{"options":["要"]}`, "form": `{"fields":[{"name":"n","label":"姓名"}]}`, "card": `{"title":"杯"}`} {
			r.want(r.call("POST", path, with(kind, "问", data), g.auth()...), 400, chat.CodeInvalid)
			r.want(r.call("POST", path, with(kind, "问", `{}`), key("Lin")...), 400, chat.CodeInvalid)
			asked := r.want(r.call("POST", path, with(kind, "问", data), key("Lin")...), 201, "").json(t)
			answer := r.call("POST", path, with("text", "答", fmt.Sprintf(`{"answer_to":%v,"form":[{"name":"n","value":"王"}]}`, asked["seq"])), g.auth()...)
			if kind == "card" {
				r.want(answer, 400, chat.CodeInvalid)
				continue
			}
			if m := r.want(answer, 201, "").json(t); kind == "form" && m["text"] != "姓名: 王" {
				t.Errorf("%s was answered with %v", kind, m)
			}
		}
		r.want(r.call("POST", path, with("notice", "x", `{"notice":"closed"}`), key("Lin")...), 400, chat.CodeInvalid)
	})
	t.Run("what was missed arrives once and in order", func(t *testing.T) {
		r := r.at(t)
		var epoch string
		visitor := r.stream(path+"/events", g.auth()...)
		epoch, _, _ = strings.Cut(r.next(visitor, "message").id, ".")
		for i := range 200 {
			r.want(r.call("POST", path+"/messages", message(fmt.Sprint("missed ", i)), key("Lin")...), 201, "")
		}
		back := r.stream(path+"/events", append(g.auth(), "Last-Event-ID", epoch+".3")...)
		for i := range 200 {
			m := r.next(back, "message").message(t)
			if m.Seq != int64(4+i) || m.Text != fmt.Sprint("missed ", i) {
				t.Fatalf("message %d is %d %q", i, m.Seq, m.Text)
			}
		}
	})
	t.Run("a foreign epoch is told to start over", func(t *testing.T) {
		r := r.at(t)
		r.next(r.stream(path+"/events", append(g.auth(), "Last-Event-ID", "other.3")...), "reset")
	})
	t.Run("a traceparent is continued into the message", func(t *testing.T) {
		r := r.at(t)
		id := strings.Repeat("ab", 16)
		a := r.call("POST", path+"/messages", message("traced"), append(g.auth(), "traceparent", "00-"+id+"-0123456789abcdef-01")...)
		if got := a.json(t)["trace_id"]; got != id || a.Header.Get("X-Trace-Id") != id {
			t.Errorf("trace %v, want %s", got, id)
		}
	})
	t.Run("a note never reaches the visitor", func(t *testing.T) {
		r := r.at(t)
		visitor := r.stream(path+"/events?after=100000", g.auth()...)
		r.want(r.call("POST", path+"/notes", message("between us"), key("Lin")...), 201, "")
		r.want(r.call("POST", path+"/messages", message("for you"), key("Lin")...), 201, "")
		if m := r.next(inbox, "message").message(t); m.Text == "" {
			t.Errorf("the agent saw %v", m)
		}
		for _, get := range []string{path, path + "/messages", path + "/messages?after=0&limit=200"} {
			if a := r.call("GET", get, "", g.auth()...); strings.Contains(string(a.body), "between us") {
				t.Errorf("%s shows the note", get)
			}
		}
		r.want(r.call("GET", path+"/notes", "", g.auth()...), 403, chat.CodeForbidden)
		if e := r.next(visitor, "message"); strings.Contains(e.data, "between us") {
			t.Errorf("the stream shows the note: %s", e.data)
		}
		if a := r.want(r.call("GET", path+"/notes", "", key("Lin")...), 200, ""); !strings.Contains(string(a.body), "between us") {
			t.Errorf("the agent does not see it: %s", a.body)
		}
	})
	t.Run("typing and receipts reach the other side", func(t *testing.T) {
		r := r.at(t)
		visitor := r.stream(path+"/events?after=100000", g.auth()...)
		r.want(r.call("POST", path+"/typing", `{"draft":"secret"}`, key("Lin")...), 204, "")
		if e := r.next(visitor, "typing"); strings.Contains(e.data, "secret") || e.id != "" {
			t.Errorf("typing is %+v", e)
		}
		r.want(r.call("POST", path+"/read", `{"seq":2}`, g.auth()...), 204, "")
		r.want(r.call("POST", path+"/read", `{"seq":5}`, key("Lin")...), 204, "")
	})
	t.Run("closed is closed, and rated once", func(t *testing.T) {
		r := r.at(t)
		r.want(r.call("POST", path+"/close", "", g.auth()...), 204, "")
		r.want(r.call("POST", path+"/close", "", g.auth()...), 204, "")
		r.want(r.send(g, "too late"), 409, chat.CodeConflict)
		r.want(r.call("POST", path+"/rating", `{"score":5,"comment":"quick"}`, g.auth()...), 204, "")
		if c := r.call("GET", path, "", g.auth()...).json(t); c["status"] != "closed" || c["score"] != float64(5) {
			t.Errorf("the conversation is %v", c)
		}
	})
	t.Run("a session with the token goes on as the same visitor in a new conversation", func(t *testing.T) {
		r := r.at(t)
		m := r.want(r.call("POST", "/api/v1/lines/shop/session", `{}`, g.auth()...), 201, "").json(t)
		if m["visitor"].(map[string]any)["id"] != g.id || m["conversation"].(map[string]any)["id"] == g.conversation {
			t.Errorf("the session is %v", m)
		}
	})
	t.Run("no token and no words are in the log", func(t *testing.T) {
		r := r.at(t)
		for _, canary := range []string{g.token, keyOf("Lin"), "你好", "missed 7", "between us"} {
			if strings.Contains(r.log.String(), canary) {
				t.Errorf("the log holds %q", canary)
			}
		}
	})
}

func TestAPI_badInput(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	g := r.caller("shop")
	path := "/api/v1/conversations/" + g.conversation + "/messages"
	expired, _ := r.door.tokens.issue("shop", chat.ID(g.id), false, time.Now().Add(-2*tokenLife))
	id := `"client_id":"0192f0c1-0000-7000-8000-00000000000a"`
	for name, c := range map[string]struct {
		body   string
		header []string
		path   string
		status int
		code   chat.Code
	}{
		"NUL":                {body: `{` + id + `,"text":"a\u0000b"}`, status: 400, code: chat.CodeInvalid},
		"bad UTF-8":          {body: "{" + id + ",\"text\":\"a\xff\"}", status: 400, code: chat.CodeInvalid},
		"1 MB":               {body: `{` + id + `,"text":"` + strings.Repeat("x", 1<<20) + `"}`, status: 413, code: chat.CodeTooLarge},
		"8,001 characters":   {body: `{` + id + `,"text":"` + strings.Repeat("字", 8001) + `"}`, status: 400, code: chat.CodeInvalid},
		"empty":              {body: `{` + id + `,"text":" \n"}`, status: 400, code: chat.CodeInvalid},
		"unknown kind":       {body: `{` + id + `,"kind":"hologram","text":"x"}`, status: 400, code: chat.CodeInvalid},
		"a notice":           {body: `{` + id + `,"kind":"notice","text":"x"}`, status: 400, code: chat.CodeInvalid},
		"no client id":       {body: `{"text":"x"}`, status: 400, code: chat.CodeInvalid},
		"not JSON":           {body: `{`, status: 400, code: chat.CodeInvalid},
		"other JSON":         {body: `[1]`, status: 400, code: chat.CodeInvalid},
		"form":               {body: "text=x", header: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, code: chat.CodeUnsupportedMedia},
		"compressed":         {body: `{}`, header: []string{"Content-Encoding", "gzip"}, status: 415, code: chat.CodeUnsupportedMedia},
		"expired token":      {body: message("x"), header: []string{"Authorization", "Bearer " + expired}, status: 401, code: chat.CodeUnauthenticated},
		"forged token":       {body: message("x"), header: []string{"Authorization", "Bearer " + g.token + "x"}, status: 401, code: chat.CodeUnauthenticated},
		"unknown key":        {body: message("x"), header: []string{"Authorization", "Bearer sk_no"}, status: 401, code: chat.CodeUnauthenticated},
		"unknown line":       {path: "/api/v1/lines/nowhere/session", body: `{}`, status: 404, code: chat.CodeNotFound},
		"no conversation id": {path: "/api/v1/conversations/7/messages", body: message("x"), status: 404, code: chat.CodeNotFound},
		"unknown path":       {path: "/api/v1/nothing", body: message("x"), status: 404, code: chat.CodeNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			r := r.at(t)
			p := path
			if c.path != "" {
				p = c.path
			}
			r.want(r.call("POST", p, c.body, append(g.auth(), c.header...)...), c.status, c.code)
		})
	}
	t.Run("8,000 characters are accepted", func(t *testing.T) {
		r := r.at(t)
		r.want(r.send(g, strings.Repeat("字", 8000)), 201, "")
	})
	t.Run("what a caller may not set is passed over", func(t *testing.T) {
		r := r.at(t)
		m := r.want(r.call("POST", path, `{"client_id":"0192f0c1-0000-7000-8000-00000000000b","text":"x","seq":99,"author":{"kind":"agent","name":"Boss"},"conversation_id":"0192f0c1-0000-7000-8000-00000000000c"}`, g.auth()...), 201, "").json(t)
		if m["author"].(map[string]any)["kind"] != "visitor" || m["conversation_id"] != g.conversation || m["seq"] == float64(99) {
			t.Errorf("the message is %v", m)
		}
	})
	t.Run("the sentence is in the reader's language", func(t *testing.T) {
		r := r.at(t)
		zh := r.call("POST", path, `{`+id+`,"text":""}`, append(g.auth(), "Accept-Language", "zh-CN")...).json(t)["detail"]
		en := r.call("POST", path, `{`+id+`,"text":""}`, append(g.auth(), "Accept-Language", "en")...).json(t)["detail"]
		if zh == en {
			t.Errorf("both are %q", zh)
		}
	})
}

func TestAPI_limits(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	t.Run("a visitor who sends too fast is told when to come back", func(t *testing.T) {
		r := r.at(t)
		g := r.caller("shop")
		for range 60 { // what came before is taken from the bucket at once: on a slow machine it fills again between two sends
			for r.door.limits.visitorSend.take(g.id) == nil {
			}
			if a := r.send(g, "x"); a.StatusCode == 429 {
				if a.Header.Get("Retry-After") == "" {
					t.Error("no Retry-After")
				}
				r.want(a, 429, chat.CodeRateLimited)
				return
			}
		}
		t.Error("60 sends beyond the limit were accepted")
	})
	t.Run("another visitor at the same address is not held up", func(t *testing.T) {
		r := r.at(t)
		r.want(r.send(r.caller("shop"), "x"), 201, "")
	})
}
