package sql

import (
	"cmp"
	"context"
	stdsql "database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// jobRow is a job as it stands in its table.
type jobRow struct {
	ID        chat.ID         `db:"id"`
	Kind      chat.JobKind    `db:"kind"`
	Event     chat.PushEvent  `db:"event"`
	Subject   chat.ID         `db:"subject"`
	State     chat.JobState   `db:"state"`
	Reason    string          `db:"reason"`
	Body      string          `db:"body"`
	Trace     string          `db:"trace_id"`
	Attempts  int             `db:"attempts"`
	Tries     int             `db:"tries"`
	Due       time.Time       `db:"due_at"`
	Cancelled bool            `db:"cancelled"`
	Replayed  bool            `db:"replayed"`
	Created   time.Time       `db:"created_at"`
	Ended     stdsql.NullTime `db:"ended_at"`
	// Only who takes it is told.
	Lease chat.ID `db:"lease"`
}

func (r *jobRow) job() chat.Job {
	j := chat.Job{ID: r.ID, Kind: r.Kind, Event: r.Event, Subject: r.Subject, State: r.State, Reason: r.Reason, Attempts: r.Attempts, Tries: r.Tries, Trace: r.Trace,
		Created: at(r.Created), Cancelled: r.Cancelled, Replayed: r.Replayed, Lease: r.Lease}
	if r.Body != "" {
		j.Body = json.RawMessage(r.Body)
	}
	if r.State == chat.JobQueued {
		j.Due = at(r.Due)
	}
	if r.Ended.Valid {
		j.Ended = at(r.Ended.Time)
	}
	return j
}

type attemptRow struct {
	Job    chat.ID   `db:"job_id"`
	N      int       `db:"n"`
	At     time.Time `db:"at"`
	Took   int64     `db:"took_ms"`
	Status int       `db:"status"`
	Error  string    `db:"error"`
	Trace  string    `db:"trace_id"`
	Answer string    `db:"answer"`
}

func (r *attemptRow) attempt() chat.JobAttempt {
	return chat.JobAttempt{N: r.N, At: at(r.At), Took: r.Took, Status: r.Status, Error: r.Error, Trace: r.Trace, Answer: r.Answer}
}

// TakeJobs leases at most so many jobs that are due to whoever calls, by the database's clock, and returns them: of one subject
// only the first that has not ended. A job that is not ended in time is due again.
func (s *Store) TakeJobs(ctx context.Context, line string, kind chat.JobKind, limit int, lease time.Duration) ([]chat.Job, error) {
	p, err := s.line(line)
	if err != nil {
		return nil, err
	}
	var rows []jobRow
	if err := p.selectAll(ctx, &rows, "Job_Take", kind, limit, lease.Seconds(), chat.NewSecretID()); err != nil {
		return nil, err
	}
	jobs := make([]chat.Job, len(rows))
	for i := range rows {
		jobs[i] = rows[i].job()
	}
	return jobs, nil
}

// EndJob says what became of a job that was taken, and logs its try; it changes nothing when the lease has gone to somebody else.
func (s *Store) EndJob(ctx context.Context, line string, j chat.Job, e chat.JobEnd) error {
	p, err := s.line(line)
	if err != nil {
		return err
	}
	row := struct {
		ID       chat.ID       `db:"id"`
		Lease    chat.ID       `db:"lease"`
		State    chat.JobState `db:"state"`
		Reason   string        `db:"reason"`
		After    float64       `db:"after"`
		Untried  int           `db:"untried"`
		Unlogged int           `db:"unlogged"`
		Took     int64         `db:"took_ms"`
		Status   int           `db:"status"`
		Error    string        `db:"error"`
		Trace    string        `db:"attempt_trace"`
		Answer   string        `db:"answer"`
	}{ID: j.ID, Lease: j.Lease, State: e.State, Reason: e.Reason, After: e.After.Seconds(), Unlogged: 1}
	if e.Untried {
		row.Untried = 1
	}
	if a := e.Attempt; a != nil {
		row.Unlogged, row.Took, row.Status, row.Error, row.Trace, row.Answer = 0, a.Took, a.Status, plain(a.Error), a.Trace, plain(a.Answer)
	}
	return p.tx(ctx, func(t *tx) error {
		if e.State != chat.JobFailed && e.State != chat.JobDropped {
			_, err := t.exec("Job_End", row)
			return err
		}
		// The conversation first, as everybody locks it who touches its burst.
		if _, err := lock(t, j.Subject); err != nil {
			return err
		}
		if _, err := t.exec("Job_End", row); err != nil {
			return err
		}
		_, err := t.exec("Burst_Drop", j.Subject, j.ID)
		return err
	})
}

// plain is what Postgres takes of a text that a stranger sent.
func plain(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// Jobs returns a line's jobs, the newest first, without their tries.
func (s *Store) Jobs(ctx context.Context, line string, q chat.JobQuery) ([]chat.Job, error) {
	p, err := s.line(line)
	if err != nil {
		return nil, err
	}
	var rows []jobRow
	if err := p.selectAll(ctx, &rows, "Job_List", q.State, q.Before, q.Limit); err != nil {
		return nil, err
	}
	jobs := make([]chat.Job, len(rows))
	for i := range rows {
		jobs[i] = rows[i].job()
	}
	return jobs, nil
}

// Job returns one with its tries, or chat.NotFound.
func (s *Store) Job(ctx context.Context, line string, id chat.ID) (chat.Job, error) {
	p, err := s.line(line)
	if err != nil {
		return chat.Job{}, err
	}
	var row jobRow
	if err := p.get(ctx, &row, "Job_Get", id); err != nil {
		return chat.Job{}, err
	}
	var log []attemptRow
	if err := p.selectAll(ctx, &log, "Job_Attempts", id); err != nil {
		return chat.Job{}, err
	}
	j := row.job()
	for i := range log {
		j.Log = append(j.Log, log[i].attempt())
	}
	return j, nil
}

// ReplayJob queues a job that has ended once more. One that never had anything to send, or has not ended, is chat.Conflict.
func (s *Store) ReplayJob(ctx context.Context, line string, id chat.ID) error {
	p, err := s.line(line)
	if err != nil {
		return err
	}
	if n, err := p.exec(ctx, "Job_Replay", id); err != nil || n > 0 {
		return err
	}
	if _, err := s.Job(ctx, line, id); err != nil {
		return err
	}
	return chat.Conflict("job_replay", "This job is queued already, or there was nothing to send.")
}

// JobHealth says how a line's jobs of a kind do.
func (s *Store) JobHealth(ctx context.Context, line string, kind chat.JobKind) (h chat.JobHealth, err error) {
	p, err := s.line(line)
	if err != nil {
		return h, err
	}
	var row struct {
		Queued    int64   `db:"queued"`
		Oldest    float64 `db:"oldest"`
		Failed    int64   `db:"failed"`
		Delivered int64   `db:"delivered"`
	}
	if err := p.get(ctx, &row, "Job_Health", kind); err != nil {
		return h, err
	}
	h = chat.JobHealth{Queued: row.Queued, Oldest: time.Duration(row.Oldest * float64(time.Second)), Failed: row.Failed, Delivered: row.Delivered}
	var last attemptRow
	switch err := p.get(ctx, &last, "Job_Last", kind); {
	case err == nil:
		a := last.attempt()
		h.Last, h.LastJob = &a, last.Job
	case !errors.Is(err, chat.NotFound()):
		return h, err
	}
	return h, nil
}

// SweepJobs removes at most so many jobs that ended long ago, and reports whether there may be more.
func (s *Store) SweepJobs(ctx context.Context, line string, limit int) (more bool, err error) {
	p, err := s.line(line)
	if err != nil {
		return false, err
	}
	n, err := p.exec(ctx, "Job_Sweep", chat.JobsKept.Seconds(), chat.JobsFailedKept.Seconds(), limit)
	return n >= int64(limit), err
}

// AbandonPushes drops the jobs of a push hook that is no more.
func (s *Store) AbandonPushes(ctx context.Context, line string) error {
	p, err := s.line(line)
	if err != nil {
		return err
	}
	for _, a := range []struct {
		name string
		args []any
	}{{"Job_Abandon", []any{chat.JobPush}}, {"Burst_Abandon", nil}} {
		if _, err := p.exec(ctx, a.name, a.args...); err != nil {
			return err
		}
	}
	return nil
}

// TryPush queues a try of the line's push hook and returns its job.
func (s *Store) TryPush(ctx context.Context, line, trace string) (chat.ID, error) {
	p, err := s.line(line)
	if err != nil {
		return "", err
	}
	id := chat.NewID(time.Now())
	body, err := json.Marshal(chat.PushBody{Type: chat.PushTest, Timestamp: chat.Time{Time: time.Now()}, Data: chat.PushData{Line: line, Trace: trace}})
	if err != nil {
		return "", err
	}
	_, err = p.exec(ctx, "Job_Put", id, chat.JobPush, chat.PushTest, id, trace, string(body))
	return id, err
}

// SetPush sets the line's push hook; the other nodes hear of it within seconds.
func (s *Store) SetPush(ctx context.Context, line string, h chat.Push) error {
	if !h.On() {
		h = chat.Push{}
	}
	h.Preview = cmp.Or(h.Preview, chat.PreviewNone)
	if err := h.Check(); err != nil {
		return err
	}
	row := struct {
		Name string `db:"name"`
		pushRow
	}{line, pushRowOf(h)}
	n, err := s.main.exec(ctx, "Line_Push", row)
	if err != nil {
		return err
	}
	if n == 0 {
		return chat.NotFound()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.lines[line]; p != nil {
		p.line.Push = h
	}
	return nil
}
