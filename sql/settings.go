package sql

import (
	"cmp"
	"context"
	stdsql "database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// tellWait is how long the other nodes are told of a change of a line, at most: they read the lines every few seconds anyway.
const tellWait = time.Second

// settings is a line as all of its settings are written.
func settings(l chat.Line) (lineRow, error) {
	r := lineRow{Name: l.Name, Title: l.Title, Color: l.Color, DSN: l.DSN, Origins: append(pq.StringArray{}, l.Origins...), Locale: l.Locale, ReplyTime: l.ReplyTime,
		Signing: cmp.Or(l.Identity.Signing, chat.SigningOff), Secrets: append(pq.StringArray{}, l.Identity.Secrets...)}
	if !l.Push.On() {
		l.Push = chat.Push{}
	}
	l.Push.Preview = cmp.Or(l.Push.Preview, chat.PreviewNone)
	r.pushRow = pushRowOf(l.Push)
	if l.Greeting == nil {
		l.Greeting = map[string]string{}
	}
	for _, x := range []struct {
		into *[]byte
		from any
	}{{&r.Greeting, l.Greeting}, {&r.Hours, l.Hours}, {&r.Questions, append(chat.Questions{}, l.Questions...)}, {&r.Attributes, append(chat.Attributes{}, l.Attributes...)}} {
		b, err := json.Marshal(x.from)
		if err != nil {
			return r, fmt.Errorf("write the settings of %s: %w", l.Name, err)
		}
		*x.into = b
	}
	return r, nil
}

// ChangeLine runs f with a line as it stands, all but its name and its database being f's to change, and returns what f returned:
// what it changed and the deed it gives back are written together, nothing where the deed has no action. Nobody changes the line
// meanwhile. The other nodes hear of it at once.
func (s *Store) ChangeLine(ctx context.Context, name string, f func(l *chat.Line) (chat.Deed, error)) error {
	var changed chat.Line
	var left stdsql.NullString
	done := false
	err := s.main.tx(ctx, func(t *tx) error {
		done = false
		if _, err := t.exec("Team_Lock"); err != nil { // the audit log's
			return err
		}
		var r lineRow
		if err := t.get(&r, "Line_Get", name); err != nil {
			return err
		}
		l, err := r.line()
		if err != nil {
			return err
		}
		deed, err := f(&l)
		if err != nil || deed.Action == "" {
			return err
		}
		l.Name, l.DSN = r.Name, r.DSN
		if err := l.CheckSettings(); err != nil {
			return err
		}
		row, err := settings(l)
		if err != nil {
			return err
		}
		if _, err := t.exec("Line_Set", row); err != nil {
			return err
		}
		changed, left, done = l, r.Left, true
		return team{t: t}.Record(deed)
	})
	if err != nil {
		return fmt.Errorf("change line %s: %w", name, err)
	}
	if !done {
		return nil
	}
	if err := s.keep(changed, left); err != nil {
		return err
	}
	s.tell(ctx, name)
	return nil
}

// AddLine makes a new line and its database ready; owners work for it, and whoever made it. A name that is taken is chat.Conflict.
func (s *Store) AddLine(ctx context.Context, l chat.Line, d chat.Deed) error {
	l.Identity.Signing = cmp.Or(l.Identity.Signing, chat.SigningOff)
	if err := l.CheckSettings(); err != nil {
		return err
	}
	if _, err := s.Line(l.Name); err == nil {
		return lineTaken()
	}
	if err := s.migrateLine(ctx, l); err != nil {
		return err
	}
	row, err := settings(l)
	if err != nil {
		return err
	}
	err = s.main.tx(ctx, func(t *tx) error {
		if _, err := t.exec("Team_Lock"); err != nil {
			return err
		}
		n, err := t.exec("Line_Add", row)
		if err == nil && n == 0 {
			err = lineTaken()
		}
		if err != nil {
			return err
		}
		if _, err := t.exec("Line_Join", l.Name, d.By.ID); err != nil {
			return err
		}
		return team{t: t}.Record(d)
	})
	if err != nil {
		return fmt.Errorf("add line %s: %w", l.Name, err)
	}
	if err := s.keep(l, stdsql.NullString{}); err != nil {
		return err
	}
	s.setBehind(l, false)
	return nil
}

func lineTaken() error { return chat.Conflict("line_taken", "There is a line of this name already.") }

// tell has every node read the lines again, by the word that a mover says.
func (s *Store) tell(ctx context.Context, line string) {
	p, err := s.line(line)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellWait)
	defer cancel()
	if _, err := p.exec(ctx, "Bus_Notify", channelOf(line), pq.StringArray{movedPayload}); err != nil {
		s.log.WarnContext(ctx, "line's change not announced", "line", line, "error", err)
	}
}
