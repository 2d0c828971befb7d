package sql

import (
	"cmp"
	"context"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// LineHealth is how a line is, for whoever runs the desk.
type LineHealth = chat.LineHealth

// Health looks at every line at once; none waits for another. It takes as long as the slowest, 3 seconds at most.
func (s *Store) Health(ctx context.Context) []LineHealth {
	lines := s.Lines()
	all := make([]LineHealth, len(lines))
	newest, _ := newestMigration("line") // the files are part of the program
	var running sync.WaitGroup
	for i, l := range lines {
		all[i] = LineHealth{Line: l}
		running.Go(func() { s.examine(ctx, &all[i], newest) })
	}
	running.Wait()
	return all
}

func (s *Store) examine(ctx context.Context, h *LineHealth, newest int64) {
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	p, err := s.place(h.Line.Name)
	if err != nil {
		h.Health, h.Err = "unavailable: it is gone", err
		return
	}
	h.Where = p.pool.where()
	s.mu.RLock()
	left := p.left
	s.mu.RUnlock()
	if left.Valid {
		h.Left = "?"
		if from, err := sourceOf(cmp.Or(left.String, s.o.DSN), ""); err == nil {
			h.Left = from.where()
		}
	}
	_ = s.Ping(ctx, h.Line.Name) // the first makes a connection
	began := time.Now()
	err = s.Ping(ctx, h.Line.Name)
	h.Ping = time.Since(began)
	var version int64
	if err == nil {
		err = p.pool.get(ctx, &version, "Move_Version")
	}
	if r, ok := asRefusal(err); ok && r.code.Class() == "42" || err == nil && version < newest {
		h.Health = "behind: migrate it with `unique-support migrate`"
		return
	}
	var size struct {
		Open     int64 `db:"open"`
		Waiting  int64 `db:"waiting"`
		Messages int64 `db:"messages"`
	}
	var proofs struct {
		Signed   int64 `db:"signed"`
		Unsigned int64 `db:"unsigned"`
	}
	if err == nil {
		err = p.pool.get(ctx, &proofs, "Visitor_Proofs")
	}
	var gates []gateRow
	if err == nil {
		err = p.pool.get(ctx, &size, "Move_Size")
	}
	if err == nil {
		err = p.pool.selectAll(ctx, &gates, "Move_Gate")
	}
	var moving bool
	if err == nil {
		err = s.main.get(ctx, &moving, "Line_Moving", h.Line.Name)
	}
	if err != nil {
		h.Health, h.Err = "unavailable: "+reason(err), err
		return
	}
	h.Open, h.Waiting, h.Messages = size.Open, size.Waiting, size.Messages
	h.Signed, h.Unsigned = proofs.Signed, proofs.Unsigned
	switch unfinished := len(gates) > 0 && gates[0].Role == "source"; {
	case moving:
		h.Health = "moving"
	case unfinished && gates[0].Away:
		h.Health = "takes no messages: its move stopped half-way; run it again, or with --abort"
	case unfinished:
		h.Health = "ok, but its move stopped half-way; run it again, or with --abort"
	default:
		h.Health = "ok"
	}
}

// LineHealth looks at one line; it takes 3 seconds at most.
func (s *Store) LineHealth(ctx context.Context, line string) (chat.LineHealth, error) {
	l, err := s.Line(line)
	if err != nil {
		return LineHealth{}, err
	}
	newest, _ := newestMigration("line") // the files are part of the program
	h := LineHealth{Line: l}
	s.examine(ctx, &h, newest)
	return h, nil
}

// where is a database's address without anything secret.
func (s source) where() string {
	host := s.cfg.Host
	if len(s.cfg.Multi) > 0 {
		host = s.cfg.Multi[0].Host
	}
	if host == "" || host[0] == '/' {
		return cmp.Or(host, "localhost") + "/" + s.cfg.Database
	}
	return net.JoinHostPort(host, strconv.Itoa(int(s.cfg.Port))) + "/" + s.cfg.Database
}

// reason says what an error of a database that does not answer means.
func reason(err error) string {
	r, ok := asRefusal(err)
	if !ok {
		return "the database does not answer"
	}
	switch {
	case r.code.Class() == "28":
		return "the database refuses the account or its password"
	case r.code.Class() == "3D":
		return "there is no such database"
	case r.code.Class() == "53":
		return "the database has no connection, memory or disk left"
	case follows(r):
		return "the database follows another and takes nothing in, or may only be read"
	case r.code == codePaused, r.code == codeAway:
		return "it is moving to another database"
	}
	return "the database answers " + string(r.code) + " " + r.message
}
