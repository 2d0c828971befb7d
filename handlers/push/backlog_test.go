package push

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func newBacklog() *backlog {
	return &backlog{counted: true, frames: 3, limit: 1000, wake: make(chan struct{}, 1)}
}

func numbered(seq int64) *frame {
	return newFrame(&chat.Event{Kind: chat.EventMessage, Seq: seq, Data: []byte("x")}, []byte("data: x\nevent: message\n\n"))
}

func TestBacklog_offer(t *testing.T) {
	t.Parallel()
	t.Run("OK: the next one is queued, a known one is not", func(t *testing.T) {
		t.Parallel()
		b := newBacklog()
		var got []verdict
		for _, seq := range []int64{1, 1, 2, 0} {
			got = append(got, b.offer(numbered(seq)))
		}
		if !slices.Equal(got, []verdict{queued, known, queued, queued}) || b.last != 2 || b.dirty {
			t.Errorf("%v, last %d, dirty %v", got, b.last, b.dirty)
		}
	})
	t.Run("a gap makes it dirty, until a short pull reached what it heard of meanwhile", func(t *testing.T) {
		t.Parallel()
		b := newBacklog()
		if v := b.offer(numbered(3)); v != missed || !b.wants() || b.why != becauseGap {
			t.Fatalf("%v", v)
		}
		if after, _ := b.pulling(); after != 0 {
			t.Errorf("pulls after %d", after)
		}
		b.offer(numbered(4)) // while the pull runs, and it does not see it
		b.pulled([]chat.Message{{Seq: 1}, {Seq: 2}, {Seq: 3}}, true)
		if !b.wants() {
			t.Error("clean without 4")
		}
		b.pulling()
		b.pulled([]chat.Message{{Seq: 4}}, false)
		if !b.wants() {
			t.Error("clean after a full pull")
		}
		b.pulling()
		b.pulled(nil, true)
		if b.wants() || b.offer(numbered(5)) != queued {
			t.Error("not clean")
		}
	})
	t.Run("what was queued before it became dirty goes before the pull", func(t *testing.T) {
		t.Parallel()
		b := newBacklog()
		b.offer(numbered(1))
		b.behind(3, becauseBehind)
		if b.wants() {
			t.Error("pulls past what is queued")
		}
		if q := b.take(nil); len(q) != 1 || !b.wants() {
			t.Errorf("%d queued", len(q))
		}
	})
	t.Run("it is bounded by frames and by bytes, and one frame always fits", func(t *testing.T) {
		t.Parallel()
		b := newBacklog()
		big := &frame{body: make([]byte, 5000)}
		if v := b.offer(big); v != queued {
			t.Errorf("a large first one: %v", v)
		}
		if v := b.offer(&frame{body: []byte("x")}); v != dropped {
			t.Errorf("past the bytes: %v", v)
		}
		b.take(nil)
		for i := range 3 {
			b.offer(numbered(int64(i + 1)))
		}
		if v := b.offer(numbered(4)); v != missed || b.why != becauseFull || len(b.queue) != 3 {
			t.Errorf("past the frames: %v", v)
		}
		b.close()
		if v := b.offer(numbered(4)); v != known || b.behind(9, becauseBehind) || b.wants() {
			t.Errorf("closed: %v", v)
		}
	})
}

func TestFrame_bytes(t *testing.T) {
	t.Parallel()
	f := numbered(7)
	in := func(epoch string) *Stream { return &Stream{Conversation: conv, Epoch: epoch} }
	a, b := f.bytes(in("e")), f.bytes(in("e"))
	if string(a) != "id: e.7\ndata: x\nevent: message\n\n" || &a[0] != &b[0] {
		t.Errorf("%q, shared %v", a, &a[0] == &b[0])
	}
	if s := string(f.bytes(in("f"))); s != "id: f.7\ndata: x\nevent: message\n\n" {
		t.Errorf("another epoch: %q", s)
	}
	if s := string(numbered(0).bytes(in("e"))); s != "data: x\nevent: message\n\n" {
		t.Errorf("ephemeral: %q", s)
	}
	if s := string(f.bytes(&Stream{Agent: agent})); s != "data: x\nevent: message\n\n" {
		t.Errorf("an agent's: %q", s)
	}
	t.Run("the log's frame is the lane's", func(t *testing.T) {
		m := chat.Message{Seq: 7, Text: "a\nb"}
		pulled, err := in("e").appendMessage(nil, &m)
		if err != nil {
			t.Fatal(err)
		}
		data, _ := json.Marshal(m)
		live := newFrame(&chat.Event{Kind: chat.EventMessage, Seq: 7, Data: data}, nil).bytes(in("e"))
		if string(pulled) != string(live) {
			t.Errorf("%q and %q", pulled, live)
		}
	})
}

// BenchmarkHub_Publish is an event's way to one reader's queue, and for a conversation that nobody watches.
func BenchmarkHub_Publish(b *testing.B) {
	data := json.RawMessage(`{"id":"0196c0de-0000-7000-8000-000000000001","seq":1,"text":"hello"}`)
	e := chat.Event{Kind: chat.EventTyping, Line: shop, Conversation: conv, To: chat.ToVisitor, Data: data}
	b.Run("watched", func(b *testing.B) {
		h := New(Options{})
		r := &deaf{ear: ear{s: Stream{Line: shop, Conversation: conv}}, heard: make(chan struct{}, 1)}
		if err := h.join(r); err != nil {
			b.Fatal(err)
		}
		ran, stop := running(h)
		b.ReportAllocs()
		for b.Loop() {
			h.Publish(e)
			<-r.heard
		}
		h.part(r)
		stop()
		<-ran
	})
	b.Run("unwatched", func(b *testing.B) {
		h := New(Options{})
		b.ReportAllocs()
		for b.Loop() {
			h.Publish(e)
		}
	})
}
