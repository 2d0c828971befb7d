package sql

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// next is who is given what, and what that rests on.
type next struct {
	Conversation chat.ID `db:"id"`
	Agent        chat.ID `db:"agent_id"`
	Name         string  `db:"agent_name"`
	Capacity     int     `db:"capacity"`
	Open         int     `db:"open"`
	Turn         int     `db:"turn"`
	// Fits says that she is in the Team and has the Skill that were asked for, otherwise she helps out.
	Fits     bool    `db:"fits"`
	Named    bool    `db:"named"`
	Last     bool    `db:"last"`
	Team     chat.ID `db:"team_id"`
	TeamName string  `db:"team_name"`
	Skill    string  `db:"skill"`
	Waited   int     `db:"waited"`
}

// Where a conversation stands in the queue, whoever waited longer.
const (
	turnVIP      = -1
	turnReturned = -2
)

// nextIn finds it while oneAtATime is held.
func nextIn(t *tx, l chat.Line) (n next, err error) {
	r := l.Routing
	return n, t.get(&n, "Queue_Next", struct {
		Agent    chat.ID `db:"agent"`
		Last     bool    `db:"last"`
		Robin    bool    `db:"robin"`
		Team     chat.ID `db:"team"`
		Skill    string  `db:"skill"`
		Overflow float64 `db:"overflow"`
		Helpers  chat.ID `db:"helpers"`
		Bot      int     `db:"bot"` // seconds that are its assistant's
	}{r.Agent, r.LastAgent, r.Order == chat.RoundRobin, r.Team, r.Skill, float64(r.Overflow), r.OverflowTeam, l.Queue.BotSeconds})
}

func (n next) assignment(r chat.Routing, trace string) chat.Assignment {
	reason := cmp.Or(string(r.Order), string(chat.LeastBusy))
	switch {
	case !n.Fits:
		reason = chat.ReasonOverflow
	case n.Named:
		reason = chat.ReasonNamed
	case n.Last:
		reason = chat.ReasonLast
	}
	return chat.Assignment{
		Conversation: n.Conversation, To: chat.AgentRef{ID: n.Agent, Name: n.Name}, By: chat.Author{Kind: chat.KindSystem}, Reason: reason, Waiting: true, Trace: trace,
		Grounds: chat.Grounds{Team: chat.TeamRef{ID: n.Team, Name: n.TeamName}, Skill: n.Skill, VIP: n.Turn == turnVIP, Returned: n.Turn == turnReturned, Open: n.Open, Capacity: n.Capacity, Waited: n.Waited},
	}
}

// given makes a conversation the agent's. What it asked for stays with it unless a person chose her.
func (b *batch) given(r *row, a chat.Assignment) error {
	r.give(a.To, a.Reason, b.time(r))
	desk := a.By.Kind == chat.KindSystem
	if !desk {
		r.Team, r.TeamName, r.Skill = "", "", ""
	}
	b.seat = a.To.ID
	_, err := b.t.exec("Queue_Given", r.ID, a.To.ID, desk)
	return err
}

type decisionRow struct {
	Conversation chat.ID   `db:"conversation_id"`
	Seq          int64     `db:"seq"`
	Agent        chat.ID   `db:"agent_id"`
	Name         string    `db:"agent_name"`
	By           chat.Kind `db:"by_kind"`
	ByName       string    `db:"by_name"`
	Reason       string    `db:"reason"`
	Detail       []byte    `db:"detail"`
	Created      time.Time `db:"created_at"`
}

// decide keeps why the agent has the conversation, beside the notice that says so.
func decide(t statements, notice *chat.Message, a chat.Assignment) error {
	detail, err := json.Marshal(a.Grounds)
	if err != nil {
		return fmt.Errorf("write grounds: %w", err)
	}
	_, err = t.exec("Decision_Put", decisionRow{
		Conversation: notice.Conversation, Seq: notice.Seq, Agent: a.To.ID, Name: a.To.Name, By: a.By.Kind, ByName: agentName(a.By),
		Reason: a.Reason, Detail: detail, Created: notice.Created.Time,
	})
	return err
}

// Decisions returns why a conversation's agents were given it, the first one first.
func (s *Store) Decisions(ctx context.Context, line string, conversation chat.ID) ([]chat.Decision, error) {
	p, err := s.line(line)
	if err != nil {
		return nil, err
	}
	var rows []decisionRow
	if err := p.selectAll(ctx, &rows, "Decision_All", conversation); err != nil {
		return nil, err
	}
	all := make([]chat.Decision, len(rows))
	for i, r := range rows {
		all[i] = chat.Decision{Seq: r.Seq, Agent: chat.AgentRef{ID: r.Agent, Name: r.Name}, By: r.By, ByName: r.ByName, Reason: r.Reason, Created: at(r.Created)}
		if err := json.Unmarshal(r.Detail, &all[i].Grounds); err != nil {
			return nil, fmt.Errorf("read grounds: %w", err)
		}
	}
	return all, nil
}

// Rank puts those who wait ahead of the others, or back, as the line's routing says now, and reports whether that changed anything.
func (s *Store) Rank(ctx context.Context, line string) (changed bool, err error) {
	l, err := s.Line(line)
	if err != nil {
		return false, err
	}
	p, err := s.line(line)
	if err != nil {
		return false, err
	}
	name, values := l.Routing.Ahead()
	n, err := p.exec(ctx, "Queue_Rank", name, append(pq.StringArray{}, values...))
	return n > 0, err
}

// Pass makes a conversation that has not ended wait, at the head of the queue, for whom it asks now; nobody has it then.
func (s *Store) Pass(ctx context.Context, line string, a chat.Passing) (chat.Moved, error) {
	return s.move(ctx, line, a.Conversation, a.By, func(b *batch, r *row) (*chat.Message, error) {
		switch r.Status {
		case chat.StatusClosed:
			return nil, chat.Conflict("closed", "This conversation has ended.")
		case chat.StatusNew:
			return nil, chat.Conflict("not_begun", "The visitor has not written yet.")
		}
		r.Team, r.TeamName, r.Skill = a.Team.ID, a.Team.Name, a.Skill
		if _, err := b.t.exec("Queue_Ask", r.ID, a.Team.ID, a.Team.Name, a.Skill, a.By.ID); err != nil {
			return nil, err
		}
		if err := b.toPeople(r); err != nil {
			return nil, err
		}
		if r.Status == chat.StatusWaiting {
			return nil, nil // for somebody else than before; her visitor waits as she did
		}
		before := r.agent()
		r.wait(b.time(r))
		r.Agent, r.AgentName, r.Reason = "", "", ""
		if before.ID == "" {
			b.touch(r)
			return nil, nil
		}
		return b.notice(r, chat.Notice{Name: "passed", From: before.Name, By: a.By.Kind}, a.Trace), nil
	})
}

// Disband makes what waits for the team, on any line, wait for none; the error is that of one line that failed.
func (s *Store) Disband(ctx context.Context, team chat.ID) (err error) {
	var names []string
	for _, l := range s.Lines() {
		names = append(names, l.Name)
	}
	for a := range ask(ctx, s, names, func(ctx context.Context, p *pool) (int64, error) { return p.exec(ctx, "Queue_Disband", team) }) {
		if a.err != nil {
			err = a.err
		}
	}
	return err
}
