package handlers

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

func TestPages_keys(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	_, gu := r.member("gu", "owner")
	_, auditor := r.member("aud", "auditor")
	ann, _ := r.member("ann", "agent")
	if a := r.want(auditor("GET", "/console/team/keys"), 200, ""); bytes.Contains(a.body, []byte(`name="scope"`)) {
		t.Error("an auditor is offered what she may not do")
	}
	r.want(auditor("POST", "/console/team/keys", "name", "x"), 403, "")
	a := r.want(gu("POST", "/console/team/keys", "name", "<orders>", "agent", string(ann.ID), "days", "90"), 422, "")
	if !bytes.Contains(a.body, []byte(`value="&lt;orders&gt;"`)) || !bytes.Contains(a.body, []byte(`role="alert"`)) {
		t.Error("what was typed is lost, or it is not said why")
	}
	a = r.want(gu("POST", "/console/team/keys", "name", "<orders>", "agent", string(ann.ID), "days", "90", "scope", "conversation:read"), 200, "")
	m := regexp.MustCompile(`id="key">(sk_[A-Za-z0-9_-]{40,})<`).FindSubmatch(a.body)
	if m == nil {
		t.Fatalf("there is no key in %.3000s", a.body)
	}
	r.want(r.call("GET", "/api/v1/inbox", "", "Authorization", "Bearer "+string(m[1])), 200, "")
	r.want(r.call("POST", "/api/v1/presence", `{"presence":"online"}`, "Authorization", "Bearer "+string(m[1])), 403, "")
	page := r.want(gu("GET", "/console/team/keys"), 200, "")
	if bytes.Contains(page.body, m[1]) || strings.Contains(r.log.String(), string(m[1])) {
		t.Error("it is shown again, or logged")
	}
	ids := regexp.MustCompile(`name="revoke" value="([0-9a-f-]+)"`).FindAllSubmatch(page.body, -1)
	r.want(gu("POST", "/console/team/keys", "revoke", string(ids[len(ids)-1][1])), 303, "")
	r.want(gu("POST", "/console/team/keys", "revoke", "nothing"), 404, "")
	if n := bytes.Count(r.want(gu("GET", "/console/team/keys"), 200, "").body, []byte(`name="revoke"`)); n != len(ids)-1 {
		t.Errorf("%d can be revoked", n)
	}
}
