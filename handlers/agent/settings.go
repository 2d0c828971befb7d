package agent

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/handlers/media"
	"github.com/taadis/unique-support/views/console"
	"github.com/taadis/unique-support/views/i18n"
	"github.com/taadis/unique-support/views/ui"
	"github.com/taadis/unique-support/views/window"
)

// jobsShown is how many of the things a line's host was told a page shows.
const jobsShown = 20

// AllSettings shows the lines and how they are.
func (h *Handlers) AllSettings(c echo.Context) error {
	return h.settings(c, http.StatusOK, func(p *console.SettingsPage) (err error) {
		p.All, err = h.desk.AllSettings(c.Request().Context())
		return err
	})
}

// settings shows one of the pages of settings, with what fill adds to it.
func (h *Handlers) settings(c echo.Context, status int, fill func(p *console.SettingsPage) error) error {
	r, err := h.reader(c)
	if err != nil {
		return err
	}
	counts, err := h.desk.Counts(c.Request().Context())
	if err != nil {
		return err
	}
	p := console.SettingsPage{Reader: r, Rail: r.Beside("settings", counts), Address: h.door.Address(c)}
	if err := fill(&p); err != nil {
		return err
	}
	h.door.Framing(c)
	c.Response().Header().Set("Cache-Control", "no-store") // a secret stands on it, once
	return render(c, status, p.View())
}

// NewLine shows the form that makes a line.
func (h *Handlers) NewLine(c echo.Context) error {
	return h.settings(c, http.StatusOK, func(p *console.SettingsPage) error {
		p.New, p.Form = true, url.Values{"color": {"#176b87"}, "locale": {p.Text.Locale()}}
		return nil
	})
}

// AddLine makes a line and goes to its settings.
func (h *Handlers) AddLine(c echo.Context) error {
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	l := chat.Line{Name: form.Get("name"), Title: form.Get("title"), Color: lower(form.Get("color")), Locale: locale(form.Get("locale"))}
	if err := h.desk.AddLine(c.Request().Context(), l); err != nil {
		status, ours := refusal(err)
		if ours {
			return err
		}
		return h.settings(c, status, func(p *console.SettingsPage) error {
			p.New, p.Form = true, form
			p.Error, p.Wrong = explain(c, p.Text, wrongs{where(err): err})
			return nil
		})
	}
	return c.Redirect(http.StatusSeeOther, console.SettingsPath(l.Name, chat.SectionBrand)+"?saved=1")
}

// Settings shows a section of a line's settings.
func (h *Handlers) Settings(c echo.Context) error {
	return h.section(c, http.StatusOK, func(p *console.SettingsPage) { p.Saved = c.QueryParam("saved") == "1" })
}

// section shows one, as it is kept; fix changes what it shows.
func (h *Handlers) section(c echo.Context, status int, fix func(p *console.SettingsPage)) error {
	s := chat.Section(c.Param("section"))
	if !slices.Contains(console.Sections(), s) {
		return chat.NotFound()
	}
	return h.settings(c, status, func(p *console.SettingsPage) error {
		ctx := c.Request().Context()
		line, err := h.desk.Settings(ctx, c.Param("line"))
		if err != nil {
			return err
		}
		p.All, err = h.lineNames(c)
		if err != nil {
			return err
		}
		p.Line, p.Section, p.Form, p.Mark = &line, s, console.SettingsForm(line.Line, s), line.Line.Mark(s)
		switch s {
		case chat.SectionEmbed:
			p.Code = code(p.Address + "/c/" + line.Line.Name)
		case chat.SectionPush:
			if err := h.pushes(c, p); err != nil {
				return err
			}
		}
		fix(p)
		return nil
	})
}

// lineNames are the lines the reader may go to, without asking how they are.
func (h *Handlers) lineNames(c echo.Context) (all []chat.LineHealth, err error) {
	a := chat.ActorFrom(c.Request().Context())
	for _, l := range h.desk.Lines() {
		if a.At(l.Name) || a.May(chat.TeamWrite) {
			all = append(all, chat.LineHealth{Line: l})
		}
	}
	return all, nil
}

// pushes fills in what the line's host was told; a line that is away tells nothing of it.
func (h *Handlers) pushes(c echo.Context, p *console.SettingsPage) error {
	ctx, line := c.Request().Context(), p.Line.Line.Name
	q := chat.JobQuery{State: chat.JobState(c.QueryParam("state")), Limit: jobsShown + 1}
	if id, err := chat.ParseID(c.QueryParam("before")); err == nil {
		q.Before = id
	}
	p.Push.State = string(q.State)
	jobs, health, err := h.desk.Told(ctx, line, q)
	if chat.CodeOf(err) == chat.CodeLineUnavailable && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	p.Push.Health, p.Push.More, p.Push.Jobs = health, len(jobs) > jobsShown, jobs[:min(jobsShown, len(jobs))]
	if id, err := chat.ParseID(c.QueryParam("job")); err == nil {
		j, err := h.desk.ToldOne(ctx, line, id)
		if err != nil {
			return err
		}
		p.Push.Job = &j
	}
	return nil
}

// SaveSettings takes the form of a section.
func (h *Handlers) SaveSettings(c echo.Context) error {
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	s, line := chat.Section(c.Param("section")), c.Param("line")
	action := form.Get("action")
	if edit(form, s, action) {
		return h.section(c, http.StatusOK, func(p *console.SettingsPage) {
			p.Form, p.Mark, p.Edited = form, form.Get("mark"), true
		})
	}
	ctx, back := c.Request().Context(), console.SettingsPath(line, s)
	var secret string
	wrong := wrongs{}
	switch action {
	case "save":
		err = h.desk.SetLine(ctx, line, s, form.Get("mark"), func(l *chat.Line) error {
			had := len(l.Push.Secrets)
			wrong = take(l, s, form)
			if len(l.Push.Secrets) > had {
				secret = l.Push.Secrets[0] // of a hook that is made now
			}
			return wrong.first()
		})
	case "rotate", "retire":
		err = h.desk.SetLine(ctx, line, s, form.Get("mark"), func(l *chat.Line) (err error) {
			secret, err = turn(l, s, action == "rotate")
			return err
		})
	case "test":
		var id chat.ID
		if id, err = h.desk.TryPush(ctx, line); err == nil {
			return c.Redirect(http.StatusSeeOther, back+"?job="+url.QueryEscape(string(id))+"#log")
		}
	case "replay":
		id, bad := chat.ParseID(form.Get("job"))
		if bad != nil {
			return chat.NotFound()
		}
		if err = h.desk.TellAgain(ctx, line, id); err == nil {
			return c.Redirect(http.StatusSeeOther, back+"?job="+url.QueryEscape(string(id))+"#log")
		}
	default:
		err = chat.Invalid("action", "There is no such action.")
	}
	switch {
	case err != nil:
		return h.refuseSettings(c, form, wrong, err)
	case secret != "":
		return h.section(c, http.StatusOK, func(p *console.SettingsPage) { p.Secret = secret })
	}
	return c.Redirect(http.StatusSeeOther, back+"?saved=1")
}

// refuseSettings shows the section again with what was typed and why it was refused. Somebody else's change is shown by its mark: who saves
// once more has seen it.
func (h *Handlers) refuseSettings(c echo.Context, form url.Values, wrong wrongs, err error) error {
	status, ours := refusal(err)
	if ours {
		return err
	}
	return h.section(c, status, func(p *console.SettingsPage) {
		if form.Get("action") == "save" {
			p.Form, p.Edited = form, true
		}
		if len(wrong) == 0 {
			wrong = wrongs{where(err): err}
		}
		p.Error, p.Wrong = explain(c, p.Text, wrong)
	})
}

// explain says what is wrong: in general, and beside the fields.
func explain(c echo.Context, t i18n.Text, wrong wrongs) (general string, beside map[string]string) {
	beside = map[string]string{}
	general = t.S("console.settings.refused")
	for field, err := range wrong {
		said := ui.Problem(t, err, chat.TraceFrom(c.Request().Context()))
		if field == "" {
			general = said
			continue
		}
		beside[field] = said
		if e, ok := errors.AsType[*lineError](err); ok {
			beside[field] = t.F("console.settings.wrong_line", "Line", e.what, "Why", said)
		}
	}
	return general, beside
}

// Preview shows the chat page as a visitor would see it, with what stands in the form of a section. Nothing on it does anything.
func (h *Handlers) Preview(c echo.Context) error {
	found, err := h.desk.Settings(c.Request().Context(), c.Param("line"))
	if err != nil {
		return err
	}
	l, q := found.Line, c.QueryParams()
	if q.Has("mark") { // of a form, not of a link
		changed := l
		if take(&changed, chat.Section(q.Get("section")), q); changed.CheckSettings() == nil {
			l = changed
		}
	}
	look := window.Look{Locale: q.Get("look"), Theme: ui.Theme(q.Get("theme"))}
	if look.Locale == "" {
		look.Locale = q.Get("locale")
	}
	text := i18n.For(look.Locale, h.door.Zone(c))
	page := window.New(l, chat.Conversation{}, window.Log{}, text, look, h.clock.Now())
	page.Begin = window.NewBegin(l.Questions, nil, nil, text)
	page.Accept = media.Accept(h.fileMax)
	h.door.Frame(c, []string{"'self'"})
	return render(c, http.StatusOK, window.Preview(page))
}
