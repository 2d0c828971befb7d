package push

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"pgregory.net/rapid"

	"github.com/taadis/unique-support/core/chat"
)

// said is a message as the desk makes it.
func said(seq int64, kind chat.Kind, text string) chat.Message {
	return chat.Message{
		ID: "01a20cc3-9905-748f-a8f8-f348d090c526", Conversation: conv, Seq: seq, ClientID: "01a20cc3-99ff-7537-8412-58f983a610e8", Kind: chat.KindText, Text: text,
		Author: chat.Author{Kind: kind, ID: agent, Name: "林晓"}, Created: chat.Time{Time: time.UnixMilli(1795513935123)}, Trace: "4bf92f3577b34da6a3ce929d0e0e4736",
	}
}

func framed(m chat.Message) *frame {
	e := event(m)
	e.Kind = chat.EventMessage
	return newFrame(&e, (&Stream{}).appendEvent(nil, e.Kind, e.Data))
}

func wired(compact, zipped bool) *Stream {
	return &Stream{Line: shop, Conversation: conv, Epoch: "0f1e2d3c4b5a", Compact: compact, Gzip: zipped}
}

func TestStream_Negotiate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		url, accept   string
		s             Stream
		compact, gzip bool
	}{
		"as ever":              {url: "/"},
		"both":                 {url: "/?wire=compact", accept: "gzip, deflate, br", compact: true, gzip: true},
		"weighed":              {url: "/", accept: "br;q=1.0, gzip; q=0.8", gzip: true},
		"no gzip, please":      {url: "/?wire=other", accept: "gzip;q=0, identity"},
		"none, to three":       {url: "/", accept: "gzip;q=0.000"},
		"an agent as a reader": {url: "/?wire=compact", s: Stream{Conversation: conv, Agent: agent}},
		"an agent's own":       {url: "/?wire=compact", s: Stream{Agent: agent}, compact: true},
	} {
		r, err := http.NewRequest(http.MethodGet, c.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.accept != "" {
			r.Header.Set("Accept-Encoding", c.accept)
		}
		if c.s.Negotiate(r); c.s.Compact != c.compact || c.s.Gzip != c.gzip {
			t.Errorf("%s: compact %v, gzip %v", name, c.s.Compact, c.s.Gzip)
		}
	}
}

func TestFrame_forms(t *testing.T) {
	t.Parallel()
	visitors, agents := wired(true, false), &Stream{Agent: agent, Compact: true}
	notice := said(2, chat.KindSystem, "")
	notice.Kind, notice.ClientID, notice.Author, notice.Data = chat.KindNotice, "", chat.Author{Kind: chat.KindSystem}, json.RawMessage(`{"notice":"queued"}`)
	receipt := chat.Event{Kind: chat.EventReceipt, Line: shop, Conversation: conv, Data: json.RawMessage(`{"conversation_id":"` + string(conv) + `","kind":"agent","read":12}`)}
	for name, c := range map[string]struct {
		f    *frame
		s    *Stream
		want string
	}{
		"an agent's words to the visitor":  {framed(said(12, chat.KindAgent, "好的")), visitors, "id: 12\ndata: {\"a\":\"林晓\",\"t\":\"mwuimz2r\",\"x\":\"好的\"}\n\n"},
		"her own":                          {framed(said(12, chat.KindVisitor, "好的")), visitors, "id: 12\ndata: {\"c\":\"WPmDphDo\",\"t\":\"mwuimz2r\",\"x\":\"好的\"}\n\n"},
		"a notice":                         {framed(notice), visitors, "id: 2\ndata: {\"k\":\"notice\",\"t\":\"mwuimz2r\",\"d\":{\"notice\":\"queued\"}}\n\n"},
		"the visitor's words to the agent": {framed(said(12, chat.KindVisitor, "好的")), agents, "data: {\"n\":\"AZbA3gAAcACAAAAAAAAAAQ\",\"s\":12,\"i\":\"AaIMw5kFdI-o-PNI0JDFJg\",\"c\":\"AaIMw5n_dTeEElj5g6YQ6A\",\"v\":\"林晓\",\"u\":\"AZbA3gAAcACAAAAAAACp5w\",\"t\":\"mwuimz2r\",\"x\":\"好的\"}\n\n"},
		"a receipt":                        {newFrame(&receipt, nil), wired(false, false), "data: {\"kind\":\"agent\",\"read\":12}\nevent: receipt\n\n"},
	} {
		if got := string(c.f.bytes(c.s)); got != c.want {
			t.Errorf("%s:\n%s want\n%s", name, got, c.want)
		}
	}
	t.Run("the long form has all of it but the conversation", func(t *testing.T) {
		f, s := framed(said(12, chat.KindAgent, `"conversation_id":"`+string(conv)+`",`)), wired(false, false)
		data, ok := strings.CutPrefix(string(f.bytes(s)), "id: 0f1e2d3c4b5a.12\ndata: ")
		data, _, _ = strings.Cut(data, "\n")
		var m chat.Message
		if err := json.Unmarshal([]byte(data), &m); !ok || err != nil {
			t.Fatal(data, err)
		}
		want := said(12, chat.KindAgent, `"conversation_id":"`+string(conv)+`",`)
		if want.Conversation = ""; fmt.Sprint(m) != fmt.Sprint(want) || m.Text != want.Text || m.Trace != want.Trace {
			t.Errorf("%+v", m)
		}
	})
	t.Run("what is pulled looks like what is pushed", func(t *testing.T) {
		for _, compact := range []bool{false, true} {
			for _, m := range []chat.Message{said(3, chat.KindAgent, "<b>好的</b> & \u2028"), said(4, chat.KindVisitor, "ok"), notice} {
				s := wired(compact, false)
				pulled, err := s.appendMessage(nil, &m)
				if pushed := framed(m).bytes(s); err != nil || !bytes.Equal(pulled, pushed) {
					t.Errorf("pulled\n%s pushed\n%s%v", pulled, pushed, err)
				}
			}
		}
	})
	t.Run("a form is made once", func(t *testing.T) {
		f := framed(said(12, chat.KindAgent, "好的"))
		for _, s := range []*Stream{wired(false, false), wired(true, false), wired(false, true), wired(true, true), agents} {
			if a, b := f.bytes(s), f.bytes(s); &a[0] != &b[0] {
				t.Error("two readers have two copies")
			}
		}
	})
}

// TestSegment has every order of events, read by any number of readers from anywhere, unpack to what was packed.
func TestSegment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOf(rapid.OneOf(rapid.StringN(0, 300, -1), rapid.StringOfN(rapid.RuneFrom([]rune("ab您好请问")), 0, 9000, -1), rapid.Just(prologue))).Draw(t, "pieces")
		var all sum
		wire, part := gzipOpening()
		all.add(part)
		want := prologue
		for _, p := range pieces {
			b, part := segment([]byte(p))
			all.add(part)
			wire, want = append(wire, b...), want+p+prologue
		}
		unpack := func(wire []byte, end error) {
			z, err := gzip.NewReader(bytes.NewReader(wire))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(z); string(got) != want || err != end {
				t.Fatalf("unpacked %d bytes of %d, %v", len(got), len(want), err)
			}
		}
		unpack(wire, io.ErrUnexpectedEOF) // all of it is there before the end
		unpack(append(wire, all.trailer()...), nil)
	})
}

// TestHub_Drain_gzip: clients once said "unexpected EOF" of every gzipped stream that a node ended in order.
func TestHub_Drain_gzip(t *testing.T) {
	t.Parallel()
	t.Run("OK", both(func(t *testing.T, start starter) {
		g := start(t, Options{})
		g.adjust = func(s *Stream) { s.Compact, s.Gzip = true, true }
		for range 600 {
			g.store.append(conv, "您好，请问什么时候发货？")
		}
		client := http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return g.dial() }}}
		defer client.CloseIdleConnections()
		var all sync.WaitGroup
		for _, path := range []string{"/c/" + string(conv), "/c/" + string(conv) + "?after=300", "/agent/" + string(agent)} {
			answer, err := client.Get("http://desk" + path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = answer.Body.Close() }()
			all.Go(func() {
				said, err := io.ReadAll(answer.Body)
				if err != nil || !answer.Uncompressed {
					t.Errorf("%s: %v", path, err)
				}
				for _, want := range []string{"live 1", "live 20", "event: goodbye"} {
					if !bytes.Contains(said, []byte(want)) {
						t.Errorf("%s has no %q", path, want)
					}
				}
			})
		}
		until(t, "all have what there was", func() bool { return g.Stats().Pulled == 900 })
		for i := range 20 {
			g.Publish(g.store.append(conv, fmt.Sprint("live ", i+1)))
		}
		until(t, "all have the rest", func() bool { return g.Stats().Pulled+g.Stats().Pushed == 960 })
		g.Drain(0)
		all.Wait()
	}))
}

func TestHub_Serve_gzip(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	g.adjust = func(s *Stream) { s.Compact, s.Gzip = true, true }
	for range 3 {
		g.store.append(conv, "您好，请问什么时候发货？")
	}
	c, err := g.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "GET /c/%s HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n", conv)
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if h := answer.Header; h.Get("Content-Encoding") != "gzip" || h.Get("Vary") != "Accept-Encoding" {
		t.Errorf("the head is %v", h)
	}
	z, err := gzip.NewReader(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(z)
	next := func() (id string) { // the next event's number, at once
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if v, ok := strings.CutPrefix(line, "id: "); ok {
				return strings.TrimSpace(v)
			}
		}
	}
	for want := 1; want <= 10; want++ {
		if want > 3 {
			g.Publish(g.store.append(conv, "live"))
		}
		if id := next(); id != fmt.Sprint(want) {
			t.Fatalf("number %s, want %d", id, want)
		}
	}
}

// TestWire_sizes prints what events cost on the wire, and holds the promises of docs/performance.md. The first peer's bytes are
// counted from what it sends for 60 characters of Chinese; what surrounds the text is the same for any.
func TestWire_sizes(t *testing.T) {
	t.Parallel()
	const firstPeer, secondPeer, sixty = 466, 1873, 180
	naive := func(text string) float64 { return float64(firstPeer - sixty + len(text)) }
	typical := []rune("您好，您的订单已经从仓库发出，预计后天上午可以送到，届时快递员会提前电话联系您，请您保持手机畅通，谢谢您的理解与支持，祝您生活愉快")
	texts := []struct{ name, text string }{
		{"60 of Chinese", string(typical[:60])}, {"好的", "好的"}, {"谢谢", "谢谢"}, {"ok", "ok"},
		{"a question", "您好，请问什么时候发货？"}, {"English, a line", "My parcel has not arrived yet."},
		{"English, a sentence", "I ordered two of these last week, but only one was in the box and the invoice says that both were shipped together."},
	}
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tfirst peer\tlong\tcompact\tlong, gzip\tcompact, gzip\tof the peer\tgzip\t")
	var peer, plain, zipped float64
	row := func(name string, naive float64, f *frame) (p, z float64) {
		n := func(compact, zip bool) float64 { return float64(len(f.bytes(wired(compact, zip)))) }
		p, z = n(true, false), n(true, true)
		fmt.Fprintf(w, "%s\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t1/%.1f\t1/%.1f\t\n", name, naive, n(false, false), p, n(false, true), z, naive/p, naive/z)
		peer, plain, zipped = peer+naive, plain+p, zipped+z
		return p, z
	}
	for _, x := range texts {
		for _, kind := range []chat.Kind{chat.KindAgent, chat.KindVisitor} {
			p, z := row(x.name+", by the "+string(kind), naive(x.text), framed(said(12, kind, x.text)))
			if x.name == "60 of Chinese" && (p > firstPeer/2 || p > secondPeer/8 || z > firstPeer/2.5 || z > secondPeer/10) {
				t.Errorf("%s by the %s: %v and %v bytes", x.name, kind, p, z)
			}
			if x.name == "好的" && (p > naive(x.text)/4 || z > naive(x.text)/4) {
				t.Errorf("%s by the %s: %v and %v of %v bytes", x.name, kind, p, z, naive(x.text))
			}
		}
	}
	receipt := chat.Event{Kind: chat.EventReceipt, Line: shop, Conversation: conv, Data: json.RawMessage(`{"conversation_id":"` + string(conv) + `","kind":"agent","read":12}`)}
	if p, z := row("receipt", naive(""), newFrame(&receipt, nil)); p > naive("")/4 || z > naive("")/4 {
		t.Errorf("receipt: %v and %v of %v bytes", p, z, naive(""))
	}
	beat := chat.Event{Kind: chat.EventHeartbeat, Line: shop, Conversation: conv, Data: json.RawMessage(`{"head":12,"read":{"visitor":12,"visitor_delivered":12,"agent":12}}`)}
	row("heartbeat", naive(""), newFrame(&beat, nil))
	fmt.Fprintf(w, "all of them\t%.0f\t\t%.0f\t\t%.0f\t1/%.1f\t1/%.1f\t\n", peer, plain, zipped, peer/plain, peer/zipped)
	_ = w.Flush()
	t.Log("\n" + out.String())
}

func BenchmarkFrame_bytes(b *testing.B) {
	m := said(12, chat.KindAgent, "您好，请问什么时候发货？")
	for _, c := range []struct {
		name          string
		compact, gzip bool
	}{{"long", false, false}, {"compact", true, false}, {"long gzip", false, true}, {"compact gzip", true, true}} {
		b.Run(c.name, func(b *testing.B) {
			e := event(m)
			s, body := wired(c.compact, c.gzip), (&Stream{}).appendEvent(nil, e.Kind, e.Data)
			b.ReportAllocs()
			var n int
			for b.Loop() {
				n = len(newFrame(&e, body).bytes(s))
			}
			b.ReportMetric(float64(n), "bytes/event")
		})
	}
}
