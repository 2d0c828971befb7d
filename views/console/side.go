package console

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

// Side is what is known of the visitor.
type Side struct {
	Text  i18n.Text
	Empty bool
	Name  string
	Face  Face
	// Lead is the line under her name.
	Lead     string
	Verified bool
	// Identity, Browsing and Attributes are facts, those nobody knows left out.
	Identity, Browsing, Attributes []Fact
	// Answers are what she said before her first words.
	Answers []Fact
	// Why says why its agents have had the conversation, the last one first.
	Why     []Fact
	Labels  []string
	Earlier []Past
}

// Fact is a name and what stands behind it.
type Fact struct {
	Name, Value string
	// Href makes the value a link: an http or https address, "" for plain text.
	Href string
	Mono bool
}

// Past is an earlier conversation.
type Past struct {
	Href, Day, What, How string
	Current              bool
}

// maxFact is how much of one attribute is shown.
const maxFact = 300

// Nobody draws the side without a conversation.
func (r Reader) Nobody() Side { return Side{Text: r.Text, Empty: true} }

// Side draws what is known of a conversation's visitor, with her other conversations, newest first.
func (r Reader) Side(l List, c chat.Conversation, v chat.Visitor, earlier []chat.Conversation) Side {
	s := Side{Text: r.Text, Name: r.visitor(c.Visitor, c.VisitorName), Verified: v.Verified, Labels: c.Labels}
	s.Face = face(c.Visitor, s.Name)
	s.Lead = r.Text.F("console.side.since", "Day", r.Text.Day(v.Created.Time, r.Now))
	s.Identity = facts(
		Fact{Name: r.Text.S("console.side.contact"), Value: c.Contact},
		Fact{Name: r.Text.S("console.side.external"), Value: v.External, Mono: true},
		Fact{Name: r.Text.S("console.side.phone"), Value: v.Phone},
		Fact{Name: r.Text.S("console.side.email"), Value: v.Email},
		Fact{Name: r.Text.S("console.side.proof"), Value: r.proof(v)},
	)
	page := strings.TrimSpace(v.Page.Title)
	if page == "" {
		page = v.Page.URL
	}
	s.Browsing = facts(
		Fact{Name: r.Text.S("console.side.page"), Value: page, Href: link(v.Page.URL)},
		Fact{Name: r.Text.S("console.side.referrer"), Value: v.Page.Referrer, Href: link(v.Page.Referrer)},
		Fact{Name: r.Text.S("console.side.device"), Value: v.Device.Name},
		Fact{Name: r.Text.S("console.side.language"), Value: r.language(v.Locale)},
		Fact{Name: r.Text.S("console.side.seen"), Value: r.moment(v.Seen)},
	)
	s.Attributes = r.attributes(c.Line, v.Attributes)
	for _, a := range c.Answers {
		s.Answers = append(s.Answers, facts(Fact{Name: a.Label, Value: a.Value})...)
	}
	for _, e := range earlier {
		if e.ID == c.ID {
			continue
		}
		s.Earlier = append(s.Earlier, r.past(l, e))
	}
	return s
}

func (r Reader) proof(v chat.Visitor) string {
	if v.Verified {
		return r.Text.S("console.side.proved")
	}
	return r.Text.S("console.side.unproved")
}

func (r Reader) language(locale string) string {
	switch {
	case strings.HasPrefix(locale, "zh"):
		return "中文"
	case strings.HasPrefix(locale, "en"):
		return "English"
	}
	return locale
}

func (r Reader) past(l List, c chat.Conversation) Past {
	last := c.Last
	if last.IsZero() {
		last = c.Created
	}
	p := Past{Href: l.open(c.ID), Day: r.short(last), What: strings.TrimSpace(c.Preview), How: r.status(c.Status)}
	if p.What == "" {
		p.What = r.Text.S("console.no_words")
	}
	if c.Score > 0 {
		p.How = r.Text.F("console.score", "Score", c.Score)
	}
	return p
}

// facts keeps those that say something.
func facts(in ...Fact) []Fact {
	out := in[:0]
	for _, f := range in {
		if f.Value = strings.TrimSpace(f.Value); f.Value != "" {
			f.Value = shorten(f.Value, maxFact)
			out = append(out, f)
		}
	}
	return out
}

// value writes a JSON value for people: texts as they are, yes and no in her language, lists with commas, the rest as JSON.
func (r Reader) value(v json.RawMessage) string {
	var text string
	var yes bool
	var many []json.RawMessage
	switch {
	case string(v) == "null":
		return ""
	case json.Unmarshal(v, &text) == nil:
		return text
	case json.Unmarshal(v, &yes) == nil:
		return r.Text.S("console.said." + strconv.FormatBool(yes))
	case json.Unmarshal(v, &many) == nil:
		out := make([]string, len(many))
		for i, x := range many {
			if out[i] = string(x); json.Unmarshal(x, &text) == nil {
				out[i] = text
			}
		}
		return strings.Join(out, r.Text.S("console.comma"))
	}
	return string(v)
}

// link returns an address of a site as it may stand in a link: http or https, with a host; "" for anything else.
func link(s string) string {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return ""
	}
	return u.String()
}
