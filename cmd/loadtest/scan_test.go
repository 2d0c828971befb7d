package main

import (
	"bufio"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/taadis/unique-support/core/chat"
)

func TestPacked(t *testing.T) {
	t.Parallel()
	s := &outbox{random: seeded(1, 1), tag: 1<<16 | 7}
	due := time.Now()
	seen := map[packed]bool{}
	for range 10_000 {
		id := s.name(due)
		back, ok := unpack(id.text())
		if _, err := chat.ParseID(string(id.text())); err != nil || !ok || back != id || seen[id] {
			t.Fatalf("%s: %v, read back %v, seen %v", id.text(), err, ok, seen[id])
		}
		seen[id] = true
		if d := id.since(due.Add(1234567 * time.Microsecond)); d < 1234567*time.Microsecond || d > 1234568*time.Microsecond {
			t.Fatalf("it was due %v ago", d)
		}
	}
	for _, bad := range []string{"", "0192f0c1-0000-7000-8000-00000000000g", "0192f0c1-0000-7000-8000-0000000000012"} {
		if _, ok := unpack([]byte(bad)); ok {
			t.Errorf("%q is read", bad)
		}
	}
}

func TestScan(t *testing.T) {
	t.Parallel()
	data := []byte(`{"id":"x","seq":12,"client_id":"0192f0c1-0000-7000-8000-000000000001","text":"\"seq\":99,\"client_id\":\"no","head":7}`)
	if n := number(data, "seq"); n != 12 {
		t.Errorf("seq is %d", n)
	}
	if id := client(data); string(id.text()) != "0192f0c1-0000-7000-8000-000000000001" {
		t.Errorf("client_id is %s", id.text())
	}
	forged := []byte(`{"text":"\"seq\":99,\"client_id\":\"0192f0c1-0000-7000-8000-000000000001\""}`)
	if number(forged, "seq") != 0 || client(forged) != (packed{}) {
		t.Error("a text passes for fields")
	}
}

func TestReadReply(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wire string
		want reply
		bad  bool
	}{
		"length":  {wire: "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}", want: reply{status: 201, after: -1, body: []byte("{}")}},
		"chunked": {wire: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", want: reply{status: 200, after: -1, body: []byte("abc")}},
		"to come back": {
			wire: "HTTP/1.1 503 Service Unavailable\r\nretry-after: 3\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
			want: reply{status: 503, after: 3 * time.Second, body: []byte{}, close: true},
		},
		"nothing":    {wire: "HTTP/1.1 204 No Content\r\n\r\n", want: reply{status: 204, after: -1}},
		"to the end": {wire: "HTTP/1.1 200 OK\r\n\r\nabc", want: reply{status: 200, after: -1, body: []byte("abc"), close: true}},
		"not HTTP":   {wire: "SSH-2.0-OpenSSH\r\n\r\n", bad: true},
		"cut":        {wire: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", bad: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := bufio.NewReader(strings.NewReader(c.wire))
			got, err := readReply(in)
			if rest := in.Buffered(); rest > 0 && !c.bad {
				t.Errorf("%d bytes are left for the next answer", rest)
			}
			if (err != nil) != c.bad {
				t.Fatalf("%+v, %v", got, err)
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(reply{})); !c.bad && diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestStream_read(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("字", 2000)
	wire := ": welcome\nretry: 1000\n\ndata: {\"seq\":1}\nid: e.1\nevent: message\n\n: beat\n\nid: 2\ndata: " + long + "\n\ndata: x\nevent: heartbeat\n\n"
	s := &stream{conn: &silentConn{}, in: bufio.NewReaderSize(strings.NewReader(wire), 64)}
	for _, want := range [][3]string{{"message", "e.1", `{"seq":1}`}, {"message", "2", long}, {"heartbeat", "", "x"}} {
		if err := s.read(); err != nil {
			t.Fatal(err)
		}
		if got := [3]string{string(s.kind), string(s.id), string(s.data)}; got != want {
			t.Errorf("read %.80q, want %.80q", got, want)
		}
	}
	if s.read() == nil {
		t.Error("there is more")
	}
}

func TestStream_message(t *testing.T) {
	t.Parallel()
	conversation, id := packed{1, 2, 3}, packed{0xfb, 0xff, 9, 10: 0xfe, 15: 7}
	end := base64.RawURLEncoding.EncodeToString(id[10:])
	long := `{"seq":7,"conversation_id":"` + string(conversation.text()) + `","client_id":"` + string(id.text()) + `","kind":"text"}`
	n, c := base64.RawURLEncoding.EncodeToString(conversation[:]), base64.RawURLEncoding.EncodeToString(id[:])
	for name, test := range map[string]struct {
		id, data string
		want     told
	}{
		"long":                          {"e.7", long, told{conversation, id, 7}},
		"long, a note":                  {"", strings.ReplaceAll(long, `"text"`, `"note"`), told{}},
		"short, her own":                {"7", `{"c":"` + end + `","t":"mh3","x":"\"a\":1"}`, told{client: id.ending(), seq: 7}},
		"short, an agent's":             {"8", `{"a":"Lin","t":"mh3","x":"好的"}`, told{client: untold, seq: 8}},
		"short, the desk's":             {"9", `{"k":"notice","t":"mh3","d":{"notice":"joined","agent":"Lin"}}`, told{seq: 9}},
		"short, to an agent":            {"", `{"n":"` + n + `","s":10,"i":"` + n + `","c":"` + c + `","v":"","t":"mh3","x":"ok"}`, told{conversation, id, 10}},
		"short, a notice to an agent":   {"", `{"n":"` + n + `","s":11,"i":"` + n + `","k":"notice","t":"mh3"}`, told{conversation: conversation, seq: 11}},
		"short, a note to an agent":     {"", `{"n":"` + n + `","s":1,"i":"` + n + `","c":"` + c + `","a":"Lin","k":"note","t":"mh3","x":"ok"}`, told{}},
		"nothing that can be read here": {"", `{}`, told{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &stream{id: []byte(test.id), data: []byte(test.data)}
			if got := s.message(); got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}

func TestDialogue_whole(t *testing.T) {
	t.Parallel()
	var k dialogue
	id, other := packed{1, 15: 7}, packed{1, 15: 8}
	k.named(id)
	for _, told := range []packed{id.ending(), id} {
		if got := k.whole(told); got != id {
			t.Errorf("%v is %v", told, got)
		}
	}
	if got := k.whole(other.ending()); got != other.ending() {
		t.Errorf("what she did not send is %v", got)
	}
}
