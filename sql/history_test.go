package sql

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// history is a conversation as a list of what happened, written into the tables as the desk would have left them.
type history struct {
	id     chat.ID
	labels []string
	events []happened
	done   int // how many of them are written
	seq    int
}

type happened struct {
	at    time.Time
	what  string // visitor, agent, bot, joined, closed, reopened, rated, recalled, noted
	who   chat.ID
	score int
}

// naive is what a report says of histories, added up as a person would who has them before her.
func naive(all []*history, q chat.ReportQuery) chat.Report {
	line := chat.LineFigures{Line: "shop"}
	step := func(times []time.Time, at time.Time) int {
		n := 0
		for _, t := range times {
			if !at.Before(t) {
				n++
			}
		}
		return n
	}
	round := func(d time.Duration) int64 {
		s := int64(d / time.Second)
		for unit := int64(10); unit <= 10_000; unit *= 10 {
			if s < unit*100 {
				return s / (unit / 10) * (unit / 10)
			}
		}
		return s / 10_000 * 10_000
	}
	mine := func(who chat.ID) bool { return len(q.Agents) == 0 || slices.Contains(q.Agents, who) }
	for _, h := range all {
		var begun, served, replied, closed time.Time
		var by, has chat.ID
		score, rated := 0, time.Time{}
		for _, e := range h.events[:h.done] {
			if e.what == "joined" {
				has = e.who
			}
		}
		labelled := q.Label == "" || slices.Contains(h.labels, q.Label)
		for _, e := range h.events[:h.done] {
			spoken := func(what string, who chat.ID) {
				if labelled && mine(who) {
					line.Hours = append(line.Hours, chat.Cell{What: what, At: step(q.Hours, e.at), N: 1})
					if i := step(q.Hours, e.at); what == "sent" && i > 2 && i < len(q.Hours) {
						line.Agents = append(line.Agents, chat.Cell{What: what, Agent: who, N: 1})
					}
				}
			}
			switch e.what {
			case "visitor":
				begun = cmp.Or(begun, e.at)
				spoken("received", has)
			case "agent":
				if replied.IsZero() {
					replied, by = e.at, e.who
				}
				served = cmp.Or(served, e.at)
				spoken("sent", e.who)
			case "bot":
				spoken("sent", "")
			case "joined":
				served = cmp.Or(served, e.at)
			case "closed":
				closed = e.at
			case "reopened":
				closed = time.Time{}
			case "rated":
				score, rated = e.score, e.at
			}
		}
		if begun.IsZero() || !labelled {
			continue
		}
		put := func(what string, at time.Time, whose chat.ID, took time.Duration) {
			if at.IsZero() || !mine(whose) {
				return
			}
			c := chat.Cell{What: what, At: step(q.Steps, at), Value: round(took), N: 1, Agent: whose}
			line.Values = append(line.Values, c)
			if c.At > 2 && c.At < len(q.Steps) && what != "wait" {
				line.Agents = append(line.Agents, c)
			}
		}
		if mine(has) {
			line.Hours = append(line.Hours, chat.Cell{What: "begun", At: step(q.Hours, begun), N: 1})
		}
		put("first", replied, by, replied.Sub(begun))
		put("wait", served, has, served.Sub(begun))
		if !closed.IsZero() {
			ended := "resolved"
			if replied.IsZero() {
				ended = "abandoned"
				if i := step(q.Steps, closed); mine(has) && i > 2 && i < len(q.Steps) {
					line.Agents = append(line.Agents, chat.Cell{What: ended, Agent: has, N: 1})
				}
			} else {
				put("resolution", closed, has, closed.Sub(begun))
			}
			if mine(has) {
				line.Hours = append(line.Hours, chat.Cell{What: ended, At: step(q.Hours, closed), N: 1})
			}
		}
		if i := step(q.Steps, rated); score > 0 && mine(has) && i < len(q.Steps) {
			line.Ratings = append(line.Ratings, chat.Cell{What: "rated", At: step(q.Steps, rated), Agent: has, Value: int64(score), N: 1})
		}
	}
	return chat.NewReport(q, []chat.LineFigures{line}, 0)
}

// invent makes up a conversation that could have been.
func invent(r *rand.Rand, agents []chat.ID, since time.Time, span time.Duration) *history {
	at := since.Add(time.Duration(r.Int64N(int64(span))))
	h := &history{id: chat.NewID(at)}
	for _, l := range []string{"refund", "delivery"} {
		if r.IntN(3) == 0 {
			h.labels = append(h.labels, l)
		}
	}
	state, has := "waiting", chat.ID("")
	add := func(what string, who chat.ID) {
		h.events = append(h.events, happened{at: at, what: what, who: who, score: 1 + r.IntN(5)})
		at = at.Add(time.Duration(r.ExpFloat64() * float64(20*time.Minute))).Truncate(time.Microsecond)
	}
	if add("visitor", ""); r.IntN(9) == 0 {
		add("bot", "")
	}
	if r.IntN(5) == 0 { // she does not wait
		state = "closed"
		add("closed", "")
	}
	for range r.IntN(25) {
		switch k := r.IntN(20); {
		case state == "closed" && k < 8:
			state = "waiting"
			if add("reopened", ""); r.IntN(2) == 0 {
				has = agents[r.IntN(len(agents))]
				state = "open"
				add("joined", has)
			}
		case state == "closed":
			if k < 12 {
				add("rated", "")
			}
		case k < 7:
			add("visitor", "")
		case k < 12 && has != "":
			add("agent", has)
		case k == 12:
			add("agent", agents[r.IntN(len(agents))]) // who answers before it is hers
		case k < 16:
			has, state = agents[r.IntN(len(agents))], "open"
			add("joined", has)
		case k < 18:
			state = "closed"
			add("closed", "")
		case k == 18:
			add("recalled", "")
		}
	}
	return h
}

// write makes the next n things of the history have happened.
func (h *history) write(t *testing.T, s *Store, n int) {
	t.Helper()
	p, err := s.line("shop")
	wantCode(t, err, "")
	exec := func(text string, args ...any) {
		t.Helper()
		if _, err := p.db.ExecContext(t.Context(), text, args...); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	if n == 0 {
		return
	}
	if h.done == 0 {
		exec("INSERT INTO visitors (id) VALUES ($1)", h.id)
		exec("INSERT INTO conversations (id, visitor_id, labels, created_at, last_at) VALUES ($1, $1, $2, $3, $3)", h.id, append(pq.StringArray{}, h.labels...), h.events[0].at)
	}
	for ; n > 0 && h.done < len(h.events); n-- {
		e := h.events[h.done]
		h.done++
		kind, by, data := "text", e.what, any(nil)
		set := ""
		switch e.what {
		case "visitor":
			set = ", status = CASE WHEN status = 'new' THEN 'waiting' ELSE status END, waiting_since = COALESCE(waiting_since, $2)"
		case "agent":
			set = ", replied_at = COALESCE(replied_at, $2)"
		case "joined":
			kind, by, data = "notice", "system", `{"notice":"joined"}`
			set = fmt.Sprintf(", status = 'open', agent_id = '%s', assigned_at = $2", e.who)
		case "closed":
			kind, by, data, set = "notice", "system", `{"notice":"closed"}`, ", status = 'closed', closed_at = $2"
		case "reopened":
			kind, by, data, set = "notice", "system", `{"notice":"reopened"}`, ", status = 'waiting', closed_at = NULL, waiting_since = $2, agent_id = agent_id"
		case "recalled":
			exec("UPDATE messages SET kind = 'notice', text = '', data = '{\"notice\":\"recalled\"}' WHERE conversation_id = $1 AND seq = 1", h.id)
			kind, by, data = "notice", "system", `{"notice":"recalled","seq":1}`
		case "rated":
			exec("INSERT INTO ratings (conversation_id, score, created_at) VALUES ($1, $2, $3) ON CONFLICT (conversation_id) DO UPDATE SET score = excluded.score, created_at = excluded.created_at", h.id, e.score, e.at)
			continue // a rating that is changed writes no notice
		}
		h.seq++
		exec("INSERT INTO messages (conversation_id, seq, id, author_kind, author_id, kind, data, created_at) VALUES ($1, $2, $3, $4, CAST(NULLIF($5, '') AS uuid), $6, CAST($7 AS jsonb), $8)",
			h.id, h.seq, chat.NewID(e.at), by, e.who, kind, data, e.at)
		exec("UPDATE conversations SET last_seq = last_seq + 1, last_at = $2"+set+" WHERE id = $1", h.id, e.at)
	}
}
