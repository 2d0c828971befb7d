package chat

import "regexp"

// Line is a business line.
type Line struct {
	// Name stands in paths: 1 to 32 of a-z, 0-9 and "-", beginning with a letter.
	Name string `json:"name"`
	// Title is what people read.
	Title string `json:"title"`
	// Color is the line's accent, "#rrggbb".
	Color string `json:"color"`
	// DSN is the line's own database; empty for the main one.
	DSN string `json:"-"`
	// Origins are the sites that may show the chat page in a frame: "https://shop.example", or "*" for any.
	Origins []string `json:"origins,omitempty"`
	// Locale is the language of a visitor who asks for none we have.
	Locale string `json:"locale"`
	// Greeting is what a new visitor reads first, by locale.
	Greeting map[string]string `json:"greeting,omitempty"`
	// ReplyTime is how soon agents usually answer, in minutes; 0 when unknown.
	ReplyTime int `json:"reply_minutes,omitempty"`
	// Questions are what it asks before a visitor's first words, unless her identity is signed; see Store.SetQuestions.
	Questions Questions `json:"-"`
	// Attributes are what it knows of its host's own facts about visitors; see Store.ChangeLine.
	Attributes Attributes `json:"-"`
	// Hours are when it works; see Store.SetHours.
	Hours Hours `json:"-"`
	// Queue is what it does while visitors wait; see Store.SetQueue.
	Queue Queue `json:"-"`
	// Routing is how it gives what waits to its agents; see Store.SetRouting.
	Routing Routing `json:"-"`
	// Escalation is whom it tells of visitors whom nobody answers; see Store.SetEscalation.
	Escalation Escalation `json:"-"`
	// Identity is how the line knows who its visitors are; see Store.SetIdentity.
	Identity Identity `json:"-"`
	// Push is whom the line calls for visitors who are away; see Store.SetPush.
	Push Push `json:"-"`
}

var (
	lineName  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
	lineColor = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	// origin is a source of a Content-Security-Policy and nothing that could end it.
	origin = regexp.MustCompile(`^https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?$`)
)

// Check reports what is wrong with a line.
func (l Line) Check() error {
	if !lineName.MatchString(l.Name) {
		return Invalid("line_name", "A line's name is 1 to 32 of a-z, 0-9 and -, beginning with a letter.")
	}
	if !lineColor.MatchString(l.Color) {
		return Invalid("color", "A colour is written #rrggbb.")
	}
	for _, o := range l.Origins {
		if o != "*" && !origin.MatchString(o) {
			return Invalid("origin", "An origin is written https://shop.example.com, without a path.")
		}
	}
	for _, said := range l.Greeting {
		if said != "" && CheckText(said, 500) != nil {
			return Invalid("greeting", "A greeting is a text of at most 500 characters.")
		}
	}
	if l.ReplyTime < 0 || l.ReplyTime > 24*60 {
		return Invalid("reply_time", "The usual time to an answer is 0 to 1440 minutes, 0 for unknown.")
	}
	if CheckText(l.Title, 80) != nil {
		return Invalid("line_title", "A line's title is a text of at most 80 characters.")
	}
	return nil
}
