package sample

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// Lines are those of a week's demo: Line, and two more.
func Lines() []chat.Line {
	member, global := Line(), Line()
	member.Name, member.Title, member.Color = "member", "禾木会员", "#9a5b1e"
	global.Name, global.Title, global.Color, global.Locale = "global", "Hemu Global", "#2f5aa8", "en"
	return []chat.Line{Line(), member, global}
}

// Crew are the agents of a week: Agents, and three more.
func Crew() []chat.Agent {
	return append(Agents(),
		chat.Agent{Email: "heyifan@demo.example", Name: "何一帆", Role: "agent", Capacity: 6, Locale: "zh-CN"},
		chat.Agent{Email: "maya@demo.example", Name: "Maya Lindqvist", Role: "agent", Capacity: 6, Locale: "en"},
		chat.Agent{Email: "shenlin@demo.example", Name: "沈临", Role: "agent", Capacity: 5, Locale: "zh-CN"},
	)
}

// Talk is a conversation of a week, as it stands in the end.
type Talk struct {
	Line         string
	Visitor      chat.Visitor
	Conversation chat.Conversation
	// Messages and Notes are numbered.
	Messages, Notes []chat.Message
	// Rating is her rating, with Score 0 for none; Created is when.
	Rating chat.Rating
	// Picture is the file of the demo shop that she showed, in the first of her messages of kind image; "" for none.
	Picture string
}

// hours is how busy each hour of a day is, of 100.
var hours = [24]int{4, 2, 1, 1, 1, 2, 6, 14, 34, 74, 96, 88, 60, 70, 76, 66, 56, 48, 46, 60, 84, 80, 46, 16}

// weekdays is how busy each day is, Sunday first.
var weekdays = [7]int{92, 110, 100, 96, 98, 104, 84}

// daily is about how many conversations a day has.
const daily = 64

// week makes up what was said.
type week struct {
	r      *rand.Rand
	now    time.Time
	agents []chat.Agent
	n      int
}

// Week makes up the conversations of the seven days before now, the oldest first: the same for the same seed and time. Agents are
// the Crew, with their ids. All but a few of today's have ended.
func Week(now time.Time, seed uint64, agents []chat.Agent) []Talk {
	w := &week{r: rand.New(rand.NewPCG(seed, 7)), now: now, agents: agents}
	total := 0
	for _, h := range hours {
		total += h
	}
	var begins []time.Time
	for day := 7; day >= 0; day-- {
		y, m, d := now.AddDate(0, 0, -day).Date()
		for h, busy := range hours {
			at := time.Date(y, m, d, h, 0, 0, 0, now.Location())
			want := float64(daily*busy) / float64(total) * float64(weekdays[at.Weekday()]) / 100
			for want > 0 {
				if w.r.Float64() < want {
					begins = append(begins, at.Add(time.Duration(w.r.Int64N(int64(time.Hour)))))
				}
				want--
			}
		}
	}
	slices.SortFunc(begins, time.Time.Compare)
	var talks []Talk
	for _, at := range begins {
		if at.Before(now.Add(-7*24*time.Hour)) || at.After(now.Add(-30*time.Minute)) {
			continue
		}
		if k := w.talk(at); !k.Conversation.Last.After(now) { // the others are still to come
			talks = append(talks, k)
		}
	}
	// And what is under way: in the hands of those who are not the demo's own agents, whose places stay free.
	for i := range 11 {
		talks = append(talks, w.live(i))
	}
	return talks
}

// id is a version 7 UUID of a time, made of the seed.
func (w *week) id(at time.Time) chat.ID {
	ms := uint64(at.UnixMilli())
	a, b := w.r.Uint64(), w.r.Uint64()
	return chat.ID(fmt.Sprintf("%08x-%04x-7%03x-%04x-%012x", ms>>16, ms&0xffff, a&0xfff, 0x8000|b>>48&0x3fff, b&0xffffffffffff))
}

func pick[T any](w *week, of []T) T { return of[w.r.IntN(len(of))] }

// around is a duration whose median is d, a few of them much longer.
func (w *week) around(d time.Duration) time.Duration {
	f := w.r.NormFloat64() * .8
	if f > 2 {
		f = 2
	}
	x := float64(d) * (1 + f/2)
	if f > 1.1 {
		x *= 2.2
	}
	return max(2*time.Second, time.Duration(x)).Truncate(time.Millisecond)
}

func (w *week) scene(line string) scene {
	total := 0
	fits := func(s scene) bool { return (s.locale == "en") == (line == "global") }
	for _, s := range scenes {
		if fits(s) {
			total += s.weight
		}
	}
	n := w.r.IntN(total)
	for _, s := range scenes {
		if !fits(s) {
			continue
		}
		if n -= s.weight; n < 0 {
			return s
		}
	}
	return scenes[0]
}

func (w *week) visitor(at time.Time, locale string) chat.Visitor {
	w.n++
	v := chat.Visitor{ID: w.id(at), Locale: locale, Created: chat.Time{Time: at}, Seen: chat.Time{Time: at}, Device: chat.Device{Name: pick(w, devices)}, Page: chat.Page{URL: "https://hemu.example/orders", Title: pick(w, pages)}}
	switch {
	case w.r.IntN(6) == 0: // she said nothing of herself
	case locale == "en":
		v.Name = pick(w, english)
	default:
		v.Name = pick(w, families) + pick(w, givens)
	}
	if v.Name != "" && w.r.IntN(3) > 0 {
		v.External, v.Verified = fmt.Sprintf("w_%05d", 20000+w.n), true
		v.Attributes = facts(map[string]any{"会员等级": pick(w, []string{"PLUS", "银卡", "金卡"}), "累计消费": fmt.Sprintf("¥%d.00", 120+w.r.IntN(6000))})
	}
	return v
}

// telling is a conversation while it is told.
type telling struct {
	*Talk
	w  *week
	at time.Time
}

func (t *telling) add(m chat.Message) {
	c := &t.Conversation
	c.LastSeq++
	m.ID, m.Conversation, m.Seq, m.Created, m.Trace = t.w.id(t.at), c.ID, c.LastSeq, chat.Time{Time: t.at}, fmt.Sprintf("%016x%016x", t.w.r.Uint64(), t.w.r.Uint64()|1)
	if m.Author.Kind != chat.KindSystem {
		m.ClientID = t.w.id(t.at)
	}
	c.Last = m.Created
	if m.Kind != chat.KindNotice {
		c.Preview, c.PreviewBy = m.Text, m.Author.Kind
	}
	t.Messages = append(t.Messages, m)
}

func (t *telling) says(text string) {
	t.add(chat.Message{Author: chat.Author{Kind: chat.KindVisitor, ID: t.Visitor.ID, Name: t.Visitor.Name}, Kind: chat.KindText, Text: text})
	t.Conversation.Read.Visitor, t.Conversation.Read.VisitorDelivered = t.Conversation.LastSeq, t.Conversation.LastSeq
}

func (t *telling) answers(a chat.Agent, kind chat.MessageKind, text string, data json.RawMessage) {
	t.add(chat.Message{Author: a.Actor().Author(), Kind: kind, Text: text, Data: data})
	if t.Conversation.Replied.IsZero() {
		t.Conversation.Replied = chat.Time{Time: t.at}
	}
	t.Conversation.Read.Agent = t.Conversation.LastSeq
}

func (t *telling) notice(n chat.Notice) {
	data, err := json.Marshal(n)
	if err != nil {
		panic(err) // strings and a number
	}
	t.add(chat.Message{Author: chat.Author{Kind: chat.KindSystem}, Kind: chat.KindNotice, Data: data})
}

func (t *telling) joins(a chat.Agent) {
	c := &t.Conversation
	n := chat.Notice{Name: "joined", Agent: a.Name, By: chat.KindSystem}
	if c.Agent.ID != "" {
		n.Name, n.From = "transferred", c.Agent.Name
	}
	c.Status, c.Agent, c.Assigned, c.Waiting, c.Reason = chat.StatusOpen, chat.AgentRef{ID: a.ID, Name: a.Name}, chat.Time{Time: t.at}, chat.Time{}, "least_busy"
	t.notice(n)
}

// begin has a visitor say her first words.
func (w *week) begin(at time.Time, line string, s scene) *telling {
	t := &telling{Talk: &Talk{Line: line, Visitor: w.visitor(at, s.locale)}, w: w, at: at}
	t.Conversation = chat.Conversation{ID: w.id(at), Line: line, Visitor: t.Visitor.ID, VisitorName: t.Visitor.Name, Verified: t.Visitor.Verified, Created: chat.Time{Time: at}, Status: chat.StatusWaiting, Waiting: chat.Time{Time: at}}
	t.says(s.lines[0])
	if s.picture != "" && w.r.IntN(3) > 0 {
		t.at = t.at.Add(w.around(6 * time.Second))
		t.Picture = s.picture
		t.add(chat.Message{Author: chat.Author{Kind: chat.KindVisitor, ID: t.Visitor.ID, Name: t.Visitor.Name}, Kind: chat.KindImage})
		t.Conversation.Read.Visitor, t.Conversation.Read.VisitorDelivered = t.Conversation.LastSeq, t.Conversation.LastSeq
	}
	return t
}

func (w *week) line() string {
	switch n := w.r.IntN(10); {
	case n < 5:
		return "demo"
	case n < 7:
		return "member"
	}
	return "global"
}

// talk is one that has ended, or was set aside.
func (w *week) talk(at time.Time) Talk {
	line := w.line()
	s := w.scene(line)
	t := w.begin(at, line, s)
	age := w.now.Sub(at).Hours() / 24
	slower := 1 + age/7
	if at.Hour() < 8 || at.Hour() >= 22 {
		slower *= 3
	}
	if w.r.IntN(17) == 0 { // nobody came, and she left
		t.at = t.at.Add(w.around(4 * time.Minute))
		t.end(chat.KindVisitor, "")
		return *t.Talk
	}
	t.at = t.at.Add(w.around(time.Duration(slower * float64(16*time.Second))))
	a := pick(w, w.agents)
	t.joins(a)
	t.at = t.at.Add(w.around(time.Duration(slower * float64(19*time.Second))))
	t.converse(a, s, slower)
	t.Conversation.Labels = s.labels
	if w.r.IntN(9) == 0 {
		t.note(pick(w, w.agents), pick(w, notes))
	}
	if w.r.IntN(18) == 0 && w.now.Sub(at) < 48*time.Hour {
		t.Conversation.Status, t.Conversation.Snoozed = chat.StatusSnoozed, chat.Time{Time: w.now.Add(time.Duration(3+w.r.IntN(40)) * time.Hour)}
		return *t.Talk
	}
	t.at = t.at.Add(w.around(90 * time.Second))
	t.end(chat.KindAgent, t.Conversation.Agent.Name)
	if w.r.IntN(100) < 38 {
		t.rate(s.locale, t.Conversation.Replied.Sub(at))
	}
	return *t.Talk
}

// converse has them talk to the end of the scene, sometimes with more, sometimes with another agent.
func (t *telling) converse(a chat.Agent, s scene, slower float64) {
	w := t.w
	lines := slices.Clone(s.lines[1:])
	if len(s.also) > 0 && w.r.IntN(2) == 0 {
		lines = append(lines, s.also...)
	}
	for i, text := range lines {
		if i%2 == 1 {
			t.at = t.at.Add(w.around(25 * time.Second))
			t.says(text)
			continue
		}
		if i > 0 {
			t.at = t.at.Add(w.around(time.Duration(slower * float64(40*time.Second))))
		}
		if i == 2 && w.r.IntN(12) == 0 {
			a = pick(w, w.agents)
			if a.ID != t.Conversation.Agent.ID {
				t.joins(a)
				t.at = t.at.Add(w.around(30 * time.Second))
			}
		}
		t.answers(a, chat.KindText, text, nil)
		if i == 0 && s.card && w.r.IntN(2) == 0 {
			t.at = t.at.Add(w.around(8 * time.Second))
			card := chat.Card{Title: "雾灰手作陶杯", Spec: "350 ml × 2", Price: "¥256.00", Status: "已签收", Number: fmt.Sprintf("2026%04d-%04d", 700+w.r.IntN(30), w.r.IntN(9999))}
			data, err := json.Marshal(card)
			if err != nil {
				panic(err) // strings
			}
			t.answers(a, chat.KindCard, card.Text(), data)
		}
		if w.r.IntN(3) > 0 {
			t.Conversation.Read.Visitor, t.Conversation.Read.VisitorDelivered = t.Conversation.LastSeq, t.Conversation.LastSeq
		}
	}
	t.Conversation.Read.Agent = t.Conversation.LastSeq
}

func (t *telling) note(by chat.Agent, text string) {
	c := &t.Conversation
	c.NoteSeq++
	t.Notes = append(t.Notes, chat.Message{ID: t.w.id(t.at), Conversation: c.ID, Seq: c.NoteSeq, ClientID: t.w.id(t.at), Author: by.Actor().Author(), Kind: chat.KindNote, Text: text, Created: chat.Time{Time: t.at}})
}

func (t *telling) end(by chat.Kind, agent string) {
	c := &t.Conversation
	c.Status, c.Closed, c.Waiting = chat.StatusClosed, chat.Time{Time: t.at}, chat.Time{}
	t.notice(chat.Notice{Name: "closed", By: by, Agent: agent})
}

// rate has her say what she thought: the sooner she was answered, the better.
func (t *telling) rate(locale string, waited time.Duration) {
	w := t.w
	score := 5
	switch n := w.r.IntN(100); {
	case waited > 3*time.Minute && n < 40:
		score = 1 + w.r.IntN(3)
	case n < 16:
		score = 4
	case n < 21:
		score = 3
	case n < 24:
		score = 1 + w.r.IntN(2)
	}
	t.at = t.at.Add(w.around(20 * time.Second))
	t.Rating = chat.Rating{Score: score, Created: t.at}
	if w.r.IntN(3) == 0 {
		for range 20 {
			if c := pick(w, comments); c.locale == locale && c.score == score {
				t.Rating.Comment = c.text
				break
			}
		}
	}
	t.Conversation.Score = score
	t.notice(chat.Notice{Name: "rated", By: chat.KindVisitor, Score: score})
}

// live is one that has not ended: the first few wait, on lines of their own, the others are being answered.
func (w *week) live(i int) Talk {
	line := []string{"member", "global"}[i%2]
	s := w.scene(line)
	if i < 4 {
		return *w.begin(w.now.Add(-time.Duration(i*70+15)*time.Second), line, s).Talk
	}
	at := w.now.Add(-time.Duration(4+w.r.IntN(24)) * time.Minute)
	t := w.begin(at, line, s)
	t.at = t.at.Add(w.around(12 * time.Second))
	a := w.agents[2+i%3]
	t.joins(a)
	t.at = t.at.Add(w.around(20 * time.Second))
	if i > 5 {
		t.answers(a, chat.KindText, s.lines[1], nil)
		t.at = t.at.Add(w.around(25 * time.Second))
		t.says(s.lines[2])
	}
	if i > 8 && len(s.lines) > 3 {
		t.at = t.at.Add(w.around(40 * time.Second))
		t.answers(a, chat.KindText, s.lines[3], nil)
	}
	t.Conversation.Labels = s.labels
	return *t.Talk
}
