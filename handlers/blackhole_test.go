package handlers

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/sql/sqltest"
)

// TestLine_blackHole has a line's network swallow everything, while people write there: what was accepted stays, who hangs is
// told to come back, whoever comes later hears so without the database being asked, the other line notices nothing, and the
// line is back by itself. In the order of what happens.
func TestLine_blackHole(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	hole := sqltest.NewProxy(t, sqltest.Open(t))
	if err := r.store.PutLine(t.Context(), chat.Line{Name: "toys", Title: "TOYS", Locale: "en", DSN: hole.DSN}); err != nil {
		t.Fatal(err)
	}
	other := r.caller("shop")
	var guests []caller
	for range 8 {
		guests = append(guests, r.caller("toys"))
	}
	unavailable := func(a answer) {
		t.Helper()
		r.want(a, 503, chat.CodeLineUnavailable)
		if s, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || s < 1 || s > 5 {
			t.Errorf("Retry-After: %q", a.Header.Get("Retry-After"))
		}
	}
	for i, g := range guests {
		r.want(r.send(g, fmt.Sprint("before ", i)), 201, "")
	}

	hole.Silent.Store(true)
	answers := make(chan answer, len(guests))
	var round sync.WaitGroup
	for _, g := range guests {
		round.Go(func() { answers <- r.send(g, "into the hole") })
	}
	r.want(r.send(other, "during"), 201, "")
	round.Wait()
	close(answers)
	for a := range answers {
		unavailable(a)
	}
	if s := r.store.Stats()["toys"]; s.Opens != 1 {
		t.Errorf("after the first round %+v", s)
	}

	const later = 40
	before, tries := r.store.Stats()["toys"], hole.Dialed.Load()
	for i := range later {
		unavailable(r.send(guests[i%len(guests)], "later"))
	}
	refused, tries := r.store.Stats()["toys"].Refused-before.Refused, hole.Dialed.Load()-tries
	if refused < later*3/4 || tries > later/4 { // one call a second tries
		t.Errorf("%d of %d were answered without asking; it was dialed %d times", refused, later, tries)
	}
	r.want(r.send(other, "after"), 201, "")
	if s := r.store.Stats()["shop"]; s.Breaker != "closed" || s.Refused != 0 {
		t.Errorf("the other line: %+v", s)
	}

	hole.Silent.Store(false)
	late := time.Now().Add(30 * time.Second)
	// A connection that fell silent is found out by whoever uses it next, and there are some for writing and some for reading.
	back := func(ask func() answer, status int) answer {
		t.Helper()
		for {
			a := ask()
			if a.StatusCode == status {
				return a
			}
			if unavailable(a); time.Now().After(late) {
				t.Fatal("it does not come back")
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	back(func() answer { return r.send(guests[0], "back") }, 201)
	for i, g := range guests {
		page := back(func() answer {
			return r.call("GET", "/api/v1/conversations/"+g.conversation+"/messages?after=0", "", g.auth()...)
		}, 200).json(t)
		var texts []any
		for _, m := range page["messages"].([]any) {
			if m := m.(map[string]any); m["kind"] == "text" {
				texts = append(texts, m["text"])
			}
		}
		if want := fmt.Sprint("before ", i); texts[0] != want || i == 0 && texts[len(texts)-1] != "back" {
			t.Errorf("guest %d has %v", i, texts)
		}
	}
}
