package handlers

import (
	"bytes"
	"encoding/csv"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

func TestPages_replies(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	_, lead := r.member("lead", "supervisor")
	_, agent := r.member("ann", "agent")
	_, auditor := r.member("aud", "auditor")
	has := func(t *testing.T, a answer, words ...string) answer {
		t.Helper()
		for _, w := range words {
			if !bytes.Contains(a.body, []byte(w)) {
				t.Errorf("%s: %q is not there", a.Request.URL.Path, w)
			}
		}
		return a
	}
	var at string

	t.Run("kept, refused with what was typed, found", func(t *testing.T) {
		r := r.at(t)
		has(t, r.want(lead("GET", "/console/canned"), 200, ""), "/console/canned/new")
		a := r.want(lead("POST", "/console/canned/new", "action", "save", "title", "<Late>", "shortcut", "late", "body", "{{visitor.age}}，您好", "scope", "shop", "category", "物流"), 422, "")
		has(t, a, `value="&lt;Late&gt;"`, "{{visitor.age}}，您好", `id="wrong-body"`, `<option value="shop" selected`)
		at = r.want(lead("POST", "/console/canned/new", "action", "save", "title", "<Late>", "shortcut", "/late", "body", "{{visitor.name}}，稍等", "scope", "shop", "category", "物流"), 303, "").Header.Get("Location")
		at, _, _ = strings.Cut(at, "?")
		has(t, r.want(agent("GET", at), 200, ""), "&lt;Late&gt;", "/late", "<fieldset class=\"plain\" disabled")
		has(t, r.want(agent("GET", "/console/canned?shelf=c:物流&q=LATE"), 200, ""), "&lt;Late&gt;")
		if a := r.want(agent("GET", "/console/canned?shelf=mine"), 200, ""); bytes.Contains(a.body, []byte("&lt;Late&gt;")) {
			t.Error("it is hers")
		}
		r.want(agent("POST", at, "action", "save", "title", "x", "shortcut", "late", "body", "x", "scope", "shop"), 403, "")
		r.want(agent("POST", at, "action", "drop"), 403, "")
		r.want(auditor("POST", "/console/canned/new", "action", "save", "title", "x", "shortcut", "x", "body", "x", "scope", "mine"), 403, "")
		has(t, r.want(lead("POST", "/console/canned/new", "action", "save", "title", "x", "shortcut", "late", "body", "x", "scope", "shop"), 409, ""), `id="wrong-shortcut"`)
	})
	t.Run("in the composer it is filled in", func(t *testing.T) {
		r := r.at(t)
		g := r.caller("shop")
		r.want(r.send(g, "在吗"), 201, "")
		has(t, r.want(agent("GET", "/console/c/"+g.conversation), 200, ""), `data-shortcut="late" data-body="稍等"`)
	})
	t.Run("a file out, and in again", func(t *testing.T) {
		r := r.at(t)
		r.want(lead("POST", "/console/canned/new", "action", "save", "title", "=1+1", "shortcut", "sum", "body", "a, \"b\"\r\nc", "scope", "mine"), 303, "")
		a := r.want(lead("GET", "/console/canned.csv"), 200, "")
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(a.body, []byte("\ufeff")))).ReadAll()
		if err != nil || len(rows) != 3 || rows[2][3] != "'=1+1" || rows[2][4] != "a, \"b\"\nc" || rows[1][0] != "shop" {
			t.Fatalf("got %q, %v", rows, err)
		}
		if to := r.want(r.file(lead, a.body), 303, "").Header.Get("Location"); !strings.Contains(to, "added=0") || !strings.Contains(to, "changed=0") {
			t.Errorf("the same file is news: %s", to)
		}
		more := string(a.body) + "mine,,new,New,\"Hi {{agent.name}}\",\r\nall,,bad,Bad,{{nothing}},\r\n"
		has(t, r.want(r.file(lead, []byte(more)), 422, ""), "{{nothing}}", "5")
		more = strings.Replace(more, "{{nothing}}", "{{order}}", 1)
		if to := r.want(r.file(lead, []byte(more)), 303, "").Header.Get("Location"); !strings.Contains(to, "added=2") {
			t.Errorf("got %s", to)
		}
		for _, junk := range []string{"", "a,b\n1,2\n", "shortcut,body\n\"open"} {
			r.want(r.file(lead, []byte(junk)), 422, "")
		}
	})
	t.Run("forgotten", func(t *testing.T) {
		r := r.at(t)
		has(t, r.want(lead("GET", "/console/canned/new?of="+strings.TrimPrefix(at, "/console/canned/")), 200, ""), "{{visitor.name}}，稍等")
		r.want(lead("POST", at, "action", "drop"), 303, "")
		r.want(lead("GET", at), 404, "")
	})
}

// file posts a file of replies as somebody does.
func (r *rig) file(as func(method, path string, fields ...string) answer, body []byte) answer {
	r.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "replies.csv")
	if err != nil {
		r.t.Fatal(err)
	}
	_, _ = part.Write(body)
	_ = w.Close()
	from := as("GET", "/console/canned/import").Request
	client := browser(r.t)
	var cookies []string
	for _, k := range from.Cookies() {
		cookies = append(cookies, k.Name+"="+k.Value)
	}
	return r.with(client, http.MethodPost, "/console/canned/import", b.String(), "Content-Type", w.FormDataContentType(), "Accept", "text/html", "Sec-Fetch-Site", "same-origin", "Cookie", strings.Join(cookies, "; "))
}
