package sql

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

type visitorRow struct {
	ID         chat.ID   `db:"id"`
	External   string    `db:"external_id"`
	Name       string    `db:"name"`
	Email      string    `db:"email"`
	Phone      string    `db:"phone"`
	Attributes []byte    `db:"attributes"`
	Card       []byte    `db:"card"`
	Verified   bool      `db:"verified"`
	Locale     string    `db:"locale"`
	Page       []byte    `db:"page"`
	Device     []byte    `db:"device"`
	Created    time.Time `db:"created_at"`
	Seen       time.Time `db:"seen_at"`
}

func (r *visitorRow) visitor() (chat.Visitor, error) {
	v := chat.Visitor{
		ID: r.ID, External: r.External, Name: r.Name, Email: r.Email, Phone: r.Phone, Verified: r.Verified, Locale: r.Locale,
		Created: at(r.Created), Seen: at(r.Seen),
	}
	if string(r.Attributes) != "{}" {
		v.Attributes = r.Attributes
	}
	if string(r.Card) != "{}" {
		v.Card = r.Card
	}
	if err := errors.Join(json.Unmarshal(r.Page, &v.Page), json.Unmarshal(r.Device, &v.Device)); err != nil {
		return v, fmt.Errorf("read visitor %s: %w", r.ID, err)
	}
	return v, nil
}

// visitorPut is a visitor on her way into the table: what is jsonb there goes as text, for an empty jsonb is none.
type visitorPut struct {
	visitorRow
	Attributes string `db:"attributes"`
	Card       string `db:"card"`
	Page       string `db:"page"`
	Device     string `db:"device"`
}

func putOf(v chat.Visitor) (visitorPut, error) {
	page, pageErr := json.Marshal(v.Page)
	device, deviceErr := json.Marshal(v.Device)
	now := time.Now()
	return visitorPut{
		visitorRow: visitorRow{
			ID: v.ID, External: v.External, Name: v.Name, Email: v.Email, Phone: v.Phone, Verified: v.Verified, Locale: v.Locale,
			Created: or(v.Created.Time, now), Seen: or(v.Seen.Time, now),
		},
		Attributes: string(v.Attributes), Card: string(v.Card), Page: string(page), Device: string(device),
	}, errors.Join(pageErr, deviceErr)
}

// PutVisitor creates the visitor or changes what is known of her; empty fields leave what is there. With an External id it
// returns the visitor who already has that id, changed; when v.ID is somebody with another, a new one is made.
func (s *Store) PutVisitor(ctx context.Context, line string, v chat.Visitor) (chat.Visitor, error) {
	p, err := s.line(line)
	if err != nil {
		return chat.Visitor{}, err
	}
	put, err := putOf(v)
	if err != nil {
		return chat.Visitor{}, err
	}
	var got visitorRow
	for range 3 { // somebody else may make the same visitor at the same time
		err = p.tx(ctx, func(t *tx) error {
			id, err := visitorID(t, v)
			if err != nil {
				return err
			}
			put.ID, got = id, visitorRow{}
			if err := t.get(&got, "Visitor_Put", put); err != nil {
				return err
			}
			_, err = t.exec("Visitor_Rename", got.ID, got.Name, got.Verified)
			return err
		})
		if !errors.Is(err, chat.Conflict("duplicate", "")) {
			break
		}
	}
	if err != nil {
		return chat.Visitor{}, err
	}
	return got.visitor()
}

// visitorID says who the visitor is: the one with her External id, else v.ID unless that is somebody with another.
func visitorID(t *tx, v chat.Visitor) (chat.ID, error) {
	if v.External == "" {
		return v.ID, nil
	}
	var id chat.ID
	if err := t.get(&id, "Visitor_External", v.External); !errors.Is(err, chat.NotFound()) {
		return id, err
	}
	var there visitorRow
	err := t.get(&there, "Visitor_Get", v.ID)
	if errors.Is(err, chat.NotFound()) {
		return v.ID, nil
	}
	if there.External != "" {
		return chat.NewID(time.Now()), nil
	}
	return v.ID, err
}

// Visitor returns one, or chat.NotFound.
func (s *Store) Visitor(ctx context.Context, line string, id chat.ID) (chat.Visitor, error) {
	p, err := s.line(line)
	if err != nil {
		return chat.Visitor{}, err
	}
	var r visitorRow
	if err := p.get(ctx, &r, "Visitor_Get", id); err != nil {
		return chat.Visitor{}, err
	}
	return r.visitor()
}

func or(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t
}
