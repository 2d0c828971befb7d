package handlers

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/taadis/unique-support/core/chat"
)

func TestAPI_trace(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	g := r.caller("shop")
	inbox := r.stream("/api/v1/inbox/events", key("Lin")...)
	r.next(inbox, "heads")
	const traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
	sent := r.call("POST", "/api/v1/conversations/"+g.conversation+"/messages", message("在吗"), append(g.auth(), "traceparent", "00-"+traceID+"-00f067aa0ba902b7-01")...)
	var m chat.Message
	if err := json.Unmarshal(r.want(sent, 201, "").body, &m); err != nil {
		t.Fatal(err)
	}
	path := "/api/v1/messages/" + string(m.ID) + "/trace"

	t.Run("every hop, one after the other", func(t *testing.T) {
		r := r.at(t)
		r.want(r.call("POST", "/api/v1/conversations/"+g.conversation+"/read", `{"seq":1}`, key("Lin")...), 204, "")
		want := []chat.Hop{chat.HopReceived, chat.HopQueued, chat.HopRouted, chat.HopCommitted, chat.HopPushed, chat.HopDelivered, chat.HopRead}
		var got chat.Trace
		for late := time.Now().Add(10 * time.Second); len(got.Hops) < len(want); {
			got = chat.Trace{}
			if err := json.Unmarshal(r.want(r.call("GET", path, "", key("Lin")...), 200, "").body, &got); err != nil {
				t.Fatal(err)
			}
			if time.Now().After(late) {
				t.Fatalf("there are only %+v", got)
			}
		}
		var hops []chat.Hop
		for _, h := range got.Hops {
			hops = append(hops, h.Hop)
		}
		if d := cmp.Diff(want, hops); d != "" {
			t.Fatal(d)
		}
		if !slices.IsSortedFunc(got.Hops, func(a, b chat.Passed) int { return a.At.Compare(b.At.Time) }) || got.Hops[0].After != 0 || got.Hops[5].After <= got.Hops[3].After {
			t.Errorf("got %+v", got.Hops)
		}
		got.Hops = nil
		if d := cmp.Diff(chat.Trace{Message: m.ID, Conversation: m.Conversation, Seq: 1, Trace: traceID, Node: "desk-1"}, got); d != "" {
			t.Error(d)
		}
	})
	t.Run("nobody else's", func(t *testing.T) {
		r := r.at(t)
		r.want(r.call("GET", path, "", key("Audit")...), 200, "")
		r.want(r.call("GET", path, "", key("Mo")...), 404, chat.CodeNotFound)
		r.want(r.call("GET", path, "", g.auth()...), 403, chat.CodeForbidden)
		r.want(r.call("GET", path, ""), 401, chat.CodeUnauthenticated)
		for _, id := range []string{"0192f0c1-0000-7000-8000-000000000009", "x", g.conversation} {
			r.want(r.call("GET", "/api/v1/messages/"+id+"/trace", "", key("Lin")...), 404, chat.CodeNotFound)
		}
	})
}
