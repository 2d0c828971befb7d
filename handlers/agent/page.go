package agent

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/console"
)

// Page shows the console with no conversation open.
func (h *Handlers) Page(c echo.Context) error {
	r, err := h.reader(c)
	if err != nil {
		return err
	}
	l := console.ParseList(c.QueryParams())
	in, counts, err := h.inbox(c, r, l, "")
	if err != nil {
		return err
	}
	page := r.Page(l, counts, in, r.Blank(l, counts), r.Nobody())
	if swaps(c) {
		return render(c, http.StatusOK, page.Swap())
	}
	return render(c, http.StatusOK, page.View())
}

// List answers with the list alone: a filter was chosen, or more of it is wanted.
func (h *Handlers) List(c echo.Context) error {
	r, err := h.reader(c)
	if err != nil {
		return err
	}
	l := console.ParseList(c.QueryParams())
	in, _, err := h.inbox(c, r, l, chat.ID(c.QueryParam("c")))
	if err != nil {
		return err
	}
	in.Later = c.QueryParam("cursor") != ""
	if !swaps(c) {
		return c.Redirect(http.StatusSeeOther, l.URL("/console"))
	}
	if in.Later {
		return render(c, http.StatusOK, in.Page())
	}
	return render(c, http.StatusOK, in.Swap())
}

// Conversation shows the console with a conversation open, or, to script, what of it changes.
func (h *Handlers) Conversation(c echo.Context) error {
	return h.open(c, http.StatusOK, func(*console.Thread) {})
}

// open shows a conversation; fix changes what the composer says, after a form was refused.
func (h *Handlers) open(c echo.Context, status int, fix func(*console.Thread)) error {
	r, err := h.reader(c)
	if err != nil {
		return err
	}
	id, err := chat.ParseID(c.Param("id"))
	if err != nil {
		return chat.NotFound()
	}
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	at, _ := strconv.ParseInt(c.QueryParam("at"), 10, 64)
	note, _ := strconv.ParseInt(c.QueryParam("note"), 10, 64)
	if at > 0 && at < 1<<53 {
		before = at + around
	}
	t, earlier, err := h.thread(c.Request().Context(), id, max(0, before))
	if err != nil {
		return err
	}
	t.At, t.AtNote = at, note
	fix(&t)
	l := console.ParseList(c.QueryParams())
	pane, side := r.Pane(l, t), r.Side(l, t.Conversation, t.Visitor, earlier)
	side.Why = r.Why(t.Conversation, t.Decisions, t.Teams)
	if swaps(c) {
		return render(c, status, console.Page{Text: r.Text, Pane: pane, Side: side}.Swap())
	}
	in, counts, err := h.inbox(c, r, l, id)
	if err != nil {
		return err
	}
	return render(c, status, r.Page(l, counts, in, pane, side).View())
}

// around is how many messages after the one that is asked for are shown below it.
const around = 25

// Row answers with a conversation's row of a list, or with nothing when it is not in the list.
func (h *Handlers) Row(c echo.Context) error {
	r, err := h.reader(c)
	if err != nil {
		return err
	}
	id, err := chat.ParseID(c.Param("id"))
	if err != nil {
		return chat.NotFound()
	}
	l := console.ParseList(c.QueryParams())
	l.Q = "" // what was found is not told anew
	page, err := h.desk.Inbox(c.Request().Context(), query(l, id, ""))
	if err != nil {
		return err
	}
	if len(page.Conversations) == 0 {
		return c.NoContent(http.StatusNoContent)
	}
	return render(c, http.StatusOK, r.Item(l, page.Conversations[0], chat.ID(c.QueryParam("c"))).View())
}

// Counts answers with the numbers beside the lists.
func (h *Handlers) Counts(c echo.Context) error {
	n, err := h.desk.Counts(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"mine": n.Mine, "queue": n.Queue, "all": n.All, "mentions": n.Mentions, "lines": n.Lines})
}

func (h *Handlers) inbox(c echo.Context, r console.Reader, l console.List, open chat.ID) (console.Inbox, chat.Counts, error) {
	ctx := c.Request().Context()
	page, err := h.desk.Inbox(ctx, query(l, "", c.QueryParam("cursor")))
	if err != nil {
		return console.Inbox{}, chat.Counts{}, err
	}
	counts, err := h.desk.Counts(ctx)
	if err != nil {
		return console.Inbox{}, counts, err
	}
	in := r.Inbox(l, page, counts, open)
	choices, err := h.choices(c)
	if err != nil {
		return in, counts, err
	}
	r.Narrow(&in, l, choices)
	return in, counts, nil
}

// choices are what the list can be narrowed to.
func (h *Handlers) choices(c echo.Context) (ch console.Choices, err error) {
	ctx := c.Request().Context()
	if ch.Labels, err = h.desk.Labels(ctx); err != nil {
		return ch, err
	}
	ch.Agents, err = h.desk.Mates(ctx)
	return ch, err
}

func query(l console.List, only chat.ID, cursor string) chat.InboxQuery {
	q := chat.InboxQuery{View: l.Everywhere(), Status: l.Status, Label: l.Label, Q: l.Q, Conversation: only, Cursor: cursor,
		Holder: l.Agent, Unread: l.Unread, Waited: l.Wait}
	if l.Line != "" {
		q.Lines = []string{l.Line}
	}
	return q
}
