package jobs

import (
	"context"
	"encoding/json"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// Store is where jobs stand: in the database of the line that caused them.
type Store interface {
	// Lines returns every line, by name, from memory; Line returns one, or chat.NotFound.
	Lines() []chat.Line
	Line(name string) (chat.Line, error)
	// TakeJobs leases at most so many jobs that are due to whoever calls, by the database's clock, and returns them: of one
	// subject only the first that has not ended. A job that is not ended in time is due again.
	TakeJobs(ctx context.Context, line string, kind chat.JobKind, limit int, lease time.Duration) ([]chat.Job, error)
	// EndJob says what became of a job that was taken, and logs its try; it changes nothing when the lease has gone to somebody else.
	EndJob(ctx context.Context, line string, j chat.Job, e chat.JobEnd) error
	// DecidePush says what a job of the line's push hook sends, as things stand now; with end it is not sent.
	DecidePush(ctx context.Context, line string, j chat.Job, link string) (body json.RawMessage, end *chat.JobEnd, err error)
	// JobHealth says how a line's jobs of a kind do.
	JobHealth(ctx context.Context, line string, kind chat.JobKind) (chat.JobHealth, error)
	// SweepJobs removes at most so many jobs that ended long ago, and reports whether there may be more.
	SweepJobs(ctx context.Context, line string, limit int) (more bool, err error)
	// AbandonPushes drops the jobs of a push hook that is no more.
	AbandonPushes(ctx context.Context, line string) error
	// CountFigures counts what is new for reports in a line's conversations, with back also what was written that long before it was
	// last called, and reports whether there is more to do. Of several nodes one finds something to do.
	CountFigures(ctx context.Context, line string, back time.Duration) (more bool, err error)
}

// Poster tells receivers; see Caller.
type Poster interface {
	// Post sends the body and returns what came of it: the answer's status and beginning, or an error in plain words. It ends
	// within seconds, or with ctx. After is what the receiver asked for before another try, 0 for nothing.
	Post(ctx context.Context, c Call) (a chat.JobAttempt, after time.Duration)
}

// Call is one request to a receiver.
type Call struct {
	URL     string
	Secrets []string
	// ID is the same for every try of a job, so that a receiver who heard of it before can tell.
	ID    chat.ID
	Trace string
	Body  []byte
}
