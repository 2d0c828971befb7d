package handlers

import (
	"bytes"
	"encoding/csv"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// member signs somebody in who has the role.
func (r *rig) member(name, role string) (chat.Agent, func(method, path string, fields ...string) answer) {
	r.t.Helper()
	lin, err := r.store.AgentByEmail(r.t.Context(), "lin@shop.example")
	if err != nil {
		r.t.Fatal(err)
	}
	a := chat.Agent{ID: chat.NewID(time.Now()), Email: name + "@example.com", Name: name, Role: role, Lines: []string{"shop"}, Capacity: 5, Presence: chat.Online, PasswordHash: lin.PasswordHash}
	if err := r.store.PutAgent(r.t.Context(), a); err != nil {
		r.t.Fatal(err)
	}
	b := browser(r.t)
	r.want(r.form(b, "/console/login", "email", a.Email, "password", password), 303, "")
	return a, func(method, path string, fields ...string) answer {
		if method == "GET" {
			return r.with(b, method, path, "", "Accept", "text/html")
		}
		return r.form(b, path, fields...)
	}
}

func TestPages_team(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	_, gu := r.member("gu", "owner")
	ann, agent := r.member("ann", "agent")
	_, auditor := r.member("aud", "auditor")
	link := regexp.MustCompile(`http://[^<]*(/console/join/[A-Za-z0-9_-]+)`)
	has := func(t *testing.T, a answer, words ...string) {
		t.Helper()
		for _, w := range words {
			if !bytes.Contains(a.body, []byte(w)) {
				t.Errorf("%s: %q is not there", a.Request.URL.Path, w)
			}
		}
	}

	t.Run("who may see it, and who change it", func(t *testing.T) {
		r := r.at(t)
		has(t, r.want(gu("GET", "/console/team"), 200, ""), "ann@example.com", "/console/team/invite", `name="may.agent"`)
		a := r.want(auditor("GET", "/console/team"), 200, "")
		has(t, a, "ann@example.com")
		if bytes.Contains(a.body, []byte("<select")) || bytes.Contains(a.body, []byte("/console/team/invite")) || bytes.Contains(a.body, []byte(`type="checkbox"`)) {
			t.Error("an auditor is offered what she may not do")
		}
		r.want(auditor("POST", "/console/team/m/"+string(ann.ID), "action", "disable"), 403, "")
		r.want(agent("GET", "/console/team"), 403, "")
		if page := r.want(agent("GET", "/console"), 200, ""); bytes.Contains(page.body, []byte("/console/team")) {
			t.Error("an agent is shown the way")
		}
		r.want(r.with(browser(t), "GET", "/console/team", "", "Accept", "text/html"), 303, "")
	})
	t.Run("searching", func(t *testing.T) {
		r := r.at(t)
		a := r.want(gu("GET", "/console/team?q=ANN"), 200, "")
		has(t, a, "ann@example.com")
		if bytes.Contains(a.body, []byte("aud@example.com")) {
			t.Error("she was not searched for")
		}
		has(t, r.want(gu("GET", "/console/team?q="+url.QueryEscape("<none>")), 200, ""), "&lt;none&gt;")
	})
	t.Run("an invitation leads into the console", func(t *testing.T) {
		r := r.at(t)
		a := r.want(gu("POST", "/console/team/invite", "email", "nobody", "role", "agent", "line", "shop", "capacity", "7"), 422, "")
		has(t, a, `value="nobody"`, `value="7"`) // what was typed stays typed
		a = r.want(gu("POST", "/console/team/invite", "email", "new@example.com", "role", "agent", "line", "shop", "capacity", "7"), 200, "")
		m := link.FindSubmatch(a.body)
		if m == nil {
			t.Fatalf("there is no link in %.3000s", a.body)
		}
		path, b := string(m[1]), browser(t)
		has(t, r.want(r.with(b, "GET", path, "", "Accept", "text/html"), 200, ""), "new@example.com")
		has(t, r.want(r.form(b, path, "name", "新人 <b>", "password", "short"), 422, ""), `value="新人 &lt;b&gt;"`)
		r.want(r.form(b, path, "name", "新人", "password", "long enough to be one"), 303, "")
		has(t, r.want(r.with(b, "GET", "/console", "", "Accept", "text/html"), 200, ""), "新人")
		r.want(r.form(browser(t), path, "name", "x", "password", "long enough to be one"), 404, "")
		has(t, r.want(gu("GET", "/console/team"), 200, ""), "新人")
		if strings.Contains(r.log.String(), strings.TrimPrefix(path, "/console/join/")) {
			t.Error("the log has the token")
		}
	})
	t.Run("a role chosen in the list, refused for her own", func(t *testing.T) {
		r := r.at(t)
		r.want(gu("POST", "/console/team/m/"+string(ann.ID), "action", "role", "role", "supervisor"), 303, "")
		now, err := r.store.Agent(t.Context(), ann.ID)
		if err != nil || now.Role != "supervisor" || now.Capacity != 5 || len(now.Lines) != 1 {
			t.Errorf("got %+v, %v", now, err)
		}
		me, err := r.store.AgentByEmail(t.Context(), "gu@example.com")
		if err != nil {
			t.Fatal(err)
		}
		has(t, r.want(gu("POST", "/console/team/m/"+string(me.ID), "action", "disable"), 409, ""), `role="alert"`)
	})
	t.Run("signed out, locked out, and in again with a new password", func(t *testing.T) {
		r := r.at(t)
		path := "/console/team/m/" + string(ann.ID)
		r.want(agent("GET", "/console"), 200, "")
		r.want(gu("POST", path, "action", "signout"), 303, "")
		r.want(agent("GET", "/console"), 303, "")
		r.want(gu("POST", path, "action", "disable"), 303, "")
		r.want(r.form(browser(t), "/console/login", "email", ann.Email, "password", password), 401, "")
		r.want(gu("POST", path, "action", "enable"), 303, "")
		m := link.FindSubmatch(r.want(gu("POST", path, "action", "reset"), 200, "").body)
		if m == nil {
			t.Fatal("there is no link")
		}
		r.want(r.form(browser(t), string(m[1]), "password", "another one that is long"), 303, "")
		r.want(r.form(browser(t), "/console/login", "email", ann.Email, "password", password), 401, "")
		r.want(r.form(browser(t), "/console/login", "email", ann.Email, "password", "another one that is long"), 303, "")
	})
	t.Run("roles", func(t *testing.T) {
		r := r.at(t)
		has(t, r.want(gu("POST", "/console/team/roles", "new", "Night Shift"), 422, ""), `role="alert"`)
		r.want(gu("POST", "/console/team/roles", "new", "night-shift"), 303, "")
		r.want(gu("POST", "/console/team/roles", "role", "night-shift", "may.night-shift", "conversation:read"), 303, "")
		roles, err := r.store.Roles(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, x := range roles {
			found = found || x.Name == "night-shift" && len(x.Permissions) == 1
		}
		if !found {
			t.Errorf("got %+v", roles)
		}
		r.want(gu("POST", "/console/team/roles", "drop", "night-shift"), 303, "")
		r.want(gu("POST", "/console/team/roles", "drop", "agent"), 409, "")
	})
	t.Run("the audit log, whole and as a file", func(t *testing.T) {
		r := r.at(t)
		has(t, r.want(auditor("GET", "/console/team/log?check=1"), 200, ""), "new@example.com", "tag--ok")
		a := r.want(auditor("GET", "/console/team/log.csv"), 200, "")
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(a.body, []byte("\ufeff")))).ReadAll()
		if err != nil || len(rows) < 8 || rows[1][4] != "member:invite" || rows[1][9] != "true" {
			t.Errorf("got %v, %v", rows, err)
		}
	})
	t.Run("a text that looks like a formula is none", func(t *testing.T) {
		r := r.at(t)
		evil, press := r.member("=cmd()", "owner")
		r.want(press("POST", "/console/team/m/"+string(ann.ID), "action", "signout"), 303, "")
		a := r.want(gu("GET", "/console/team/log.csv"), 200, "")
		if !bytes.Contains(a.body, []byte(",'"+evil.Name+",")) {
			t.Errorf("got %s", a.body)
		}
	})
}

func TestPages_teams(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	_, gu := r.member("gu", "owner")
	ann, agent := r.member("ann", "agent")
	_, auditor := r.member("aud", "auditor")
	has := func(t *testing.T, a answer, words ...string) {
		t.Helper()
		for _, w := range words {
			if !bytes.Contains(a.body, []byte(w)) {
				t.Errorf("%s: %q is not there", a.Request.URL.Path, w)
			}
		}
	}
	teams := func(t *testing.T) []chat.Team {
		t.Helper()
		all, err := r.store.Teams(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	has(t, r.want(gu("GET", "/console/team/teams"), 200, ""), `name="name"`)
	r.want(gu("POST", "/console/team/teams", "id", "", "name", "Night", "agent", string(ann.ID)), 303, "")
	has(t, r.want(gu("POST", "/console/team/teams", "id", "", "name", "night", "agent", string(ann.ID)), 409, ""), `value="night"`, "checked", `role="alert"`) // what was typed stays typed
	night := teams(t)[0]
	if len(night.Agents) != 1 {
		t.Fatalf("got %+v", night)
	}
	if a := r.want(auditor("GET", "/console/team/teams"), 200, ""); !bytes.Contains(a.body, []byte("Night")) || bytes.Contains(a.body, []byte("<input")) {
		t.Error("an auditor is offered what she may not do, or sees nothing")
	}
	r.want(agent("GET", "/console/team/teams"), 403, "")
	r.want(auditor("POST", "/console/team/teams", "id", string(night.ID), "drop", "1"), 403, "")
	path := "/console/team/m/" + string(ann.ID)
	has(t, r.want(gu("POST", path, "action", "change", "role", "agent", "line", "shop", "capacity", "6", "skills", "French，wine", "room.shop", "201"), 422, ""), `value="French，wine"`, `value="201"`)
	r.want(gu("POST", path, "action", "change", "role", "agent", "line", "shop", "capacity", "6", "skills", "French，wine", "room.shop", "2"), 303, "")
	if a, err := r.store.Agent(t.Context(), ann.ID); err != nil || len(a.Skills) != 2 || a.CapacityAt("shop") != 2 || len(a.Teams) != 1 {
		t.Errorf("got %+v, %v", a, err)
	}
	has(t, r.want(gu("GET", path), 200, ""), `value="French, wine"`, `name="room.shop"`)
	r.want(gu("POST", "/console/team/teams", "id", string(night.ID), "name", "Late"), 303, "")
	has(t, r.want(auditor("GET", "/console/team/log"), 200, ""), "Night → Late")
	r.want(gu("POST", "/console/team/teams", "id", string(night.ID), "drop", "1"), 303, "")
	r.want(gu("POST", "/console/team/teams", "id", string(night.ID), "drop", "1"), 404, "")
	r.want(gu("POST", "/console/team/teams", "id", "x", "name", "x"), 404, "")
	if len(teams(t)) > 0 {
		t.Error("it is there")
	}
}

func TestPages_handover(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	_, gu := r.member("gu", "supervisor")
	ann, agent := r.member("ann", "agent")
	v := r.caller("shop")
	r.want(r.send(v, "one"), 201, "")
	r.want(agent("GET", "/console/handover"), 403, "")
	r.want(agent("POST", "/console/handover", "id", v.conversation, "to", string(ann.ID)), 403, "")
	if a := r.want(gu("GET", "/console/handover"), 200, ""); !bytes.Contains(a.body, []byte(`value="`+v.conversation+`"`)) || !bytes.Contains(a.body, []byte(string(ann.ID))) {
		t.Error("it is not offered")
	}
	a := r.want(gu("POST", "/console/handover", "id", v.conversation, "to", "", "note", "x < y"), 422, "")
	if !bytes.Contains(a.body, []byte(`value="x &lt; y"`)) || !bytes.Contains(a.body, []byte("checked")) {
		t.Error("what was filled in is gone")
	}
	r.want(gu("POST", "/console/handover", "id", v.conversation, "id", "x", "to", string(ann.ID)), 409, "")
	if c, err := r.store.Conversation(t.Context(), "shop", chat.ID(v.conversation)); err != nil || c.Agent.ID != ann.ID {
		t.Errorf("got %+v, %v", c, err)
	}
	r.want(gu("POST", "/console/handover", "id", v.conversation, "to", string(ann.ID)), 303, "")
}

func TestPages_presence(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	ann, agent := r.member("ann", "agent")
	for value, want := range map[string][2]string{"busy": {"busy", ""}, "away lunch": {"away", "lunch"}, "away at the dentist": {"away", "at the dentist"}} {
		r.want(agent("POST", "/console/presence", "presence", value), 303, "")
		if a, err := r.store.Agent(t.Context(), ann.ID); err != nil || string(a.Presence) != want[0] || a.Reason != want[1] {
			t.Errorf("got %+v, %v", a, err)
		}
	}
	if a := r.want(agent("GET", "/console"), 200, ""); !bytes.Contains(a.body, []byte(`value="away lunch"`)) {
		t.Error("no reason is offered")
	}
}
