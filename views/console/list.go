package console

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/taadis/unique-support/core/chat"
)

// List is which list of conversations the console shows and how it is narrowed. It travels in the query of every link, so
// that opening a conversation, sending the composer's form or loading more keeps the agent where she was.
type List struct {
	View   chat.View
	Line   string
	Status chat.Status
	Label  string
	// Agent is who has the conversations, "none" for nobody; Unread leaves what she has not read, Wait what has waited so many minutes.
	Agent  string
	Unread bool
	Wait   int
	Q      string
}

// ParseList reads a List from a query; whatever is not a list of the console becomes the agent's own.
func ParseList(q url.Values) List {
	l := List{View: chat.View(q.Get("view")), Line: q.Get("line"), Status: chat.Status(q.Get("status")), Label: q.Get("label"), Q: strings.TrimSpace(q.Get("q"))}
	l.Agent, l.Unread = q.Get("agent"), q.Get("unread") == "1"
	if n, err := strconv.Atoi(q.Get("wait")); err == nil && n > 0 && n <= 10_080 {
		l.Wait = n
	}
	switch l.View {
	case chat.ViewMine, chat.ViewQueue, chat.ViewAll, chat.ViewMentions, chat.ViewSnoozed, chat.ViewClosed:
	default:
		l.View = chat.ViewMine
	}
	return l
}

// Everywhere returns where the list looks: what is searched for is searched for in every conversation.
func (l List) Everywhere() chat.View {
	if l.Q != "" {
		return chat.ViewAny
	}
	return l.View
}

// Narrowed reports whether the list leaves anything out of its view.
func (l List) Narrowed() bool { return l != List{View: l.View} }

// URL returns a path of the console with the list in its query, and more pairs of names and values after it.
func (l List) URL(path string, more ...string) string {
	v := url.Values{}
	for _, p := range l.pairs() {
		if p[1] != "" {
			v.Set(p[0], p[1])
		}
	}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] != "" {
			v.Set(more[i], more[i+1])
		}
	}
	return path + "?" + v.Encode()
}

// open returns the path of a conversation within the list.
func (l List) open(id chat.ID, more ...string) string {
	return l.URL("/console/c/"+url.PathEscape(string(id)), more...)
}

// hit returns the path of a conversation within the list, open where something was found.
func (l List) hit(id chat.ID, h chat.Hit) string {
	if h.Seq == 0 {
		return l.open(id)
	}
	at, note, place := strconv.FormatInt(h.Seq, 10), "", "#m"+strconv.FormatInt(h.Seq, 10)
	if h.Note > 0 {
		note = strconv.FormatInt(h.Note, 10)
		place = "#n" + note
	}
	return l.open(id, "at", at, "note", note) + place
}

// wide returns the list without what narrows it.
func (l List) wide() List { return List{View: l.View} }

func (l List) pairs() [][2]string {
	p := [][2]string{{"view", string(l.View)}, {"line", l.Line}, {"status", string(l.Status)}, {"label", l.Label}, {"agent", l.Agent}, {"q", l.Q}}
	if l.Unread {
		p = append(p, [2]string{"unread", "1"})
	}
	if l.Wait > 0 {
		p = append(p, [2]string{"wait", strconv.Itoa(l.Wait)})
	}
	return p
}
