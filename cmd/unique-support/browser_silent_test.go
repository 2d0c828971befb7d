package main

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/chat/sample"
)

// What the server sends does not reach her any more, and nothing says so: she is told in time, the agent sees that she has not
// received the answer, and she is shown everything once packets pass again.
func TestChatPage_NothingComesDown(t *testing.T) {
	t.Parallel()
	desk := startProgram(t)
	key := desk.tells("apikey", "create", "--user", sample.Agents()[0].Email, "--name", "test")
	way := oneWay(t, strings.TrimPrefix(desk.url, "http://"))
	browser := startBrowser(t)
	v := sits(t, browser, "the visitor", 390, 844, true)
	v.goes("http://" + way.address + "/c/demo")
	v.writes("textarea[name=text]", "在吗")
	v.press("form[data-composer] .send")
	v.sees("that it went out", `page.body.dataset.conversation && text(".message--own .message__state") === "已发送"`)
	id, err := ask[string](v, "page.body.dataset.conversation")
	if err != nil {
		t.Fatal(err)
	}
	says := func(text string) {
		t.Helper()
		want(t, 201, "POST", desk.url+"/api/v1/conversations/"+id+"/messages", key, words(chat.NewSecretID(), text))
	}
	says("您好")
	v.sees("the answer", `texts(".message .bubble").at(-1) === "您好"`)
	a := sits(t, browser, "林晓", 1440, 900, false)
	(&talk{T: t, desk: desk}).signsIn(a, sample.Agents()[0])
	a.goes(desk.url + "/console/c/" + id)
	a.sees("that she has it", `["已送达", "已读"].includes(texts(".message--own .message__meta [data-slot=state]").at(-1))`)

	way.swallows.Store(true)
	says("订单已经发出")
	says("明天到")
	a.sees("that she has not received it", `texts(".message--own .bubble").at(-1) === "明天到" && texts(".message--own .message__meta [data-slot=state]").at(-1) === "对方尚未收到"`)
	for range 3 { // the page may be silent for 40 seconds before it believes that something is wrong
		if shown, err := ask[bool](v, `all("[data-notice]").length > 0`); err == nil && shown || v.waits(func() (bool, error) { return ask[bool](v, `all("[data-notice]").length > 0`) }) == nil {
			break
		}
	}
	v.sees("that something is wrong", `text("[data-notice]").length > 0 && texts(".message .bubble").at(-1) === "您好"`)

	way.heals()
	for range 2 {
		if v.waits(func() (bool, error) { return ask[bool](v, `texts(".message .bubble").at(-1) === "明天到"`) }) == nil {
			break
		}
	}
	v.sees("everything, once and in order", `texts(".message .bubble").slice(-3).join() === "您好,订单已经发出,明天到" && !all("[data-notice]").length`)
	a.sees("that she has it now", `["已送达", "已读"].includes(texts(".message--own .message__meta [data-slot=state]").at(-1))`)
}

// way is a network between a browser and a server that can lose all that comes down.
type way struct {
	address  string
	swallows atomic.Bool

	mu   sync.Mutex
	open map[net.Conn]bool
}

// oneWay leads to a server's address until t ends.
func oneWay(t *testing.T, to string) *way {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &way{address: l.Addr().String(), open: map[net.Conn]bool{}}
	t.Cleanup(func() {
		_ = l.Close()
		w.cut()
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.carry(t.Context(), c, to)
		}
	}()
	return w
}

func (w *way) carry(ctx context.Context, c net.Conn, to string) {
	defer c.Close()
	s, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", to)
	if err != nil {
		return
	}
	defer s.Close()
	w.mu.Lock()
	w.open[c], w.open[s] = true, true
	w.mu.Unlock()
	go func() {
		_, _ = io.Copy(s, c)
		_ = s.Close()
	}()
	_, _ = io.Copy(down{w, c}, s)
	w.mu.Lock()
	delete(w.open, c)
	delete(w.open, s)
	w.mu.Unlock()
}

// down is what the browser hears.
type down struct {
	*way
	to net.Conn
}

// Write passes bytes on, or pretends to.
func (d down) Write(b []byte) (int, error) {
	if d.swallows.Load() {
		return len(b), nil
	}
	return d.to.Write(b)
}

// heals has bytes pass again, on new connections: what the old ones lost does not come back.
func (w *way) heals() {
	w.swallows.Store(false)
	w.cut()
}

func (w *way) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.open {
		_ = c.Close()
	}
}
