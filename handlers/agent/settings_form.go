package agent

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	goqr "github.com/piglig/go-qr"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/console"
	"github.com/taadis/unique-support/views/i18n"
)

// wrongs are what is wrong with a form, by field; "" is what belongs to none.
type wrongs map[string]error

func (w wrongs) first() error {
	for _, err := range w {
		return err
	}
	return nil
}

// lineError is what is wrong with a line of a field that has several.
type lineError struct {
	what string
	error
}

func (e *lineError) Unwrap() error { return e.error }

// fields are where an error stands, by its key.
var fields = map[string]string{
	"line_title": "title", "line_name": "name", "line_taken": "name", "color": "color", "reply_time": "reply_minutes", "greeting": "greeting.zh-CN", "questions": "questions", "attribute": "attributes", "attributes_most": "attributes",
	"hours": "days", "hours_zone": "zone", "origin": "origins", "signing": "signing", "identity_secret": "signing", "push_url": "url", "push_preview": "preview", "push_delay": "delay",
}

func where(err error) string {
	if e, ok := errors.AsType[*chat.Error](err); ok {
		return fields[e.Key]
	}
	return ""
}

func lower(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func locale(s string) string {
	if s == i18n.English {
		return s
	}
	return i18n.Chinese
}

// lines are those of a field that say something; browsers end them with two characters.
func lines(s string) (all []string) {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// take puts what stands in the form of a section into the line, and returns what cannot be read of it, or is not right.
func take(l *chat.Line, s chat.Section, f url.Values) wrongs {
	wrong := wrongs{}
	switch s {
	case chat.SectionBrand:
		l.Title, l.Color, l.Locale, l.ReplyTime = strings.TrimSpace(f.Get("title")), lower(f.Get("color")), locale(f.Get("locale")), number(f.Get("reply_minutes"))
	case chat.SectionWelcome:
		l.Greeting = map[string]string{}
		for _, locale := range []string{i18n.Chinese, i18n.English} {
			said := strings.TrimSpace(strings.ReplaceAll(f.Get("greeting."+locale), "\r\n", "\n"))
			if said == "" {
				continue
			}
			l.Greeting[locale] = said
			if err := (chat.Line{Name: l.Name, Title: "x", Color: "#000000", Greeting: map[string]string{locale: said}}).Check(); err != nil {
				wrong["greeting."+locale] = err
			}
		}
	case chat.SectionQuestions:
		l.Questions = asked(f)
		for i, q := range l.Questions {
			if err := (chat.Questions{q}).Check(); err != nil {
				wrong["q."+strconv.Itoa(i)] = chat.Invalid("question", "A question has a name of a-z, 0-9 and _, a label, and, to choose from, 2 to 12 options in each language.")
			}
		}
	case chat.SectionAttributes:
		l.Attributes, wrong = attributes(f)
	case chat.SectionHours:
		l.Hours, wrong = hours(f)
	case chat.SectionEmbed:
		l.Origins = lines(f.Get("origins"))
		for _, o := range l.Origins {
			one := *l
			one.Origins = []string{o}
			if err := one.Check(); where(err) == "origins" && err != nil {
				wrong["origins"] = &lineError{o, err}
			}
		}
	case chat.SectionIdentity:
		l.Identity.Signing = chat.Signing(f.Get("signing"))
	case chat.SectionPush:
		hook(l, f)
	default:
		wrong[""] = chat.NotFound()
	}
	if len(wrong) == 0 {
		if err := l.CheckSettings(); err != nil {
			wrong[where(err)] = err
		}
	}
	return wrong
}

// attributes reads what is known of the host's facts.
func attributes(f url.Values) (as chat.Attributes, wrong wrongs) {
	wrong = wrongs{}
	at := nth(f)
	for i := range f["a.name"] {
		a := chat.Attribute{Name: at("a.name", i), Type: at("a.type", i), Hidden: at("a.hidden", i) == "1", Label: map[string]string{}}
		for _, locale := range []string{i18n.Chinese, i18n.English} {
			if label := at("a.label."+locale, i); label != "" {
				a.Label[locale] = label
			}
			for _, line := range lines(at("a.choices."+locale, i)) {
				value, called, ok := strings.Cut(line, "=")
				if !ok || a.Type != "choice" {
					called = value
				}
				if a.Type != "choice" {
					continue
				}
				if a.Choices == nil {
					a.Choices = map[string]map[string]string{}
				}
				if a.Choices[locale] == nil {
					a.Choices[locale] = map[string]string{}
				}
				a.Choices[locale][strings.TrimSpace(value)] = strings.TrimSpace(called)
			}
		}
		if err := (chat.Attributes{a}).Check(); err != nil {
			wrong["a."+strconv.Itoa(i)] = err
		}
		as = append(as, a)
	}
	return as, wrong
}

// nth reads the n-th of a field that stands in the form more than once.
func nth(f url.Values) func(name string, i int) string {
	return func(name string, i int) string {
		if all := f[name]; i < len(all) {
			return strings.TrimSpace(all[i])
		}
		return ""
	}
}

// asked reads the questions.
func asked(f url.Values) (q chat.Questions) {
	at := nth(f)
	for i := range f["q.name"] {
		x := chat.Question{Name: at("q.name", i), Type: at("q.type", i), Optional: at("q.optional", i) == "1", Label: map[string]string{}}
		for _, locale := range []string{i18n.Chinese, i18n.English} {
			if label := at("q.label."+locale, i); label != "" {
				x.Label[locale] = label
			}
			if options := lines(at("q.options."+locale, i)); len(options) > 0 && x.Type == "choice" {
				if x.Options == nil {
					x.Options = map[string][]string{}
				}
				x.Options[locale] = options
			}
		}
		q = append(q, x)
	}
	return q
}

// hours reads the usual week and its exceptions.
func hours(f url.Values) (h chat.Hours, wrong wrongs) {
	wrong = wrongs{}
	if f.Get("mode") != "week" {
		return h, wrong
	}
	zone, err := chat.ParseZone(strings.TrimSpace(f.Get("zone")))
	if err != nil {
		wrong["zone"] = err
	}
	h = chat.Hours{Zone: zone, Week: map[string][]chat.Span{}, Days: map[string][]chat.Span{}}
	for _, day := range chat.Weekdays() {
		to := f["to."+day]
		for i, from := range f["from."+day] {
			if i >= len(to) || from == "" && to[i] == "" {
				continue
			}
			s, err := chat.ParseSpan(from + "-" + to[i])
			if err != nil {
				wrong[day] = err
				continue
			}
			h.Week[day] = append(h.Week[day], s)
		}
	}
	for _, line := range lines(f.Get("days")) {
		date, spans, err := exception(line)
		if err != nil {
			wrong["days"] = &lineError{line, err}
			continue
		}
		h.Days[date] = spans
	}
	if len(h.Week) == 0 && len(wrong) == 0 { // closed all week is not never closed
		h.Week["mon"] = []chat.Span{}
	}
	return h, wrong
}

// exception reads "2026-10-01", a holiday, or "2026-10-08 10:00-16:00, 18:00-20:00".
func exception(line string) (date string, spans []chat.Span, err error) {
	date, rest, _ := strings.Cut(line, " ")
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return "", nil, chat.Invalid("hours_day", "An exception is written 2026-10-01, or 2026-10-08 10:00-16:00.")
	}
	spans = []chat.Span{}
	if slices.Contains([]string{"", "closed", "休息"}, strings.TrimSpace(rest)) {
		return date, spans, nil
	}
	for part := range strings.SplitSeq(strings.NewReplacer("，", ",", "–", "-", "：", ":").Replace(rest), ",") {
		s, err := chat.ParseSpan(strings.TrimSpace(part))
		if err != nil {
			return "", nil, chat.Invalid("hours_day", "An exception is written 2026-10-01, or 2026-10-08 10:00-16:00.")
		}
		spans = append(spans, s)
	}
	return date, spans, nil
}

// hook reads the push hook; one that is new gets its first secret.
func hook(l *chat.Line, f url.Values) {
	p := l.Push
	p.URL = strings.TrimSpace(f.Get("url"))
	if !p.On() {
		l.Push = chat.Push{}
		return
	}
	p.Preview, p.Delay = chat.PushPreview(f.Get("preview")), time.Duration(number(f.Get("delay")))*time.Second
	if len(p.Secrets) == 0 {
		p, _, _ = p.Rotated() // there are no two
	}
	l.Push = p
}

// turn makes the next secret of a section, or ends the older of two.
func turn(l *chat.Line, s chat.Section, rotate bool) (secret string, err error) {
	switch {
	case s == chat.SectionIdentity && rotate:
		l.Identity, secret, err = l.Identity.Rotated()
	case s == chat.SectionIdentity:
		l.Identity, err = l.Identity.Retired()
	case s == chat.SectionPush && !l.Push.On():
		err = chat.Conflict("push_none", "There is no hook. Save its address first.")
	case s == chat.SectionPush && rotate:
		l.Push, secret, err = l.Push.Rotated()
	case s == chat.SectionPush:
		l.Push, err = l.Push.Retired()
	default:
		err = chat.Invalid("action", "There is no such action.")
	}
	return secret, err
}

// edit does to the form what its buttons ask for that keep nothing yet: one more row, one less, another order. It reports whether one did.
func edit(f url.Values, s chat.Section, action string) bool {
	verb, what, _ := strings.Cut(action, " ")
	n, _ := strconv.Atoi(what)
	several := map[chat.Section][]string{
		chat.SectionQuestions:  {"q.name", "q.type", "q.optional", "q.label.zh-CN", "q.label.en", "q.options.zh-CN", "q.options.en"},
		chat.SectionAttributes: {"a.name", "a.type", "a.hidden", "a.label.zh-CN", "a.label.en", "a.choices.zh-CN", "a.choices.en"},
	}[s]
	switch {
	case s == chat.SectionHours && verb == "span" && slices.Contains(weekdays(), what):
		f.Add("from."+what, "")
		f.Add("to."+what, "")
	case several != nil && verb == "add":
		for _, name := range several {
			f.Add(name, map[string]string{"q.type": "text", "a.type": "text"}[name])
		}
	case several != nil && verb == "drop":
		for _, name := range several {
			if n >= 0 && n < len(f[name]) {
				f[name] = slices.Delete(f[name], n, n+1)
			}
		}
	case several != nil && verb == "up":
		for _, name := range several {
			if n > 0 && n < len(f[name]) {
				f[name][n-1], f[name][n] = f[name][n], f[name][n-1]
			}
		}
	default:
		return false
	}
	return true
}

func weekdays() []string {
	all := chat.Weekdays()
	return all[:]
}

// code draws the QR code of an address; nothing for one that is too long.
func code(address string) console.QR {
	drawn, err := goqr.EncodeText(address, goqr.Medium)
	if err != nil {
		return console.QR{}
	}
	const quiet = 4 // what scanners want around it
	var path strings.Builder
	for y := range drawn.Size() {
		for x := range drawn.Size() {
			if drawn.Module(x, y) {
				path.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h1v1h-1z")
			}
		}
	}
	return console.QR{Size: drawn.Size() + 2*quiet, Path: cmp.Or(path.String(), "M0 0")}
}
