package agent

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/views/console"
	"github.com/taadis/unique-support/views/ui"
)

// Replies shows the replies kept ready.
func (h *Handlers) Replies(c echo.Context) error {
	return h.replies(c, http.StatusOK, func(*console.RepliesPage) error { return nil })
}

// replies shows the page, with what fill adds to it.
func (h *Handlers) replies(c echo.Context, status int, fill func(p *console.RepliesPage) error) error {
	r, err := h.reader(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	counts, err := h.desk.Counts(ctx)
	if err != nil {
		return err
	}
	p := console.RepliesPage{Reader: r, Rail: r.Beside("canned", counts), Shelf: c.QueryParam("shelf"), Q: c.QueryParam("q")}
	if p.All, err = h.desk.CannedReplies(ctx); err != nil {
		return err
	}
	switch c.QueryParam("told") {
	case "saved":
		p.Told = p.Text.S("console.replies.saved")
	case "dropped":
		p.Told = p.Text.S("console.replies.dropped")
	case "imported":
		p.Told = p.Text.F("console.replies.imported", "Added", max(0, number(c.QueryParam("added"))), "Changed", max(0, number(c.QueryParam("changed"))))
	}
	if err := fill(&p); err != nil {
		return err
	}
	return render(c, status, p.View())
}

// NewReply shows the form of a new one; with "of" it begins as a copy.
func (h *Handlers) NewReply(c echo.Context) error {
	return h.replies(c, http.StatusOK, func(p *console.RepliesPage) error {
		p.Edit, p.Scope, p.May = &chat.Canned{}, "mine", true
		p.Edit.Category, _ = strings.CutPrefix(p.Shelf, "c:")
		if p.Shelf == console.ShelfMine {
			p.Edit.Category = ""
		}
		for _, x := range p.All {
			if string(x.ID) == c.QueryParam("of") {
				copied := x
				copied.ID, copied.Shortcut = "", ""
				p.Edit = &copied
			}
		}
		return nil
	})
}

// Reply shows one.
func (h *Handlers) Reply(c echo.Context) error {
	return h.reply(c, http.StatusOK, func(*console.RepliesPage) {})
}

func (h *Handlers) reply(c echo.Context, status int, fix func(p *console.RepliesPage)) error {
	return h.replies(c, status, func(p *console.RepliesPage) error {
		for _, x := range p.All {
			if string(x.ID) == c.Param("id") {
				p.Edit, p.Mark, p.Scope, p.May = &x, desk.MarkReply(x), console.ScopeOf(x), desk.MayKeep(chat.ActorFrom(c.Request().Context()), x)
			}
		}
		if p.Edit == nil && c.Param("id") != "" {
			return chat.NotFound()
		}
		fix(p)
		return nil
	})
}

// SaveReply takes the form of a reply: it keeps it, forgets it, or begins a copy.
func (h *Handlers) SaveReply(c echo.Context) error {
	ctx := c.Request().Context()
	var id chat.ID
	if c.Param("id") != "" {
		var err error
		if id, err = chat.ParseID(c.Param("id")); err != nil {
			return chat.NotFound()
		}
	}
	x := replyOf(c, id)
	var err error
	told := "saved"
	switch c.FormValue("action") {
	case "copy":
		return c.Redirect(http.StatusSeeOther, "/console/canned/new?of="+string(id))
	case "drop":
		if err = h.desk.DropReply(ctx, id); err == nil {
			return c.Redirect(http.StatusSeeOther, "/console/canned?told=dropped")
		}
	default:
		x.ID, err = h.desk.PutReply(ctx, x, c.FormValue("mark"))
	}
	if err == nil {
		return c.Redirect(http.StatusSeeOther, "/console/canned/"+string(x.ID)+"?told="+told)
	}
	status, ours := refusal(err)
	if ours {
		return err
	}
	return h.reply(c, status, func(p *console.RepliesPage) {
		x.ID = id
		p.Edit, p.Scope, p.May = &x, c.FormValue("scope"), true
		p.Error = ui.Problem(p.Text, err, chat.TraceFrom(ctx))
		p.Wrong = map[string]string{}
		if e, ok := errors.AsType[*chat.Error](err); ok {
			if field := replyFields[e.Key]; field != "" {
				p.Wrong[field], p.Error = p.Error, p.Text.S("console.settings.refused")
				if e.Key == "canned_variable" {
					p.Wrong[field] = p.Text.F("console.replies.unknown", "Names", "{{"+strings.Join(x.Unknown(), "}} {{")+"}}")
				}
			}
		}
	})
}

// replyFields are where an error stands, by its key.
var replyFields = map[string]string{"shortcut": "shortcut", "shortcut_taken": "shortcut", "title": "title", "category": "category", "canned_variable": "body", "text_empty": "body", "text_long": "body", "text_nul": "body"}

// replyOf reads the form of a reply.
func replyOf(c echo.Context, id chat.ID) chat.Canned {
	x := chat.Canned{ID: id, Title: c.FormValue("title"), Shortcut: c.FormValue("shortcut"), Category: c.FormValue("category"), Body: strings.ReplaceAll(c.FormValue("body"), "\r\n", "\n")}
	return scoped(x, c.FormValue("scope"), chat.ActorFrom(c.Request().Context()))
}

// scoped gives a reply to whom the scope names.
func scoped(x chat.Canned, scope string, by chat.Actor) chat.Canned {
	x.Owner, x.Line = "", ""
	switch scope {
	case "mine":
		x.Owner = by.ID
	case "all":
	default:
		x.Line = scope
		if scope == "" { // nobody named is nobody but her
			x.Owner = by.ID
		}
	}
	return x
}
