package chat

import (
	"errors"
	"time"
)

// Code is the stable name of an error in the API; see API.md for the list.
type Code string

// The codes of the HTTP contract.
const (
	CodeInvalid          Code = "invalid"
	CodeUnauthenticated  Code = "unauthenticated"
	CodeForbidden        Code = "forbidden"
	CodeNotFound         Code = "not_found"
	CodeConflict         Code = "conflict"
	CodeTooLarge         Code = "too_large"
	CodeUnsupportedMedia Code = "unsupported_media"
	CodeRateLimited      Code = "rate_limited"
	CodeQueueFull        Code = "queue_full"
	CodeLineUnavailable  Code = "line_unavailable"
	CodeInternal         Code = "internal"
)

// Error is an error a person may read. Any other error is internal, and people read "Internal error" and the trace id.
type Error struct {
	// Code is stable; clients branch on it.
	Code Code
	// Key names the sentence in views/i18n ("error.<key>"), so that a page can say it in the reader's language.
	Key string
	// Detail is the sentence in English.
	Detail string
	// RetryAfter is how long to wait before the next try; zero when a repeat will not help.
	RetryAfter time.Duration
	// Err is the cause, for the log only.
	Err error
}

// Error returns the sentence and the cause.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Detail + ": " + e.Err.Error()
	}
	return e.Detail
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether the target is an Error of the same code and, when the target names one, the same key.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Key == "" || t.Key == e.Key)
}

// CodeOf returns the code of the first Error in err's chain, CodeInternal when there is none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}

// Invalid says what is wrong with what was sent.
func Invalid(key, detail string) *Error {
	return &Error{Code: CodeInvalid, Key: key, Detail: detail}
}

// NotFound says that there is no such thing, or not for whoever asks: the two are never told apart.
func NotFound() *Error {
	return &Error{Code: CodeNotFound, Key: "not_found", Detail: "There is nothing here."}
}

// Forbidden says that the caller is known and may not.
func Forbidden() *Error {
	return &Error{Code: CodeForbidden, Key: "forbidden", Detail: "You are not allowed to do this."}
}

// Unauthenticated says that the caller has to sign in, or get a new session.
func Unauthenticated() *Error {
	return &Error{Code: CodeUnauthenticated, Key: "unauthenticated", Detail: "Please sign in again."}
}

// Conflict says that the state of things forbids it: an id used for something else, a conversation that has ended.
func Conflict(key, detail string) *Error {
	return &Error{Code: CodeConflict, Key: key, Detail: detail}
}

// Unavailable says that the line's database cannot be reached now; nothing was accepted, or it is unknown whether it was.
// The same request may be sent again after the wait.
func Unavailable(after time.Duration, err error) *Error {
	return &Error{Code: CodeLineUnavailable, Key: "line_unavailable", Detail: "The service is interrupted. Please try again in a moment.", RetryAfter: after, Err: err}
}

// QueueFull says that the line has more in hand than it can accept now.
func QueueFull(err error) *Error {
	return &Error{Code: CodeQueueFull, Key: "queue_full", Detail: "Very busy right now. Please try again in a moment.", RetryAfter: time.Second, Err: err}
}
