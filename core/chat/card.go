package chat

import (
	"encoding/json"
	"net/url"
	"strings"
	"unicode"
)

// Card is the Data of a card: an order or a product. Only Title must be there; each is at most 120 characters, and URL, an https
// address of at most 2,048 bytes, goes with what Action says.
type Card struct {
	Title  string `json:"title"`
	Spec   string `json:"spec,omitempty"`
	Price  string `json:"price,omitempty"`
	Status string `json:"status,omitempty"`
	Number string `json:"number,omitempty"`
	// Picture is a path on this server: the thumbnail of an attachment. A page loads nothing from elsewhere.
	Picture string `json:"picture,omitempty"`
	Action  string `json:"action,omitempty"`
	URL     string `json:"url,omitempty"`
}

// maxCard is how many characters each of a card's texts has.
const maxCard = 120

// ReadCard reads the card of a host, who writes it as it likes, as far as it is one of ours: its numbers become texts, its texts
// are cut to what a card takes, and a link or a picture that no card may have is left out. It reports false without a title.
func ReadCard(data json.RawMessage) (c Card, ok bool) {
	var said map[string]json.RawMessage
	if json.Unmarshal(data, &said) != nil {
		return c, false
	}
	for name, to := range map[string]*string{"title": &c.Title, "spec": &c.Spec, "price": &c.Price, "status": &c.Status, "number": &c.Number, "action": &c.Action} {
		*to = cut(plain(said[name]), maxCard)
	}
	if c.Picture = plain(said["picture"]); !c.pictured() {
		c.Picture = ""
	}
	if c.URL = plain(said["url"]); c.Action == "" || !c.linked() {
		c.Action, c.URL = "", ""
	}
	return c, c.check()
}

// Text is what the card says where cards are not known.
func (c Card) Text() string {
	if c.Number == "" {
		return c.Title
	}
	return c.Title + " · " + c.Number
}

func (c *Card) check() bool {
	for _, s := range []string{c.Title, c.Spec, c.Price, c.Status, c.Number, c.Action} {
		if !short(s, maxCard) {
			return false
		}
	}
	return strings.TrimSpace(c.Title) != "" && (c.Picture == "" || c.pictured()) && (c.URL == "") == (c.Action == "") && (c.URL == "" || c.linked())
}

func (c *Card) pictured() bool {
	return strings.HasPrefix(c.Picture, "/api/v1/conversations/") && !strings.ContainsAny(c.Picture, "?#\\") && len(c.Picture) <= 200
}

func (c *Card) linked() bool {
	u, err := url.Parse(c.URL)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && len(c.URL) <= 2048
}

// plain is a value as a text of one line; what is neither text nor number is none.
func plain(value json.RawMessage) string {
	var text string
	var number json.Number
	if json.Unmarshal(value, &text) != nil && json.Unmarshal(value, &number) == nil {
		text = number.String()
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text))
}

// cut is the beginning of a text, at most n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return strings.TrimSpace(string(r[:n]))
	}
	return s
}
