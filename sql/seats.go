package sql

import (
	"context"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// Seat takes or renews an agent's place at the lines for so long from now, by the clock of each line's database; 0 gives it
// up. Every line is tried; the error is that of one that failed.
func (s *Store) Seat(ctx context.Context, lines []string, seat chat.Seat, lasts time.Duration) (err error) {
	for a := range ask(ctx, s, lines, func(ctx context.Context, p *pool) (int64, error) {
		return p.exec(ctx, "Seat_Put", struct {
			Agent    chat.ID        `db:"agent_id"`
			Name     string         `db:"agent_name"`
			Capacity int            `db:"capacity"`
			Lasts    float64        `db:"lasts"` // seconds
			Teams    pq.StringArray `db:"teams"`
			Skills   pq.StringArray `db:"skills"`
		}{seat.Agent.ID, seat.Agent.Name, seat.Capacity, lasts.Seconds(), texts(seat.Teams), append(pq.StringArray{}, seat.Skills...)})
	}) {
		if a.err != nil {
			err = a.err
		}
	}
	return err
}

// Seats returns a line's places, those online first, those with most room first among them.
func (s *Store) Seats(ctx context.Context, line string) ([]chat.Seat, error) {
	p, err := s.line(line)
	if err != nil {
		return nil, err
	}
	return p.seats(ctx)
}

func (p *pool) seats(ctx context.Context) ([]chat.Seat, error) {
	var rows []struct {
		Agent    chat.ID `db:"agent_id"`
		Name     string  `db:"agent_name"`
		Capacity int     `db:"capacity"`
		Online   bool    `db:"online"`
		Open     int     `db:"open"`
	}
	if err := p.selectAll(ctx, &rows, "Seat_All"); err != nil {
		return nil, err
	}
	seats := make([]chat.Seat, len(rows))
	for i, r := range rows {
		seats[i] = chat.Seat{Agent: chat.AgentRef{ID: r.Agent, Name: r.Name}, Capacity: r.Capacity, Open: r.Open, Online: r.Online}
	}
	return seats, nil
}
