package console

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/ui"
)

// SectionDatabase is the page of a line's database: nothing on it is changed here.
const SectionDatabase chat.Section = "database"

// SettingsPage is one of the pages of lines' settings: the list, a new line, or a section of one.
type SettingsPage struct {
	Reader
	Rail Rail
	// All are the lines the reader may see the settings of; on a line's own page only their names.
	All []chat.LineHealth
	// Line is whose page it is, nil on the others; Section is the part of it.
	Line    *chat.LineHealth
	Section chat.Section
	// New is the page of a new line.
	New bool
	// Form is what stands in the form; Mark is the section's as it was read.
	Form url.Values
	Mark string
	// Error says why the form was refused, Wrong the same beside the field it is about.
	Error string
	Wrong map[string]string
	// Saved says that what was sent is kept now, Edited that what stands in the form is not kept yet.
	Saved, Edited bool
	// Secret was made just now: it is shown this once.
	Secret string
	// Address is where people reach the server; Code is the drawing of a QR code that leads to the chat page.
	Address string
	Code    QR
	Push    Pushes
}

// QR is a code as a drawing: a path in a square of Size.
type QR struct {
	Size int
	Path string
}

// Pushes are what a line's host was told.
type Pushes struct {
	Jobs   []chat.Job
	Health chat.JobHealth
	// State is what of it is shown, More whether there is more behind it; Job is the one that is looked at.
	State string
	More  bool
	Job   *chat.Job
}

// part is an entry of the way through a line's settings.
type part struct {
	Section chat.Section
	Icon    string
}

func parts() []part {
	return []part{
		{chat.SectionBrand, "palette"}, {chat.SectionWelcome, "chat"}, {chat.SectionQuestions, "note"}, {chat.SectionHours, "clock"}, {chat.SectionAttributes, "tag"},
		{chat.SectionEmbed, "code"}, {chat.SectionIdentity, "key"}, {chat.SectionPush, "bell"}, {SectionDatabase, "database"},
	}
}

// Sections are the parts of a line's settings, in order.
func Sections() (all []chat.Section) {
	for _, p := range parts() {
		all = append(all, p.Section)
	}
	return all
}

// SettingsPath is the page of a section.
func SettingsPath(line string, s chat.Section) string {
	return "/console/settings/" + line + "/" + string(s)
}

func (p SettingsPage) path() string { return SettingsPath(p.Line.Line.Name, p.Section) }

// may reports whether the reader may change the line's settings, adds whether she may make a line.
func (p SettingsPage) may() bool {
	a := p.Agent.Actor()
	return a.May(chat.AdminWrite) && (a.At(p.Line.Line.Name) || a.May(chat.TeamWrite))
}

func (p SettingsPage) adds() bool {
	a := p.Agent.Actor()
	return a.May(chat.AdminWrite) && a.May(chat.TeamWrite)
}

func (p SettingsPage) v(name string) string { return p.Form.Get(name) }

// describes names what is said about a field: why it was refused, and its hint where there is one.
func (p SettingsPage) describes(name string, hint bool) string {
	var ids []string
	if p.Wrong[name] != "" {
		ids = append(ids, "wrong-"+name)
	}
	if hint {
		ids = append(ids, "hint-"+name)
	}
	return strings.Join(ids, " ")
}

// title names the page.
func (p SettingsPage) title() string {
	switch {
	case p.New:
		return p.Text.S("console.settings.new")
	case p.Line != nil:
		return p.Line.Line.Title + " · " + p.section(p.Section)
	}
	return p.Text.S("console.settings.title")
}

func (p SettingsPage) section(s chat.Section) string {
	return p.Text.S("console.settings.section_" + string(s))
}

// open says whether a line works now and when that changes, and the dot of it.
func (p SettingsPage) open(l chat.Line) (label, class string) {
	open, turns := l.Hours.At(p.Now)
	switch {
	case l.Hours.Always():
		return p.Text.S("console.settings.always"), "dot--on"
	case open && turns.IsZero():
		return p.Text.S("console.settings.open"), "dot--on"
	case open:
		return p.Text.F("console.settings.open_until", "When", p.Text.Soon(turns, p.Now)), "dot--on"
	case turns.IsZero():
		return p.Text.S("console.settings.shut"), "dot--off"
	}
	return p.Text.F("console.settings.shut_until", "When", p.Text.Soon(turns, p.Now)), "dot--off"
}

// health says how a line's database is, and the class of its tag.
func (p SettingsPage) health(h chat.LineHealth) (label, class string) {
	first, _, _ := strings.Cut(h.Health, ":")
	switch {
	case h.Err != nil:
		return p.Text.S("console.settings.away"), "tag--bad"
	case h.Health == "ok":
		return p.Text.S("console.settings.well"), "tag--ok"
	case first == "behind":
		return p.Text.S("console.settings.behind"), "tag--warn"
	case h.Health == "moving":
		return p.Text.S("console.settings.moving"), "tag--warn"
	}
	return p.Text.S("console.settings.stopped"), "tag--bad"
}

func (p SettingsPage) where(h chat.LineHealth) string {
	if h.Line.DSN == "" {
		return p.Text.S("console.settings.main")
	}
	return h.Where
}

// identity says how a line knows its visitors, and how many of a week's it does not.
func (p SettingsPage) identity(h chat.LineHealth) string {
	mode := p.Text.S("console.settings.signing_" + string(h.Line.Identity.Signing))
	if h.Line.Identity.Signing == chat.SigningOff || h.Err != nil {
		return mode
	}
	return mode + " · " + p.Text.N("console.settings.unsigned", int(h.Unsigned))
}

// week are the days in the order of the reader's week: it begins on Monday.
func (SettingsPage) week() (days [7]string) {
	all := chat.Weekdays()
	for i := range days {
		days[i] = all[(i+1)%7]
	}
	return days
}

// spans are the pairs of times a day's row shows: one more than none.
func (p SettingsPage) spans(day string) (pairs [][2]string) {
	from, to := p.Form["from."+day], p.Form["to."+day]
	for i := range from {
		if i < len(to) {
			pairs = append(pairs, [2]string{from[i], to[i]})
		}
	}
	if len(pairs) == 0 {
		pairs = append(pairs, [2]string{})
	}
	return pairs
}

// asked are the numbers of the questions in the form.
func (p SettingsPage) asked() []string { return p.rows("q.name") }

// rows are the numbers of what stands in the form more than once.
func (p SettingsPage) rows(name string) (numbers []string) {
	for i := range len(p.Form[name]) {
		numbers = append(numbers, fmt.Sprint(i))
	}
	return numbers
}

// at is the n-th of a field that stands in the form more than once.
func (p SettingsPage) at(name, n string) string {
	all := p.Form[name]
	for i, value := range all {
		if fmt.Sprint(i) == n {
			return value
		}
	}
	return ""
}

// snippet is what goes into a site.
func (p SettingsPage) snippet() string {
	return "<script async src=\"" + p.Address + "/widget.js\" data-line=\"" + p.Line.Line.Name + "\"></script>"
}

func (p SettingsPage) chatPage() string { return p.Address + "/c/" + p.Line.Line.Name }

// previews reports whether the section changes what a visitor sees.
func (p SettingsPage) previews() bool {
	return p.Line != nil && slices.Contains([]chat.Section{chat.SectionBrand, chat.SectionWelcome, chat.SectionQuestions, chat.SectionHours}, p.Section)
}

// look is a way the preview can be seen.
func (p SettingsPage) look(pairs ...string) string {
	q := url.Values{"section": {string(p.Section)}, "locale": {p.Text.Locale()}}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return SettingsPath(p.Line.Line.Name, "preview") + "?" + q.Encode()
}

// job says what a job tells, and where it stands.
func (p SettingsPage) state(j chat.Job) (label, class string) {
	class = map[chat.JobState]string{chat.JobDelivered: "tag--ok", chat.JobFailed: "tag--bad", chat.JobQueued: "tag--warn"}[j.State]
	label = p.Text.S("console.settings.job_" + string(j.State))
	if key := "console.settings.job_reason_" + j.Reason; j.Reason != "" && p.Text.Has(key) {
		label += " · " + p.Text.S(key)
	}
	return label, class
}

// tries are the states that the list of what was told can be narrowed to.
func tries() []string {
	return []string{"", string(chat.JobQueued), string(chat.JobDelivered), string(chat.JobFailed), string(chat.JobDropped)}
}

// outcome says what came of a try.
func outcome(a chat.JobAttempt) string {
	switch {
	case a.Status != 0 && a.Error != "":
		return fmt.Sprintf("HTTP %d · %s", a.Status, a.Error)
	case a.Status != 0:
		return fmt.Sprintf("HTTP %d", a.Status)
	}
	return a.Error
}

// zones are time zones to choose from; any other can be typed.
func zones() []string {
	return strings.Fields(`Asia/Shanghai Asia/Hong_Kong Asia/Taipei Asia/Urumqi Asia/Singapore Asia/Kuala_Lumpur Asia/Tokyo Asia/Seoul Asia/Bangkok Asia/Jakarta
		Asia/Ho_Chi_Minh Asia/Manila Asia/Kolkata Asia/Dubai Asia/Riyadh Europe/London Europe/Lisbon Europe/Madrid Europe/Paris Europe/Berlin Europe/Rome
		Europe/Warsaw Europe/Istanbul Europe/Moscow Africa/Cairo Africa/Lagos Africa/Johannesburg America/Sao_Paulo America/New_York America/Chicago
		America/Denver America/Los_Angeles America/Mexico_City Australia/Sydney Pacific/Auckland UTC`)
}

// SettingsForm is what stands in the form of a section.
func SettingsForm(l chat.Line, s chat.Section) url.Values {
	f := url.Values{}
	switch s {
	case chat.SectionBrand:
		f.Set("title", l.Title)
		f.Set("color", l.Color)
		f.Set("locale", l.Locale)
		f.Set("reply_minutes", fmt.Sprint(l.ReplyTime))
	case chat.SectionWelcome:
		for locale, said := range l.Greeting {
			f.Set("greeting."+locale, said)
		}
	case chat.SectionQuestions:
		for _, q := range l.Questions {
			f.Add("q.name", q.Name)
			f.Add("q.type", q.Type)
			f.Add("q.optional", map[bool]string{true: "1", false: ""}[q.Optional])
			for _, locale := range []string{"zh-CN", "en"} {
				f.Add("q.label."+locale, q.Label[locale])
				f.Add("q.options."+locale, strings.Join(q.Options[locale], "\n"))
			}
		}
	case chat.SectionAttributes:
		for _, a := range l.Attributes {
			f.Add("a.name", a.Name)
			f.Add("a.type", a.Type)
			f.Add("a.hidden", map[bool]string{true: "1", false: ""}[a.Hidden])
			for _, locale := range []string{"zh-CN", "en"} {
				f.Add("a.label."+locale, a.Label[locale])
				var choices []string
				for _, value := range slices.Sorted(maps.Keys(a.Choices[locale])) {
					choices = append(choices, value+" = "+a.Choices[locale][value])
				}
				f.Add("a.choices."+locale, strings.Join(choices, "\n"))
			}
		}
	case chat.SectionHours:
		f.Set("mode", map[bool]string{true: "always", false: "week"}[l.Hours.Always()])
		f.Set("zone", l.Hours.Zone.Name())
		for day, spans := range l.Hours.Week {
			for _, s := range spans {
				from, to, _ := strings.Cut(s.String(), "-")
				f.Add("from."+day, from)
				f.Add("to."+day, strings.Replace(to, "24:00", "00:00", 1))
			}
		}
		var days []string
		for _, date := range slices.Sorted(maps.Keys(l.Hours.Days)) {
			days = append(days, strings.TrimSpace(date+" "+chat.Spans(l.Hours.Days[date])))
		}
		f.Set("days", strings.Join(days, "\n"))
	case chat.SectionEmbed:
		f.Set("origins", strings.Join(l.Origins, "\n"))
	case chat.SectionIdentity:
		f.Set("signing", string(l.Identity.Signing))
	case chat.SectionPush:
		f.Set("url", l.Push.URL)
		f.Set("preview", string(chat.PreviewNone))
		f.Set("delay", "10")
		if l.Push.On() {
			f.Set("preview", string(l.Push.Preview))
			f.Set("delay", fmt.Sprint(int(l.Push.Delay.Seconds())))
		}
	}
	return f
}

func (p SettingsPage) meta() ui.Head {
	h := head(p.Text, p.Theme, p.title())
	h.Styles = append(h.Styles, "css/admin.css", "css/settings.css")
	h.Links, h.Scripts = []string{"/console/lines.css"}, []string{"widget/admin.js"}
	return h
}
