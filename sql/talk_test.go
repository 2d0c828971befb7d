package sql

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// talk is a conversation of the line "shop" and those who take part in it.
type talk struct {
	s       *Store
	id      chat.ID
	visitor chat.Author
}

// begin lets a new visitor in.
func begin(t testing.TB, s *Store) talk {
	t.Helper()
	return beginAt(t, s, "shop", "周明玥")
}

func beginAt(t testing.TB, s *Store, line, name string) talk {
	t.Helper()
	now := time.Now()
	v, err := s.PutVisitor(t.Context(), line, chat.Visitor{ID: chat.NewID(now), Name: name})
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Begin(t.Context(), line, v.ID, now)
	if err != nil {
		t.Fatal(err)
	}
	return talk{s: s, id: c.ID, visitor: chat.Author{Kind: chat.KindVisitor, ID: v.ID, Name: v.Name}}
}

// agent is somebody new who answers.
func agent(name string) chat.Author {
	return chat.Author{Kind: chat.KindAgent, ID: chat.NewID(time.Now()), Name: name}
}

func (k talk) draft(by chat.Author, text string) chat.Draft {
	return chat.Draft{
		Conversation: k.id, ClientID: chat.NewID(time.Now()), Author: by, Kind: chat.KindText, Text: text, Trace: chat.NewTrace(), Received: time.Now(),
	}
}

// say appends a message that must be accepted.
func (k talk) say(t testing.TB, by chat.Author, text string) chat.Appended {
	t.Helper()
	return k.append(t, k.draft(by, text))[0]
}

// append appends drafts that must be accepted.
func (k talk) append(t testing.TB, drafts ...chat.Draft) []chat.Appended {
	t.Helper()
	done, err := k.s.Append(t.Context(), "shop", drafts)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range done {
		if a.Err != nil {
			t.Fatalf("draft %d: %v", i, a.Err)
		}
	}
	return done
}

// assign gives the conversation to an agent.
func (k talk) assign(t testing.TB, to chat.Author) chat.Moved {
	t.Helper()
	m, err := k.s.Assign(t.Context(), "shop", chat.Assignment{
		Conversation: k.id, To: chat.AgentRef{ID: to.ID, Name: to.Name}, By: to, Reason: "taken", Trace: chat.NewTrace(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// opened is a conversation in which the visitor wrote once and an agent has it: two messages, the second a notice.
func opened(t testing.TB, s *Store, by chat.Author) talk {
	t.Helper()
	k := begin(t, s)
	k.say(t, k.visitor, "在吗")
	k.assign(t, by)
	return k
}

func (k talk) now(t testing.TB) chat.Conversation {
	t.Helper()
	c, err := k.s.Conversation(t.Context(), "shop", k.id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (k talk) messages(t testing.TB) []chat.Message {
	t.Helper()
	ms, err := k.s.Messages(t.Context(), "shop", k.id, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return ms
}

// inboxOf is what stands in a participant's row.
func (k talk) inboxOf(t testing.TB, participant chat.ID) inboxRow {
	t.Helper()
	p, err := k.s.line("shop")
	if err != nil {
		t.Fatal(err)
	}
	var i inboxRow
	if err := p.get(t.Context(), &i, "Inbox_Get", participant, k.id); err != nil {
		t.Fatalf("inbox of %s: %v", participant, err)
	}
	return i
}

func (k talk) notice(t testing.TB, m *chat.Message) string {
	t.Helper()
	if m == nil {
		t.Fatal("there is no notice")
	}
	if m.Author != (chat.Author{Kind: chat.KindSystem}) || m.Kind != chat.KindNotice {
		t.Fatalf("the notice is by %v, a %s", m.Author, m.Kind)
	}
	ms := k.messages(t)
	if last := ms[len(ms)-1]; last.Seq != m.Seq || last.ID != m.ID || !sameJSON(last.Data, m.Data) || !last.Created.Equal(m.Created.Time) {
		t.Fatalf("the log ends with %+v, not with %+v", last, m)
	}
	return string(m.Data)
}

// online takes a seat at the shop for an hour.
func online(t testing.TB, s *Store, a chat.Author, capacity int) {
	t.Helper()
	if err := s.Seat(t.Context(), []string{"shop"}, chat.Seat{Agent: chat.AgentRef{ID: a.ID, Name: a.Name}, Capacity: capacity}, time.Hour); err != nil {
		t.Fatal(err)
	}
}

// run runs a statement that is nobody's business but a test's.
func run(t testing.TB, s *Store, line, statement string, args ...any) {
	t.Helper()
	p, err := s.line(line)
	if err != nil {
		t.Fatal(err)
	}
	db := p.source.migrator() // which may take its time
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// cutOff replaces a line's database by one that is not there.
func cutOff(t testing.TB, s *Store, line string) {
	t.Helper()
	from, err := sourceOf("host=127.0.0.1 port=9 user=nobody sslmode=disable", schemaOf(line))
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.lines[line]
	s.lines[line] = &place{line: old.line, pool: newPool(from, s.queries, 4)}
	go old.pool.close() //nolint:errcheck // its calls end by themselves
}

// eventually waits for what another goroutine does with a real database; there is no clock to turn.
func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	for !f() {
		if !sleep(ctx, 5*time.Millisecond) {
			t.Fatalf("%s did not happen", what)
		}
	}
}

func seqs(ms []chat.Message) string {
	s := ""
	for _, m := range ms {
		s += fmt.Sprint(m.Seq, " ")
	}
	return s
}
