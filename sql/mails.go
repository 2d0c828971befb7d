package sql

import (
	"context"
	"fmt"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

type mailRow struct {
	ID         chat.ID       `db:"id"`
	Kind       chat.MailKind `db:"kind"`
	To         string        `db:"to_email"`
	Locale     string        `db:"locale"`
	Invitation chat.ID       `db:"invitation_id"`
	Trace      string        `db:"trace_id"`
	State      chat.JobState `db:"state"`
	Error      string        `db:"error"`
	Tries      int           `db:"tries"`
	Created    time.Time     `db:"created_at"`
	// Only who takes it is told.
	Lease chat.ID `db:"lease"`
}

func mailRowOf(m chat.Mail) mailRow {
	return mailRow{ID: m.ID, Kind: m.Kind, To: m.To, Locale: m.Locale, Invitation: m.Invitation, Trace: m.Trace}
}

// PutMail has a mail sent. One of chat.MailForgot that waits for the same address already is enough.
func (s *Store) PutMail(ctx context.Context, m chat.Mail) error {
	if _, err := s.main.exec(ctx, "Mail_Put", mailRowOf(m)); err != nil {
		return fmt.Errorf("put mail: %w", err)
	}
	return nil
}

// TakeMails leases at most so many mails that are due to whoever calls, by the database's clock, and returns them. One that is not
// ended in time is due again.
func (s *Store) TakeMails(ctx context.Context, limit int, lease time.Duration) ([]chat.Mail, error) {
	var rows []mailRow
	if err := s.main.selectAll(ctx, &rows, "Mail_Take", limit, lease.Seconds(), chat.NewSecretID()); err != nil {
		return nil, fmt.Errorf("take mails: %w", err)
	}
	mails := make([]chat.Mail, len(rows))
	for i, r := range rows {
		mails[i] = chat.Mail{ID: r.ID, Kind: r.Kind, To: r.To, Locale: r.Locale, Invitation: r.Invitation, Trace: r.Trace, State: r.State, Error: r.Error, Tries: r.Tries,
			Created: at(r.Created), Lease: r.Lease}
	}
	return mails, nil
}

// EndMail says what became of a mail that was taken; it changes nothing when the lease has gone to somebody else.
func (s *Store) EndMail(ctx context.Context, m chat.Mail, e chat.MailEnd) error {
	row := struct {
		ID      chat.ID       `db:"id"`
		Lease   chat.ID       `db:"lease"`
		State   chat.JobState `db:"state"`
		Error   string        `db:"error"`
		After   float64       `db:"after"`
		Untried int           `db:"untried"`
	}{ID: m.ID, Lease: m.Lease, State: e.State, Error: plain(e.Error), After: e.After.Seconds()}
	if e.Untried {
		row.Untried = 1
	}
	if _, err := s.main.exec(ctx, "Mail_End", row); err != nil {
		return fmt.Errorf("end mail: %w", err)
	}
	return nil
}

// SweepMails removes those that ended long ago.
func (s *Store) SweepMails(ctx context.Context) error {
	if _, err := s.main.exec(ctx, "Mail_Sweep", chat.MailsKept.Seconds()); err != nil {
		return fmt.Errorf("sweep mails: %w", err)
	}
	return nil
}
