package sql

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/taadis/unique-support/core/chat"
)

const sizedAgent chat.ID = "00000000-0000-4000-8000-000000000001"

// sized is a store of four lines: each has 125 open conversations of sizedAgent among 2,500, and 25,000 messages.
func sized(t testing.TB) (s *Store, lines []string) {
	t.Helper()
	s = newStore(t)
	lines = []string{"mall", "shop", "books", "toys"}
	for _, line := range lines[2:] {
		wantCode(t, s.PutLine(t.Context(), chat.Line{Name: line, Title: line}), "")
	}
	for _, line := range lines {
		for _, statement := range []string{
			`INSERT INTO visitors (id, name) SELECT gen_random_uuid(), '周明玥' FROM generate_series(1, 2500)`,
			`INSERT INTO conversations (id, visitor_id, status, agent_id, last_seq, preview, last_at)
				SELECT gen_random_uuid(), id, CASE WHEN n <= 1000 THEN 'open' ELSE 'closed' END,
					CAST('00000000-0000-4000-8000-' || lpad(CAST(n % 8 AS text), 12, '0') AS uuid), 10, '在吗', now() - n * interval '1 second'
				FROM (SELECT id, row_number() OVER () AS n FROM visitors) v`,
			`INSERT INTO messages (conversation_id, seq, id, author_kind, kind, text, created_at)
				SELECT c.id, n, gen_random_uuid(), 'visitor', 'text', repeat('在吗', 30), now() FROM conversations c, generate_series(1, 10) n`,
			`INSERT INTO inbox (participant_id, conversation_id, unread, last_seq) SELECT agent_id, id, 3, 10 FROM conversations`,
			`ANALYZE visitors, conversations, inbox, messages`,
		} {
			run(t, s, line, statement)
		}
	}
	return s, lines
}

// counting is a connector whose connections count the statements they are asked to run.
type counting struct {
	connector
	n *atomic.Int64
}

func (c counting) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &countingConn{conn: inner.(*conn), n: c.n}, nil
}

type countingConn struct {
	*conn
	n *atomic.Int64
}

func (c *countingConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	c.n.Add(1)
	return c.conn.ExecContext(ctx, text, args)
}

func (c *countingConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	c.n.Add(1)
	return c.conn.QueryContext(ctx, text, args)
}

func (c *countingConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	s, err := c.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return &countingStmt{stmt: s.(*stmt), n: c.n}, nil
}

type countingStmt struct {
	*stmt
	n *atomic.Int64
}

func (s *countingStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.n.Add(1)
	return s.stmt.ExecContext(ctx, args)
}

func (s *countingStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.n.Add(1)
	return s.stmt.QueryContext(ctx, args)
}

// Opening an inbox of 500 conversations asks each of four lines once, and none of them reads a message.
func TestStore_Inbox_size(t *testing.T) {
	t.Parallel()
	s, lines := sized(t)
	asked := map[string]*atomic.Int64{}
	for _, line := range lines {
		p, err := s.line(line)
		wantCode(t, err, "")
		asked[line] = &atomic.Int64{}
		old := p.db
		p.db = sqlx.NewDb(stdsql.OpenDB(counting{connector: connector{cfg: p.cfg, wait: connectWait}, n: asked[line]}), "postgres")
		wantCode(t, old.Close(), "")
		p.stmts = map[string]*sqlx.Stmt{}
	}
	t.Run("one statement a line", func(t *testing.T) {
		q, seen := chat.InboxQuery{Agent: sizedAgent, Lines: lines, View: chat.ViewMine, Limit: 200}, 0
		for pages := int64(1); ; pages++ {
			page, err := s.Inbox(t.Context(), q)
			if err != nil || len(page.Unavailable) != 0 {
				t.Fatal(page.Unavailable, err)
			}
			for line, n := range asked {
				if n.Load() != pages {
					t.Errorf("%s was asked %d times for %d pages", line, n.Load(), pages)
				}
			}
			for _, c := range page.Conversations {
				if c.Agent.ID != sizedAgent || c.Unread != 3 {
					t.Fatalf("got %+v", c)
				}
			}
			seen += len(page.Conversations)
			if q.Cursor = page.Cursor; q.Cursor == "" {
				break
			}
		}
		if seen != 500 {
			t.Errorf("%d of 500 were shown", seen)
		}
	})
	t.Run("the plan", func(t *testing.T) {
		p, err := s.line("shop")
		wantCode(t, err, "")
		name, args := list(chat.InboxQuery{Agent: sizedAgent, View: chat.ViewMine, Limit: 200})
		bound, err := p.queries[name].bind(p.db.Mapper, []any{args})
		wantCode(t, err, "")
		var rows []string
		if err := p.db.SelectContext(t.Context(), &rows, "EXPLAIN (FORMAT JSON) "+p.queries[name].text, bound...); err != nil {
			t.Fatal(err)
		}
		var explained []struct{ Plan scan }
		if err := json.Unmarshal([]byte(strings.Join(rows, "\n")), &explained); err != nil {
			t.Fatal(err)
		}
		scans := explained[0].Plan.all()
		if !strings.Contains(scans, "conversations_agent") {
			t.Errorf("it does not use its index: %s", scans)
		}
		for _, bad := range []string{"messages", "notes", "Seq Scan conversations"} {
			if strings.Contains(scans, bad) {
				t.Errorf("there is %q in %s", bad, scans)
			}
		}
	})
}

// scan is a node of a plan.
type scan struct {
	Type     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Index    string `json:"Index Name"`
	Plans    []scan
}

// all is what is scanned, and how.
func (n scan) all() string {
	s := ""
	if n.Relation != "" {
		s = fmt.Sprintf("%s %s by %s; ", n.Type, n.Relation, n.Index)
	} else if n.Index != "" {
		s = fmt.Sprintf("%s by %s; ", n.Type, n.Index)
	}
	for _, p := range n.Plans {
		s += p.all()
	}
	return s
}

// BenchmarkStore_Inbox opens an inbox of 500 conversations over four lines: its first page, of 50 and of the 200 that are the most.
func BenchmarkStore_Inbox(b *testing.B) {
	s, lines := sized(b)
	for _, limit := range []int{50, 200} {
		b.Run(fmt.Sprint(limit), func(b *testing.B) {
			for b.Loop() {
				page, err := s.Inbox(b.Context(), chat.InboxQuery{Agent: sizedAgent, Lines: lines, View: chat.ViewMine, Limit: limit})
				if err != nil || len(page.Conversations) != limit {
					b.Fatal(len(page.Conversations), err)
				}
			}
		})
	}
}
