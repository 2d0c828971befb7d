package sql

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

type deedRow struct {
	Seq    int64     `db:"seq"`
	At     time.Time `db:"at"`
	By     chat.ID   `db:"actor_id"`
	ByName string    `db:"actor_name"`
	Action string    `db:"action"`
	On     string    `db:"subject"`
	Detail string    `db:"detail"`
	Trace  string    `db:"trace_id"`
	Hash   string    `db:"hash"`
}

func (r deedRow) deed() (chat.Deed, error) {
	d := chat.Deed{Seq: r.Seq, At: chat.Time{Time: r.At.UTC()}, By: chat.AgentRef{ID: r.By, Name: r.ByName}, Action: r.Action, Subject: r.On, Trace: r.Trace, Hash: r.Hash}
	return d, json.Unmarshal([]byte(r.Detail), &d.Detail)
}

// Record adds a deed to the end of the audit log. The lock of the change that it is part of keeps every other from doing so meanwhile.
func (c team) Record(d chat.Deed) error {
	var last []deedRow
	if err := c.t.selectAll(&last, "Audit_Last"); err != nil {
		return err
	}
	before := ""
	d.Seq = 1
	if len(last) > 0 {
		d.Seq, before = last[0].Seq+1, last[0].Hash
	}
	d.At.Time = d.At.Truncate(time.Millisecond) // as it is written in what the hash is made of
	d.Hash = d.Chain(before)
	detail, err := json.Marshal(d.Detail)
	if err != nil {
		return err
	}
	_, err = c.t.exec("Audit_Add", deedRow{
		Seq: d.Seq, At: d.At.Time, By: d.By.ID, ByName: d.By.Name, Action: d.Action, On: d.Subject, Detail: string(detail), Trace: d.Trace, Hash: d.Hash,
	})
	return err
}

// DeedsBefore returns the last deeds with a number below before, the newest first, at most limit; before 0 means from the end.
func (s *Store) DeedsBefore(ctx context.Context, before int64, limit int) ([]chat.Deed, error) {
	return s.deeds(ctx, "Audit_Before", before, limit)
}

// DeedsAfter returns the first deeds with a number above after, the oldest first, at most limit.
func (s *Store) DeedsAfter(ctx context.Context, after int64, limit int) ([]chat.Deed, error) {
	return s.deeds(ctx, "Audit_After", after, limit)
}

func (s *Store) deeds(ctx context.Context, statement string, seq int64, limit int) ([]chat.Deed, error) {
	var rows []deedRow
	err := s.main.selectAll(ctx, &rows, statement, seq, limit)
	all := make([]chat.Deed, len(rows))
	for i, r := range rows {
		if err != nil {
			break
		}
		all[i], err = r.deed()
	}
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	return all, nil
}
