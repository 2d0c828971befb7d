package handlers

import (
	"bytes"
	"encoding/csv"
	"testing"
	"time"
)

func TestPages_reports(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	_, boss := r.member("gu", "supervisor")
	_, agent := r.member("ann", "agent")
	g := r.caller("shop")
	r.want(r.send(g, "杯口裂了"), 201, "")
	r.want(r.call("POST", "/api/v1/conversations/"+g.conversation+"/assign", `{"agent_id":"`+agentID(t, r, "lin@shop.example")+`"}`, key("Lin")...), 204, "")
	r.want(r.call("POST", "/api/v1/conversations/"+g.conversation+"/messages", message("在的"), key("Lin")...), 201, "")
	r.want(r.call("POST", "/api/v1/conversations/"+g.conversation+"/labels", `{"labels":["=HYPERLINK(1)"]}`, key("Lin")...), 204, "")
	r.want(r.call("POST", "/api/v1/conversations/"+g.conversation+"/close", "", key("Lin")...), 204, "")
	r.want(r.call("POST", "/api/v1/conversations/"+g.conversation+"/rating", `{"score":4,"comment":"=1+1, <b>thanks"}`, g.auth()...), 204, "")
	if _, err := r.store.CountFigures(t.Context(), "shop", 0); err != nil {
		t.Fatal(err)
	}

	t.Run("OK", func(t *testing.T) {
		r := r.at(t)
		a := r.want(boss("GET", "/console/reports?range=1&locale=en"), 200, "")
		for _, want := range []string{"100% satisfied", "&lt;b&gt;thanks", "Lin", `aria-current="page"`, "/console/reports.csv?by=comment", "/console/board"} {
			if !bytes.Contains(a.body, []byte(want)) {
				t.Errorf("%q is not there", want)
			}
		}
	})
	t.Run("what was chosen stays chosen, also when it is refused", func(t *testing.T) {
		r := r.at(t)
		a := r.want(boss("GET", "/console/reports?range=custom&from=2026-01-01&to=2029-01-01&label=x"), 422, "")
		for _, want := range []string{`value="2026-01-01"`, `value="2029-01-01"`, `<option value="x" selected`, `role="alert"`} {
			if !bytes.Contains(a.body, []byte(want)) {
				t.Errorf("%q is not there", want)
			}
		}
		if a := r.want(boss("GET", "/console/reports?range=custom&from=2020-01-01&to=2020-01-02&locale=en"), 200, ""); !bytes.Contains(a.body, []byte("No conversations in this time")) {
			t.Error("a time without conversations")
		}
	})
	t.Run("a spreadsheet runs nothing of it", func(t *testing.T) {
		r := r.at(t)
		rows := func(by string) [][]string {
			t.Helper()
			a := r.want(boss("GET", "/console/reports.csv?range=1&by="+by), 200, "")
			all, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(a.body, []byte("\ufeff")))).ReadAll()
			if err != nil || len(all) < 2 {
				t.Fatal(all, err)
			}
			return all
		}
		if got := rows("comment"); got[1][5] != "'=1+1, <b>thanks" || got[1][1] != "shop" {
			t.Errorf("got %q", got)
		}
		if got := rows("label"); got[1][0] != "'=HYPERLINK(1)" || got[1][1] != "1" {
			t.Errorf("got %q", got)
		}
		if got := rows("agent"); got[1][0] != "Lin" || got[1][3] != "1" {
			t.Errorf("got %q", got)
		}
		if got := rows("step"); len(got) < 24 {
			t.Errorf("got %q", got)
		}
	})
	t.Run("programs", func(t *testing.T) {
		r := r.at(t)
		day := time.Now().UTC()
		path := "/api/v1/reports?from=" + day.AddDate(0, 0, -1).Format(time.DateOnly) + "&to=" + day.Format(time.DateOnly)
		m := r.want(r.call("GET", path, "", key("Audit")...), 200, "").json(t)
		total := m["total"].(map[string]any)
		if total["begun"] != 1. || total["resolved"] != 1. || total["score"] != 4. || total["first_reply"].(map[string]any)["count"] != 1. || m["before"].(map[string]any)["score"] != nil {
			t.Errorf("got %v", m)
		}
		if lines := m["lines"].(map[string]any); len(lines) != 2 || lines["mall"].(map[string]any)["begun"] != 0. {
			t.Errorf("got %v", lines)
		}
		for _, bad := range []string{"from=x", "zone=Nowhere", "agent_id=x", "from=2020-01-01", "from=2026-02-02&to=2026-02-01"} {
			r.want(r.call("GET", "/api/v1/reports?"+bad, "", key("Audit")...), 400, "invalid")
		}
		r.want(r.call("GET", path, "", key("Lin")...), 403, "forbidden")
		r.want(r.call("GET", path, "", g.auth()...), 403, "forbidden")
	})
	t.Run("the board", func(t *testing.T) {
		r := r.at(t)
		late := r.caller("shop")
		r.want(r.send(late, "有人吗"), 201, "")
		a := r.want(boss("GET", "/console/board?locale=en"), 200, "")
		if !bytes.Contains(a.body, []byte("Longest wait")) || !bytes.Contains(a.body, []byte("SHOP")) || bytes.Contains(a.body, []byte("MALL")) {
			t.Errorf("%.2000s", a.body)
		}
	})
	t.Run("who may not", func(t *testing.T) {
		r := r.at(t)
		for _, path := range []string{"/console/reports", "/console/reports.csv", "/console/board"} {
			r.want(agent("GET", path), 403, "")
			r.want(r.with(browser(t), "GET", path, "", "Accept", "text/html"), 303, "")
		}
		if page := r.want(agent("GET", "/console"), 200, ""); bytes.Contains(page.body, []byte("/console/reports")) {
			t.Error("an agent is shown the way")
		}
	})
}

func agentID(t *testing.T, r *rig, email string) string {
	t.Helper()
	a, err := r.store.AgentByEmail(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	return string(a.ID)
}
