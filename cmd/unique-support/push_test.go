package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

// host is a line's host, which is told when a visitor is to be called.
type host struct {
	*httptest.Server
	status atomic.Int32

	mu   sync.Mutex
	told []string
}

// hosting is a host that believes only what is signed with the secret, once it has one.
func hosting(t *testing.T, secret *atomic.Value) *host {
	h := &host{}
	h.status.Store(http.StatusNoContent)
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		key, err := chat.PushKey(fmt.Sprint(secret.Load()))
		m := hmac.New(sha256.New, key)
		fmt.Fprintf(m, "%s.%s.%s", r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp"), body)
		if want := "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil)); err != nil || r.Header.Get("Webhook-Signature") != want {
			t.Errorf("%s is signed %s, not %s (%v)", body, r.Header.Get("Webhook-Signature"), want, err)
		}
		h.mu.Lock()
		h.told = append(h.told, string(body))
		h.mu.Unlock()
		w.WriteHeader(int(h.status.Load()))
	}))
	t.Cleanup(h.Close)
	return h
}

// hears waits until so many calls have come, and returns the last.
func (h *host) hears(t *testing.T, n int) (b chat.PushBody) {
	t.Helper()
	eventually(t, fmt.Sprintf("told %d times", n), func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return len(h.told) >= n
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.told) != n {
		t.Fatalf("told %d times: %v", len(h.told), h.told)
	}
	if err := json.Unmarshal([]byte(h.told[n-1]), &b); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPush(t *testing.T) {
	t.Parallel()
	c := typist{t, folder(t)}
	c.prints("line", "create", "shop", "--title", "Shop")
	n := running(t, c.dir, "--base-url", "https://desk.example", "--hook-networks", "127.0.0.0/8", "--canary", "0")
	key := strings.TrimSpace(c.prints("apikey", "create", "--user", "admin@example.com", "--name", "test"))
	var secret atomic.Value
	h := hosting(t, &secret)

	if out := c.prints("line", "push", "shop"); out != "hook: none\n" {
		t.Errorf("it says %s", out)
	}
	c.refuses("name its --url", "line", "push", "shop", "--preview", "words")
	c.refuses("whole seconds", "line", "push", "shop", "--url", h.URL, "--delay", "1h")
	secret.Store(strings.TrimSpace(c.prints("line", "push", "shop", "--url", h.URL+"/push?key=hidden", "--preview", "words", "--delay", "0s")))
	if out := c.prints("line", "push", "shop"); !matches(out, `preview: +words`, `delay: +0s`, `secrets: +1`, `queued: +0`) || strings.Contains(out, "hidden") {
		t.Errorf("it says %s", out)
	}
	eventually(t, "a hook the server knows", func() bool {
		l, err := n.desk.Line("shop")
		return err == nil && l.Push.On()
	})
	test := strings.TrimSpace(c.prints("line", "push", "shop", "--test"))
	if b := h.hears(t, 1); b.Type != chat.PushTest || b.Data.Line != "shop" {
		t.Errorf("told was %+v", b)
	}
	if out := c.prints("line", "jobs", "shop", test); !strings.Contains(out, `"status": 204`) {
		t.Errorf("the test went %s", out)
	}

	g := enters(t, n.URL, "shop")
	g.says(t, "在吗")
	want(t, 201, "POST", g.at+"/messages", key, words(chat.NewSecretID(), "您好"))
	b := h.hears(t, 2)
	if b.Type != chat.PushUnread || b.Data.Conversation != g.Conversation.ID || b.Data.Unread != 1 || b.Data.Preview != "您好" || b.Data.Link != "https://desk.example/c/shop" || len(b.Data.Trace) != 32 {
		t.Errorf("told was %+v", b)
	}
	want(t, 201, "POST", g.at+"/messages", key, words(chat.NewSecretID(), "还在吗"))
	want(t, 204, "POST", g.at+"/read", g.Token, fmt.Sprintf(`{"seq":%d}`, len(g.log(t))))
	if b := h.hears(t, 3); b.Type != chat.PushRead || b.Data.Unread != 0 || b.Data.Conversation != g.Conversation.ID {
		t.Errorf("told was %+v", b)
	}
	if out, err := c.run("doctor"); !strings.Contains(out, "ok    push hook of line shop") {
		t.Errorf("the doctor says %s (%v)", out, err)
	}

	h.status.Store(http.StatusBadGateway)
	want(t, 201, "POST", g.at+"/messages", key, words(chat.NewSecretID(), "好的"))
	if b := h.hears(t, 4); b.Type != chat.PushUnread {
		t.Errorf("told was %+v", b)
	}
	var out string
	eventually(t, "a doctor who knows that the hook fails", func() bool {
		out, _ = c.run("doctor")
		return strings.Contains(out, "BAD   push hook of line shop")
	})
	if !strings.Contains(out, "the last try: status 502") {
		t.Errorf("the doctor says %s", out)
	}
	if out := c.prints("line", "jobs", "shop", "--state", "queued"); !matches(out, `\S+ +\S+ +push +unread +queued +1 +`+string(g.Conversation.ID)) {
		t.Errorf("it lists\n%s", out)
	}
	h.status.Store(http.StatusOK)
	c.refuses("queued already", "line", "jobs", "shop", strings.Fields(c.prints("line", "jobs", "shop", "--state", "queued"))[7], "--replay")
	c.prints("line", "jobs", "shop", test, "--replay")
	eventually(t, "the test told once more", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return strings.Contains(h.told[len(h.told)-1], `"test"`)
	})
	c.prints("line", "push", "shop", "--off")
	if out := c.prints("line", "push", "shop"); out != "hook: none\n" {
		t.Errorf("it says %s", out)
	}
}
