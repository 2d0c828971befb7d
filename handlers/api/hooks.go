package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// hookDelay is how long a page has to show a message, unless a new hook says otherwise.
	hookDelay = 10 * time.Second
	// jobsPage is how many jobs a page has, jobsMost how many it may have.
	jobsPage, jobsMost = 50, 200
)

// hook is a line's push hook as the API tells it. A secret is told once, when it is made.
type hook struct {
	// URL is the receiver's, without what its query may hide; empty for no hook.
	URL     string           `json:"url"`
	Preview chat.PushPreview `json:"preview,omitempty"`
	Delay   int              `json:"delay_seconds"`
	// Secrets is how many sign what is sent.
	Secrets int    `json:"secrets"`
	Secret  string `json:"secret,omitempty"`
}

func hookOf(p chat.Push, secret string) hook {
	return hook{URL: p.Address(), Preview: p.Preview, Delay: int(p.Delay / time.Second), Secrets: len(p.Secrets), Secret: secret}
}

// Hook answers with the line's push hook.
func (h *Handlers) Hook(c echo.Context) error {
	l, err := h.desk.Settings(c.Request().Context(), c.Param("line"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, hookOf(l.Line.Push, ""))
}

// SetHook makes the line's push hook, or changes what is named of it.
func (h *Handlers) SetHook(c echo.Context) error {
	var in struct {
		URL     string           `json:"url"`
		Preview chat.PushPreview `json:"preview"`
		Delay   *int             `json:"delay_seconds"`
	}
	if err := bind(c, &in); err != nil {
		return err
	}
	if in.URL == "" {
		return chat.Invalid("push_url", "A hook's address is written https://shop.example.com/path, without a name or password in it.")
	}
	return h.changeHook(c, func(p chat.Push) (_ chat.Push, secret string, err error) {
		if !p.On() {
			p.Preview, p.Delay = chat.PreviewNone, hookDelay
		}
		if in.URL != p.Address() { // as it was told, without its query
			p.URL = in.URL
		}
		if in.Preview != "" {
			p.Preview = in.Preview
		}
		if in.Delay != nil {
			if p.Delay = time.Duration(*in.Delay) * time.Second; *in.Delay < 0 || *in.Delay > int(chat.PushDelayMax/time.Second) {
				return p, "", chat.Invalid("push_delay", "A push is delayed by 0 to 600 whole seconds.")
			}
		}
		if len(p.Secrets) == 0 {
			p, secret, err = p.Rotated()
		}
		return p, secret, err
	})
}

// DropHook has nobody told any more.
func (h *Handlers) DropHook(c echo.Context) error {
	err := h.desk.SetLine(c.Request().Context(), c.Param("line"), chat.SectionPush, "", func(l *chat.Line) error {
		l.Push = chat.Push{}
		return nil
	})
	if err != nil {
		return err
	}
	return none(c)
}

// RotateHook makes a new secret; the one before signs, too, until RetireHook.
func (h *Handlers) RotateHook(c echo.Context) error {
	return h.changeHook(c, func(p chat.Push) (chat.Push, string, error) {
		if !p.On() {
			return p, "", chat.Conflict("push_none", "There is no hook. Save its address first.")
		}
		return p.Rotated()
	})
}

// RetireHook ends the older of two secrets.
func (h *Handlers) RetireHook(c echo.Context) error {
	return h.changeHook(c, func(p chat.Push) (chat.Push, string, error) {
		p, err := p.Retired()
		return p, "", err
	})
}

func (h *Handlers) changeHook(c echo.Context, f func(p chat.Push) (changed chat.Push, secret string, err error)) error {
	var is hook
	err := h.desk.SetLine(c.Request().Context(), c.Param("line"), chat.SectionPush, "", func(l *chat.Line) error {
		changed, secret, err := f(l.Push)
		l.Push, is = changed, hookOf(changed, secret)
		return err
	})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, is)
}

// TryHook has the hook told that this is a test.
func (h *Handlers) TryHook(c echo.Context) error {
	id, err := h.desk.TryPush(c.Request().Context(), c.Param("line"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, map[string]any{"job_id": id})
}

// Jobs answers with a page of what the line's host was told, or is to be.
func (h *Handlers) Jobs(c echo.Context) error {
	q := chat.JobQuery{State: chat.JobState(c.QueryParam("state")), Limit: jobsPage}
	switch q.State {
	case "", chat.JobQueued, chat.JobDelivered, chat.JobFailed, chat.JobDropped:
	default:
		return chat.Invalid("job_state", "state is queued, delivered, failed or dropped.")
	}
	limit, err := number(c, "limit")
	if err != nil || limit > jobsMost || limit == 0 && c.QueryParam("limit") != "" {
		return chat.Invalid("limit", "limit is a number from 1 to 200.")
	}
	if limit > 0 {
		q.Limit = int(limit)
	}
	if before := c.QueryParam("before"); before != "" {
		if q.Before, err = chat.ParseID(before); err != nil {
			return chat.Invalid("job_before", "before is the id of a job.")
		}
	}
	q.Limit++
	jobs, _, err := h.desk.Told(c.Request().Context(), c.Param("line"), q)
	if err != nil {
		return err
	}
	more := len(jobs) == q.Limit
	if more {
		jobs = jobs[:q.Limit-1]
	}
	return c.JSON(http.StatusOK, map[string]any{"jobs": append([]chat.Job{}, jobs...), "has_more": more})
}

// Job answers with one job and its tries.
func (h *Handlers) Job(c echo.Context) error {
	id, err := chat.ParseID(c.Param("job"))
	if err != nil {
		return chat.NotFound()
	}
	j, err := h.desk.ToldOne(c.Request().Context(), c.Param("line"), id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, j)
}

// Replay queues a job that has ended once more.
func (h *Handlers) Replay(c echo.Context) error {
	id, err := chat.ParseID(c.Param("job"))
	if err != nil {
		return chat.NotFound()
	}
	if err := h.desk.TellAgain(c.Request().Context(), c.Param("line"), id); err != nil {
		return err
	}
	return none(c)
}
