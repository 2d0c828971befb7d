package handlers

import (
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// runner makes an agent of the shop with the role and returns her key.
func (r *rig) runner(name, role string) []string {
	r.t.Helper()
	now := time.Now()
	a := chat.Agent{ID: chat.NewID(now), Email: name + "@shop.example", Name: name, Role: role, Lines: []string{"shop"}, Capacity: 1, Presence: chat.Offline, Created: chat.Time{Time: now}}
	if err := r.store.PutAgent(r.t.Context(), a); err != nil {
		r.t.Fatal(err)
	}
	if err := r.store.PutKey(r.t.Context(), chat.APIKey{ID: chat.NewID(now), Agent: a.ID, Name: "test", Scopes: chat.Permissions(), Created: a.Created}, HashKey(keyOf(name))); err != nil {
		r.t.Fatal(err)
	}
	return key(name)
}

func TestAPI_Hook(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	admin := r.runner("ad", "admin")
	const path = "/api/v1/lines/shop/push"
	t.Run("OK", func(t *testing.T) {
		r := r.at(t)
		if is := r.want(r.call("GET", path, "", admin...), 200, "").json(t); is["url"] != "" || is["secrets"] != 0.0 {
			t.Errorf("before there is one: %v", is)
		}
		made := r.want(r.call("PUT", path, `{"url":"https://shop.example.com/push?key=hidden"}`, admin...), 200, "").json(t)
		if secret, _ := made["secret"].(string); !strings.HasPrefix(secret, chat.PushSecretPrefix) || made["preview"] != "none" || made["delay_seconds"] != 10.0 || made["url"] != "https://shop.example.com/push?…" {
			t.Errorf("made: %v", made)
		}
		again := r.want(r.call("PUT", path, `{"url":"https://shop.example.com/push?…","preview":"words","delay_seconds":0}`, admin...), 200, "").json(t)
		if again["secret"] != nil || again["preview"] != "words" || again["delay_seconds"] != 0.0 || again["secrets"] != 1.0 {
			t.Errorf("changed: %v", again)
		}
		if l, err := r.store.Line("shop"); err != nil || l.Push.URL != "https://shop.example.com/push?key=hidden" {
			t.Errorf("its address is %q (%v)", l.Push.URL, err)
		}
		if two := r.want(r.call("POST", path+"/rotate", "", admin...), 200, "").json(t); two["secrets"] != 2.0 || two["secret"] == made["secret"] {
			t.Errorf("rotated: %v", two)
		}
		r.want(r.call("POST", path+"/rotate", "", admin...), 409, chat.CodeConflict)
		if one := r.want(r.call("POST", path+"/retire", "", admin...), 200, "").json(t); one["secrets"] != 1.0 || one["secret"] != nil {
			t.Errorf("retired: %v", one)
		}
		for range 2 {
			r.want(r.call("DELETE", path, "", admin...), 204, "")
		}
		r.want(r.call("POST", path+"/rotate", "", admin...), 409, chat.CodeConflict)
		r.want(r.call("POST", path+"/test", "", admin...), 409, chat.CodeConflict)
		deeds, err := r.store.DeedsBefore(t.Context(), 0, 50)
		if err != nil || len(deeds) < 5 || deeds[0].Action != "line:push" || deeds[0].By.Name != "ad" || strings.Contains(deeds[0].Detail["push_url"], "hidden") {
			t.Errorf("the audit log says %+v (%v)", deeds, err)
		}
	})
	t.Run("what is no hook", func(t *testing.T) {
		r := r.at(t)
		for _, body := range []string{`{}`, `{"url":"ftp://shop.example.com"}`, `{"url":"https://shop.example.com","preview":"all"}`, `{"url":"https://shop.example.com","delay_seconds":601}`, `{"url":"https://shop.example.com","delay_seconds":-1}`} {
			r.want(r.call("PUT", path, body, admin...), 400, chat.CodeInvalid)
		}
	})
	t.Run("for those who run the line", func(t *testing.T) {
		r := r.at(t)
		for _, sub := range []string{path, "/api/v1/lines/shop/jobs"} {
			r.want(r.call("GET", sub, "", key("Lin")...), 403, chat.CodeForbidden)
			r.want(r.call("GET", sub, "", key("Audit")...), 200, "")
			r.want(r.call("GET", strings.Replace(sub, "shop", "mall", 1), "", admin...), 404, chat.CodeNotFound)
			r.want(r.call("GET", sub, ""), 401, chat.CodeUnauthenticated)
		}
		r.want(r.call("PUT", path, `{"url":"https://shop.example.com"}`, key("Audit")...), 403, chat.CodeForbidden)
	})
}

func TestAPI_Jobs(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	admin := r.runner("ad", "admin")
	const path = "/api/v1/lines/shop/jobs"
	r.want(r.call("PUT", "/api/v1/lines/shop/push", `{"url":"https://shop.example.com/push"}`, admin...), 200, "")
	var ids []string // the newest first
	for range 3 {
		ids = append([]string{r.want(r.call("POST", "/api/v1/lines/shop/push/test", "", admin...), 202, "").json(t)["job_id"].(string)}, ids...)
	}
	page := func(query string) (got []string, more bool) {
		t.Helper()
		a := r.want(r.call("GET", path+query, "", admin...), 200, "").json(t)
		for _, j := range a["jobs"].([]any) {
			got = append(got, j.(map[string]any)["id"].(string))
		}
		return got, a["has_more"].(bool)
	}
	if first, more := page("?limit=2"); strings.Join(first, " ") != ids[0]+" "+ids[1] || !more {
		t.Errorf("the first page is %v, %v of %v", first, more, ids)
	}
	if rest, more := page("?limit=2&before=" + ids[1]); strings.Join(rest, " ") != ids[2] || more {
		t.Errorf("the second page is %v, %v of %v", rest, more, ids)
	}
	if failed, _ := page("?state=failed"); len(failed) > 0 {
		t.Errorf("failed: %v", failed)
	}
	for _, query := range []string{"?state=lost", "?limit=201", "?limit=0", "?before=me"} {
		r.want(r.call("GET", path+query, "", admin...), 400, chat.CodeInvalid)
	}
	one := path + "/" + ids[2]
	r.want(r.call("POST", one+"/replay", "", admin...), 409, chat.CodeConflict)
	taken, err := r.store.TakeJobs(t.Context(), "shop", chat.JobPush, 10, time.Minute)
	if err != nil || len(taken) != 3 {
		t.Fatalf("took %+v (%v)", taken, err)
	}
	for _, j := range taken {
		if err := r.store.EndJob(t.Context(), "shop", j, chat.JobEnd{State: chat.JobFailed, Attempt: &chat.JobAttempt{Took: 12, Status: 500, Answer: "Ouch"}}); err != nil {
			t.Fatal(err)
		}
	}
	j := r.want(r.call("GET", one, "", admin...), 200, "").json(t)
	if log, _ := j["log"].([]any); j["state"] != "failed" || len(log) != 1 || log[0].(map[string]any)["status"] != 500.0 || log[0].(map[string]any)["answer"] != "Ouch" {
		t.Errorf("the job is %v", j)
	}
	r.want(r.call("POST", one+"/replay", "", admin...), 204, "")
	if queued, _ := page("?state=queued"); strings.Join(queued, " ") != ids[2] {
		t.Errorf("queued: %v", queued)
	}
	r.want(r.call("POST", path+"/"+ids[0]+"/replay", "", key("Audit")...), 403, chat.CodeForbidden)
	r.want(r.call("GET", path+"/nothing", "", admin...), 404, chat.CodeNotFound)
	r.want(r.call("GET", path+"/"+string(chat.NewSecretID()), "", admin...), 404, chat.CodeNotFound)
}
