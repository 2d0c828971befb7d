package chat

import (
	"encoding/json"
	"time"
)

// JobKind says who does a job. Jobs of one kind never wait for those of another.
type JobKind string

// JobPush is a job of a line's push hook.
const JobPush JobKind = "push"

// JobState is where a job stands.
type JobState string

// A job is queued until it is delivered, has failed for good, or is dropped because nobody needs it any more.
const (
	JobQueued    JobState = "queued"
	JobDelivered JobState = "delivered"
	JobFailed    JobState = "failed"
	JobDropped   JobState = "dropped"
)

const (
	// JobTries is how often a job is tried before it has failed for good, over some four hours.
	JobTries = 24
	// JobReadTries is the same for PushRead: what comes later counts anew, and waits for it.
	JobReadTries = 8
	// JobAnswer is how much of a receiver's answer is kept, in bytes.
	JobAnswer = 1 << 10
	// JobsKept is how long delivered and dropped jobs are kept, JobsFailedKept those that failed.
	JobsKept       = 7 * 24 * time.Hour
	JobsFailedKept = 30 * 24 * time.Hour
)

// Job is something to do outside because of what was written. Its JSON is the shape of the API.
type Job struct {
	ID    ID        `json:"id"`
	Kind  JobKind   `json:"kind"`
	Event PushEvent `json:"event"`
	// Subject is what it is about, a conversation: jobs of one subject are done one after the other, in order.
	Subject ID       `json:"subject_id"`
	State   JobState `json:"state"`
	// Reason says why it was dropped: acknowledged, read, removed.
	Reason string `json:"reason,omitempty"`
	// Attempts counts all tries, Tries those since it was queued, or queued again.
	Attempts int    `json:"attempts"`
	Tries    int    `json:"-"`
	Trace    string `json:"trace_id,omitempty"`
	Created  Time   `json:"created_at"`
	// Due is when it is tried next; zero when it is not.
	Due   Time `json:"due_at,omitzero"`
	Ended Time `json:"ended_at,omitzero"`
	// Body is what is sent, byte for byte; empty until that is decided.
	Body json.RawMessage `json:"body,omitempty"`
	// Log are its tries, the first first; filled in where one job is asked for.
	Log []JobAttempt `json:"log,omitempty"`

	// Cancelled says that nobody needs it any more though it was being tried, Replayed that somebody wants it once more as it was.
	Cancelled bool `json:"-"`
	Replayed  bool `json:"replayed,omitempty"`
	// Lease is the right of whoever has it now to end it.
	Lease ID `json:"-"`
}

// MaxTries is how often the job is tried before it has failed for good.
func (j Job) MaxTries() int {
	if j.Event == PushRead {
		return JobReadTries
	}
	return JobTries
}

// JobAttempt is one try.
type JobAttempt struct {
	N  int  `json:"n"`
	At Time `json:"at"`
	// Took is in milliseconds.
	Took int64 `json:"took_ms"`
	// Status is the HTTP status of the answer, 0 when there was none; Error says why there was none.
	Status int    `json:"status,omitempty"`
	Error  string `json:"error,omitempty"`
	// Trace is the trace the try was made under.
	Trace string `json:"trace_id,omitempty"`
	// Answer is the beginning of what was answered, as text.
	Answer string `json:"answer,omitempty"`
}

// JobEnd is what becomes of a job that somebody holds.
type JobEnd struct {
	// State is what it ends as; JobQueued is another try, After from now.
	State  JobState
	After  time.Duration
	Reason string
	// Attempt is the try that was made; nil when none was.
	Attempt *JobAttempt
	// Untried says that the try does not count, because it was not the receiver that ended it.
	Untried bool
}

// JobQuery asks for a line's jobs, the newest first.
type JobQuery struct {
	// State is one of the states, or empty for all.
	State JobState
	// Before is the id of the last job of the page before; empty for the first page.
	Before ID
	Limit  int
}

// JobHealth is how a line's jobs of a kind do.
type JobHealth struct {
	Queued int64
	// Oldest is how long the oldest that is due has been due; 0 when none is.
	Oldest time.Duration
	// Failed and Delivered count those that ended within the last 24 hours.
	Failed, Delivered int64
	// Last is the newest try, nil when there was none; LastJob is the job it was of.
	Last    *JobAttempt
	LastJob ID
}
