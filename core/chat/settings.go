package chat

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Section is a part of a line's settings that is changed as a whole.
type Section string

// The sections, and what is in each of a Line.
const (
	SectionBrand      Section = "brand"      // Title, Color, Locale, ReplyTime
	SectionWelcome    Section = "welcome"    // Greeting
	SectionQuestions  Section = "questions"  // Questions
	SectionHours      Section = "hours"      // Hours
	SectionAttributes Section = "attributes" // Attributes
	SectionEmbed      Section = "embed"      // Origins
	SectionIdentity   Section = "identity"   // Identity
	SectionPush       Section = "push"       // Push
)

// Mark names what stands in a section: when it is another, the section was changed.
func (l Line) Mark(s Section) string {
	var what any
	switch s {
	case SectionBrand:
		what = []any{l.Title, l.Color, l.Locale, l.ReplyTime}
	case SectionWelcome:
		what = l.Greeting
	case SectionQuestions:
		what = append(Questions{}, l.Questions...)
	case SectionHours:
		what = l.Hours
	case SectionAttributes:
		what = append(Attributes{}, l.Attributes...)
	case SectionEmbed:
		what = append([]string{}, l.Origins...)
	case SectionIdentity:
		what = []any{l.Identity.Signing, append([]string{}, l.Identity.Secrets...)}
	case SectionPush:
		what = []any{l.Push.URL, append([]string{}, l.Push.Secrets...), l.Push.Preview, l.Push.Delay}
	}
	b, _ := json.Marshal(what) // texts, numbers, lists and maps of them
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// CheckSettings reports what is wrong with a line, in any of its sections.
func (l Line) CheckSettings() error {
	for _, check := range []func() error{l.Check, l.Hours.Check, l.Questions.Check, l.Attributes.Check, l.Queue.Check, l.Identity.Check, l.Push.Check} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// Differences say what becomes of a line, for the audit log: "before → after" under the name of the setting. No secret is in them.
func (l Line) Differences(to Line) map[string]string {
	changed := map[string]string{}
	note := func(name, before, after string) {
		if before != after {
			changed[name] = brief(before) + " → " + brief(after)
		}
	}
	note("title", l.Title, to.Title)
	note("color", l.Color, to.Color)
	note("locale", l.Locale, to.Locale)
	note("reply_minutes", strconv.Itoa(l.ReplyTime), strconv.Itoa(to.ReplyTime))
	for _, locale := range slices.Sorted(maps.Keys(union(l.Greeting, to.Greeting))) {
		note("greeting_"+strings.ReplaceAll(locale, "-", "_"), l.Greeting[locale], to.Greeting[locale])
	}
	note("questions", l.Questions.names(), to.Questions.names())
	note("attributes", l.Attributes.names(), to.Attributes.names())
	note("hours", l.Hours.text(), to.Hours.text())
	note("origins", strings.Join(l.Origins, " "), strings.Join(to.Origins, " "))
	note("signing", string(l.Identity.Signing), string(to.Identity.Signing))
	note("secrets", strconv.Itoa(len(l.Identity.Secrets)), strconv.Itoa(len(to.Identity.Secrets)))
	note("push_url", l.Push.Address(), to.Push.Address())
	if l.Push.On() && to.Push.On() {
		note("push_preview", string(l.Push.Preview), string(to.Push.Preview))
		note("push_delay", l.Push.Delay.String(), to.Push.Delay.String())
	}
	note("push_secrets", strconv.Itoa(len(l.Push.Secrets)), strconv.Itoa(len(to.Push.Secrets)))
	for _, s := range []Section{SectionQuestions, SectionAttributes, SectionHours, SectionIdentity, SectionPush} { // what differs in something not told
		if name := string(s); len(changed) == 0 && l.Mark(s) != to.Mark(s) {
			changed[name] = "…"
		}
	}
	return changed
}

func union(a, b map[string]string) map[string]string {
	both := maps.Clone(a)
	if both == nil {
		both = map[string]string{}
	}
	maps.Copy(both, b)
	return both
}

// brief is a value as an entry of a log shows it.
func brief(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 120 {
		s = string(r[:120]) + "…"
	}
	return cmp.Or(s, "–")
}

func (q Questions) names() string {
	names := make([]string, len(q))
	for i, x := range q {
		names[i] = x.Name
	}
	return strings.Join(names, " ")
}

func (h Hours) text() string {
	if h.Always() {
		return ""
	}
	said := []string{h.Zone.Name()}
	week := Weekdays()
	for i := range week {
		if day := week[(i+1)%7]; len(h.Week[day]) > 0 {
			said = append(said, day+"="+Spans(h.Week[day]))
		}
	}
	for _, date := range slices.Sorted(maps.Keys(h.Days)) {
		said = append(said, date+"="+cmp.Or(Spans(h.Days[date]), "closed"))
	}
	return strings.Join(said, " ")
}

// Spans writes spans as ParseSpans reads them: "09:00-12:00,13:00-18:00".
func Spans(spans []Span) string {
	all := make([]string, len(spans))
	for i, s := range spans {
		all[i] = s.String()
	}
	return strings.Join(all, ",")
}

// Address is the hook's URL without what a query may hide.
func (p Push) Address() string {
	u, err := url.Parse(p.URL)
	if err != nil || u.RawQuery == "" {
		return p.URL
	}
	u.RawQuery = "…"
	return u.String()
}

// secretBytes make a secret nobody guesses.
const secretBytes = 32

// Rotated returns the identity with a new secret, which is returned as well; the one before stays good until it is retired.
func (i Identity) Rotated() (Identity, string, error) {
	if len(i.Secrets) == 2 {
		return i, "", secretsTwo()
	}
	b := random()
	secret := base64.RawURLEncoding.EncodeToString(b[:])
	i.Secrets = append([]string{secret}, i.Secrets...)
	return i, secret, nil
}

// Retired returns the identity without the older of its two secrets.
func (i Identity) Retired() (Identity, error) {
	if len(i.Secrets) < 2 {
		return i, secretsOne()
	}
	i.Secrets = i.Secrets[:1]
	return i, nil
}

// Rotated returns the hook with a new secret, which is returned as well; what is sent is signed with the one before, too, until that is retired.
func (p Push) Rotated() (Push, string, error) {
	if len(p.Secrets) == 2 {
		return p, "", secretsTwo()
	}
	b := random()
	secret := PushSecretPrefix + base64.StdEncoding.EncodeToString(b[:])
	p.Secrets = append([]string{secret}, p.Secrets...)
	return p, secret, nil
}

// Retired returns the hook without the older of its two secrets.
func (p Push) Retired() (Push, error) {
	if len(p.Secrets) < 2 {
		return p, secretsOne()
	}
	p.Secrets = p.Secrets[:1]
	return p, nil
}

func random() (b [secretBytes]byte) {
	_, _ = rand.Read(b[:])
	return b
}

func secretsTwo() error {
	return Conflict("secrets_two", "Two secrets are valid already: end the older one first.")
}

func secretsOne() error { return Conflict("secrets_one", "There are no two secrets.") }

// LineHealth is how a line is, for whoever runs the desk.
type LineHealth struct {
	Line Line
	// Where is the line's database as "host:port/name", Left that of a copy which a move left behind; empty for none.
	Where, Left string
	// Health is "ok", or says in plain words what is not.
	Health string
	// Err is why the line is unavailable.
	Err error
	// Ping is how long the database took to answer.
	Ping time.Duration
	// Open and Waiting count conversations; Messages those of all conversations, the desk's own notices included.
	Open, Waiting, Messages int64
	// Signed and Unsigned count the visitors of the last seven days who had proved who they are, and the others.
	Signed, Unsigned int64
}
