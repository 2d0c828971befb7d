package desk

import (
	"context"
	"encoding/json"

	"github.com/taadis/unique-support/core/chat"
)

// Offer returns the order or product that the visitor's host signed with her identity, as a card she may send; false when there
// is none, or nobody signed for this session.
func (d *Desk) Offer(ctx context.Context) (card chat.Card, ok bool, err error) {
	actor := chat.ActorFrom(ctx)
	if actor.Kind != chat.KindVisitor || !actor.Signed {
		return card, false, nil
	}
	v, err := d.store.Visitor(ctx, actor.Line, actor.ID)
	if err != nil {
		return card, false, err
	}
	card, ok = chat.ReadCard(v.Card)
	return card, ok, nil
}

// present makes a visitor's draft the card her host signed. What she says it is must be that, so that she never sends what
// took its place after she had looked.
func (d *Desk) present(ctx context.Context, draft *chat.Draft) error {
	card, ok, err := d.Offer(ctx)
	if err != nil {
		return err
	}
	if len(draft.Data) > 0 && string(draft.Data) != "null" {
		said, read := chat.ReadCard(draft.Data)
		ok = ok && read && said == card
	}
	if !ok {
		return chat.Invalid("card", "This card cannot be sent.")
	}
	draft.Text = card.Text()
	draft.Data, err = json.Marshal(card)
	return err
}
