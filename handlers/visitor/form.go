package visitor

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/handlers/media"
	"github.com/taadis/unique-support/views/ui"
	"github.com/taadis/unique-support/views/window"
)

// Post takes the page's forms: to send, to rate, to end and to begin again. What was typed stays typed when it is refused.
func (h *Handlers) Post(c echo.Context) error {
	line, err := h.line(c)
	if err != nil {
		return h.sorry(c, line, err, "")
	}
	if err := h.act(c, line); err != nil {
		return h.refuse(c, line, err)
	}
	return c.Redirect(http.StatusSeeOther, "/c/"+line.Name+window.ReadLook(c.QueryParams()).Query())
}

func (h *Handlers) act(c echo.Context, line chat.Line) error {
	files, over, err := h.files(c)
	if err != nil {
		return err
	}
	defer over()
	if _, err := c.FormParams(); err != nil { // FormValue would pass over it and find nothing written
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return &chat.Error{Code: chat.CodeTooLarge, Key: "too_large", Detail: "This is too large.", Err: err}
		}
		return &chat.Error{Code: chat.CodeInvalid, Key: "invalid", Detail: "This request cannot be read.", Err: err}
	}
	ctx := c.Request().Context()
	if err := h.limits.Send(c.RealIP(), chat.ActorFrom(ctx)); err != nil {
		return err
	}
	if identity := c.FormValue("identity"); identity != "" {
		return h.sign(c, line, identity)
	}
	action := c.FormValue("action")
	switch action {
	case "", "send":
		text := written(c)
		if answers := filled(c); text == "" && len(answers) > 0 {
			text = "-" // the server says it in words
		}
		only := files != nil && len(files.Files) > 0 && strings.TrimSpace(text) == ""
		if err := chat.CheckText(text, chat.MaxText); err != nil && !only {
			return err
		}
		contact, err := h.contact(c, line)
		if err != nil {
			return err
		}
		if chat.ActorFrom(ctx).ID == "" && c.Request().Header.Get("Sec-Fetch-Dest") == "iframe" {
			// Sent before the script had come. Another site's frame may keep no cookie: she would never see it again.
			return chat.Conflict("frame", "Please press send once more.")
		}
		conversation, err := h.enter(c, line, false)
		if err != nil {
			return err
		}
		ctx = c.Request().Context()
		client := clientID(c, h.clock.Now())
		drafts, err := files.Drafts(ctx, h.desk, conversation, client)
		if err != nil {
			return err
		}
		if !only {
			drafts = append([]chat.Draft{{Conversation: conversation, ClientID: client, Kind: chat.KindText, Text: text, Data: said(c)}}, drafts...)
		}
		if err := media.Send(ctx, h.desk, drafts); err != nil || contact == "" {
			return err
		}
		return h.desk.Leave(ctx, conversation, contact)
	case "card":
		conversation, err := h.enter(c, line, false)
		if err != nil {
			return err
		}
		_, _, err = h.desk.Send(c.Request().Context(), chat.Draft{Conversation: conversation, ClientID: clientID(c, h.clock.Now()), Kind: chat.KindCard})
		return err
	case "begin":
		return h.begin(c, line)
	case "again":
		return h.again(c, line)
	case "logout":
		h.door.Dismiss(c, line.Name)
		return nil
	}
	conversation, err := h.desk.Current(ctx)
	if err != nil {
		return err
	}
	switch action {
	case "close":
		return h.desk.End(ctx, conversation.ID)
	case "leave":
		return h.desk.Leave(ctx, conversation.ID, strings.TrimSpace(c.FormValue("contact")))
	case "human":
		return h.desk.Release(ctx, conversation.ID)
	case "rate":
		score, _ := strconv.Atoi(c.FormValue("score"))
		return h.desk.Rate(ctx, conversation.ID, chat.Rating{Score: score, Tags: c.Request().Form["tags"], Comment: c.FormValue("comment")})
	}
	return chat.Invalid("action", "There is no such action.")
}

// again goes on with the conversation that has ended, or with a new one when that was too long ago.
func (h *Handlers) again(c echo.Context, line chat.Line) error {
	ctx := c.Request().Context()
	ended, err := h.desk.Current(ctx)
	if err == nil {
		err = h.desk.Reopen(ctx, ended.ID)
	}
	if code := chat.CodeOf(err); err != nil && (code == chat.CodeNotFound || code == chat.CodeConflict) {
		_, err = h.enter(c, line, true)
	}
	return err
}

// files reads a form that may have files in it, nil for any other; over lets go of them.
func (h *Handlers) files(c echo.Context) (files *media.Form, over func(), err error) {
	if !media.Multipart(c.Request()) {
		return nil, func() {}, nil
	}
	left, err := h.limits.Arrive()
	if err != nil {
		return nil, nil, err
	}
	if files, err = media.Read(c.Response(), c.Request(), h.fileMax); err != nil {
		left()
		return nil, nil, err
	}
	over = func() {
		_ = files.Close() // they are gone already
		left()
	}
	for range files.Files {
		if err := h.limits.File(c.RealIP(), chat.ActorFrom(c.Request().Context())); err != nil {
			over()
			return nil, nil, err
		}
	}
	return files, over, nil
}

// enter returns the conversation the visitor writes in, and lets her in first when she is new or wants to begin again.
func (h *Handlers) enter(c echo.Context, line chat.Line, again bool) (chat.ID, error) {
	ctx := c.Request().Context()
	actor := chat.ActorFrom(ctx)
	if !again {
		found, err := h.desk.Current(ctx)
		if err == nil {
			return found.ID, nil
		}
		if chat.CodeOf(err) != chat.CodeNotFound {
			return "", err
		}
	}
	v, conversation, err := h.admit(c, desk.Entry{Line: line.Name})
	if err != nil {
		return "", err
	}
	c.SetRequest(c.Request().WithContext(chat.WithActor(ctx, chat.Actor{Kind: chat.KindVisitor, ID: v.ID, Name: v.Name, Line: line.Name, Signed: v.Verified, Locale: actor.Locale})))
	return conversation.ID, nil
}

// sign lets a visitor in as who her host says she is: her browser is sent to the page, with the cookie and nothing in the address.
func (h *Handlers) sign(c echo.Context, line chat.Line, identity string) error {
	_, _, err := h.admit(c, desk.Entry{Line: line.Name, Identity: identity, Resume: true})
	if code := chat.CodeOf(err); err != nil && (code == chat.CodeUnauthenticated || code == chat.CodeForbidden) {
		// Who is here now is not whoever was here before: the answer shows nothing of hers.
		h.door.Dismiss(c, line.Name)
		ctx := c.Request().Context()
		c.SetRequest(c.Request().WithContext(chat.WithActor(ctx, chat.Actor{Locale: chat.ActorFrom(ctx).Locale})))
	}
	return err
}

// admit lets her in, and gives her browser its cookie.
func (h *Handlers) admit(c echo.Context, entry desk.Entry) (chat.Visitor, chat.Conversation, error) {
	if err := h.limits.Enter(c.RealIP()); err != nil {
		return chat.Visitor{}, chat.Conversation{}, err
	}
	ctx := c.Request().Context()
	entry.Locale, entry.Device = h.door.Locale(c), h.door.Device(c.Request())
	if a := chat.ActorFrom(ctx); a.Kind == chat.KindVisitor && a.Line == entry.Line {
		entry.Visitor, entry.Signed = a.ID, a.Signed
	}
	v, conversation, err := h.desk.Enter(ctx, entry)
	if err != nil {
		return v, conversation, err
	}
	h.door.Admit(c, entry.Line, v)
	return v, conversation, nil
}

// refuse shows the page again with the reason beside what was typed.
func (h *Handlers) refuse(c echo.Context, line chat.Line, err error) error {
	status := http.StatusUnprocessableEntity
	switch chat.CodeOf(err) {
	case chat.CodeInternal:
		return err
	case chat.CodeLineUnavailable, chat.CodeQueueFull:
		return h.sorry(c, line, err, written(c))
	case chat.CodeRateLimited:
		status = http.StatusTooManyRequests
		c.Response().Header().Set("Retry-After", "5")
	case chat.CodeUnauthenticated:
		status = http.StatusUnauthorized
	case chat.CodeForbidden:
		status = http.StatusForbidden
	case chat.CodeTooLarge:
		status = http.StatusRequestEntityTooLarge
	case chat.CodeUnsupportedMedia:
		status = http.StatusUnsupportedMediaType
	}
	page, broken := h.page(c, line)
	if broken != nil {
		return h.sorry(c, line, broken, written(c))
	}
	sentence := ui.Problem(page.Text, err, chat.TraceFrom(c.Request().Context()))
	if c.FormValue("action") == "begin" {
		given := answered(c, line)
		_, wrong := line.Questions.Fill(given, page.Text.Locale())
		page.Begin = window.NewBegin(line.Questions, given, wrong, page.Text)
	} else if c.FormValue("action") == "rate" {
		page.Rating.Error, page.Rating.Comment, page.Rating.Late = sentence, c.FormValue("comment"), false
	} else if answers := filled(c); len(answers) > 0 {
		page.Draft = window.Draft{ClientID: clientID(c, h.clock.Now()), AnswerTo: answerTo(c), Answers: answers, Error: sentence}
	} else {
		page.Draft = window.Draft{ClientID: clientID(c, h.clock.Now()), Text: written(c), Contact: c.FormValue("contact")}
		if errors.Is(err, chat.Invalid("contact", "")) {
			page.Draft.ContactError = sentence
		} else {
			page.Draft.Error = sentence
		}
	}
	return render(c, status, window.Page(page))
}

// written is what stood in the field; forms send its lines' ends as two characters.
func written(c echo.Context) string { return strings.ReplaceAll(c.FormValue("text"), "\r\n", "\n") }

// answerTo is the number of the question that a form answers, 0 for none.
func answerTo(c echo.Context) int64 {
	seq, _ := strconv.ParseInt(c.FormValue("answer_to"), 10, 64)
	return seq
}

// filled is what stands in the fields of a form somebody was asked to fill in.
func filled(c echo.Context) (answers []chat.Answer) {
	for name, values := range c.Request().PostForm {
		if name, ok := strings.CutPrefix(name, "f_"); ok && len(values) > 0 && len(answers) < 6 {
			answers = append(answers, chat.Answer{Name: name, Value: values[0]})
		}
	}
	return answers
}

// said is what a text answers, nil for nothing.
func said(c echo.Context) json.RawMessage {
	s := chat.Said{AnswerTo: answerTo(c), Form: filled(c)}
	if s.AnswerTo == 0 {
		return nil
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic("encode an answer: " + err.Error()) // it is made of strings and a number
	}
	return b
}

// clientID is the id the form came with, or a new one.
func clientID(c echo.Context, now time.Time) chat.ID {
	if id, err := chat.ParseID(c.FormValue("client_id")); err == nil {
		return id
	}
	return chat.NewID(now)
}
