package window

import (
	"slices"

	"github.com/a-h/templ"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
	"github.com/taadis/unique-support/views/ui"
)

var styles = []string{"css/tokens.css", "css/chat.css"}

// styles are the page's sheets: that of what messages have besides text only where one has something, that of hours or questions only where there are any.
func (c Chat) styles() []string {
	all := slices.Clone(styles)
	if c.Hours.Set || c.Begin.Any() || c.Queue.Leaves {
		all = append(all, "css/life.css")
	}
	if c.Offer != nil || slices.ContainsFunc(c.Rows, func(r Row) bool { return r.Extra.Any() }) {
		all = append(all, "css/kinds.css")
	}
	return all
}

// themed is the theme a host chose; without one the page follows the system.
func themed(theme string) templ.Attributes {
	if theme == "" {
		return nil
	}
	return templ.Attributes{"data-theme": theme}
}

// stamp is what script reads of a row; a row of a template has nothing yet.
func stamp(r Row) templ.Attributes {
	if r.Seq == 0 {
		return nil
	}
	a := templ.Attributes{"data-seq": seq(r.Seq), "data-at": r.At, "id": "m" + seq(r.Seq)}
	if r.By == chat.KindAgent || r.By == chat.KindBot {
		a["data-author"] = r.Name // script groups rows by it; visitors are not told agents' ids
	}
	if r.Client != "" {
		a["data-client"] = string(r.Client)
	}
	return a
}

// quoted names the author of what is quoted.
func quoted(q chat.Quote, t i18n.Text) string {
	if q.By == chat.KindVisitor {
		return t.S("window.you")
	}
	return q.Author
}

func initial(r Row) string {
	if r.Seq == 0 {
		return ""
	}
	return ui.Initial(r.Name)
}

func stateWord(state string, t i18n.Text) string {
	switch state {
	case "read":
		return t.S("state.read")
	case "sent":
		return t.S("state.sent")
	}
	return ""
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// emoji are the signs the composer offers: two rows of thanks, agreement and feeling.
var emoji = []string{"😊", "😄", "🥰", "👍", "🙏", "❤️", "😅", "😢", "🤔", "👌", "🎉", "🌹"}

// stars are the words of the five scores.
func stars(t i18n.Text) []string {
	return []string{t.S("window.rate_1"), t.S("window.rate_2"), t.S("window.rate_3"), t.S("window.rate_4"), t.S("window.rate_5")}
}

// reasons are the tags a visitor can give with her score.
func reasons(t i18n.Text) []string {
	return []string{t.S("window.rate_fast"), t.S("window.rate_solved"), t.S("window.rate_patient")}
}
