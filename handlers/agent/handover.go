package agent

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/views/console"
	"github.com/taadis/unique-support/views/ui"
)

// HandoverPage shows what many conversations at once can be chosen from.
func (h *Handlers) HandoverPage(c echo.Context) error {
	return h.handover(c, http.StatusOK, func(p *console.Handover) {
		p.Of = chat.ID(c.QueryParam("of"))
		p.Done, _ = strconv.Atoi(c.QueryParam("done"))
	})
}

func (h *Handlers) handover(c echo.Context, status int, fill func(p *console.Handover)) error {
	r, err := h.reader(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	counts, err := h.desk.Counts(ctx)
	if err != nil {
		return err
	}
	page, err := h.desk.Inbox(ctx, chat.InboxQuery{View: chat.ViewAll, Limit: desk.PageMax})
	if err != nil {
		return err
	}
	p := console.Handover{Reader: r, Rail: r.Beside("handover", counts), Open: page.Conversations, More: page.Cursor != ""}
	for _, l := range r.Lines {
		seats, err := h.desk.Colleagues(ctx, l.Name)
		if err != nil {
			continue // a line that is away gives nothing now
		}
		for _, s := range seats {
			if !slices.ContainsFunc(p.Seats, func(x chat.Seat) bool { return x.Agent.ID == s.Agent.ID }) {
				p.Seats = append(p.Seats, s)
			}
		}
	}
	if p.Teams, err = h.desk.Teams(ctx); err != nil {
		return err
	}
	fill(&p)
	return render(c, status, p.View())
}

// Handover hands over what was chosen. What could not be handed over stays chosen.
func (h *Handlers) Handover(c echo.Context) error {
	ctx := c.Request().Context()
	params, err := c.FormParams()
	if err != nil {
		return err
	}
	var ids []chat.ID
	for _, id := range params["id"] {
		ids = append(ids, chat.ID(id))
	}
	form := console.Handover{Of: chat.ID(c.FormValue("of")), To: c.FormValue("to"), Note: c.FormValue("note")}
	agent, team := chat.ID(form.To), chat.ID("")
	if id, is := strings.CutPrefix(form.To, "team:"); is {
		agent, team = "", chat.ID(id)
	}
	refused, err := h.desk.HandOver(ctx, ids, agent, team, form.Note)
	status := http.StatusConflict
	if err == nil && len(refused) == 0 {
		return c.Redirect(http.StatusSeeOther, "/console/handover?of="+string(form.Of)+"&done="+strconv.Itoa(len(ids)))
	}
	if err != nil {
		var ours bool
		if status, ours = refusal(err); ours {
			return err
		}
		form.Chosen = ids
	}
	return h.handover(c, status, func(p *console.Handover) {
		p.Of, p.To, p.Note, p.Chosen, p.Done = form.Of, form.To, form.Note, form.Chosen, len(ids)-len(refused)
		if err != nil {
			p.Error, p.Done = ui.Problem(p.Text, err, chat.TraceFrom(ctx)), 0
			return
		}
		for _, id := range ids {
			if why := refused[id]; why != nil {
				p.Chosen = append(p.Chosen, id)
				p.Error = p.Text.N("console.handover.refused", len(refused)) + " " + ui.Problem(p.Text, why, chat.TraceFrom(ctx))
			}
		}
	})
}
