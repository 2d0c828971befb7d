package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/handlers/push"
)

// Door is what the room above does for this one.
type Door interface {
	// Admit gives a visitor's browser its cookie and returns the token for clients without one.
	Admit(c echo.Context, line string, v chat.Visitor) (token string, expires time.Time)
	// Dismiss takes it away.
	Dismiss(c echo.Context, line string)
}

// Limits bounds how often something may be tried.
type Limits interface {
	// Enter counts a new visitor session from an address.
	Enter(address string) error
	// Stream counts an open stream of an actor at an address until over is called.
	Stream(address string, actor chat.Actor) (over func(), err error)
}

// Options are what the JSON door is made of.
type Options struct {
	Desk   *desk.Desk
	Hub    *push.Hub
	Door   Door
	Limits Limits
	Clock  desk.Clock
	// FileMax is how many bytes a file may have.
	FileMax int64
}

// Handlers answers the calls of the HTTP contract.
type Handlers struct {
	desk   *desk.Desk
	hub    *push.Hub
	door   Door
	limits Limits
	clock  desk.Clock

	fileMax int64
}

// New returns the JSON door.
func New(o Options) *Handlers {
	return &Handlers{desk: o.Desk, hub: o.Hub, door: o.Door, limits: o.Limits, clock: o.Clock, fileMax: o.FileMax}
}

// conversation is the id in the path; a thing that is no id names nothing.
func conversation(c echo.Context) (chat.ID, error) {
	id, err := chat.ParseID(c.Param("id"))
	if err != nil {
		return "", chat.NotFound()
	}
	return id, nil
}

func none(c echo.Context) error { return c.NoContent(http.StatusNoContent) }
