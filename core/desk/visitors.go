package desk

import (
	"context"
	"errors"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// Entry is what is known of somebody who comes to a line's door.
type Entry struct {
	Line string
	// Visitor is who she was last time; empty for somebody new.
	Visitor chat.ID
	// Signed says that she had proved who she is then; see chat.Actor.
	Signed bool
	// Identity is a JWT of her host's that says who she is; empty for none.
	Identity string
	// Profile is what is said of her without proof. It changes nothing that is proven.
	Profile chat.Profile
	Page    chat.Page
	Device  chat.Device
	Locale  string
	// Resume asks for her last conversation even when it has ended; otherwise a new one begins then.
	Resume bool
}

// Enter lets a visitor in: it makes or finds her, and the conversation she is in. With an identity she is the person it
// names; what she wrote before she proved it comes along. One who was somebody else until now leaves everything behind.
func (d *Desk) Enter(ctx context.Context, in Entry) (chat.Visitor, chat.Conversation, error) {
	fail := func(err error) (chat.Visitor, chat.Conversation, error) {
		return chat.Visitor{}, chat.Conversation{}, err
	}
	line, err := d.store.Line(in.Line)
	if err != nil {
		return fail(err)
	}
	if err := in.check(); err != nil {
		return fail(err)
	}
	now := d.clock.Now()
	said, err := d.prove(ctx, line, &in, now)
	if err != nil {
		return fail(err)
	}
	v := chat.Visitor{ID: in.Visitor, Name: in.Profile.Name, Email: in.Profile.Email, Phone: in.Profile.Phone,
		Attributes: in.Profile.Attributes, Locale: in.Locale, Page: in.Page, Device: in.Device, Seen: chat.Time{Time: now}, Created: chat.Time{Time: now}}
	if said != nil {
		v, err = d.identify(ctx, in, v, said)
	} else {
		if v.ID == "" {
			v.ID = chat.NewID(now)
		}
		v, err = d.store.PutVisitor(ctx, in.Line, v)
	}
	if err != nil {
		return fail(err)
	}
	c, err := d.begin(ctx, in, v.ID, now)
	if err != nil {
		return fail(err)
	}
	d.entered(in.Line)
	return v, d.forVisitor(ctx, c), nil
}

func (in *Entry) check() error {
	if err := in.Profile.Check(); err != nil {
		return err
	}
	for _, s := range []string{in.Page.URL, in.Page.Title, in.Page.Referrer} {
		if s != "" && chat.CheckText(s, 2000) != nil {
			return chat.Invalid("page", "The page's address, title and referrer are texts of at most 2,000 characters.")
		}
	}
	if string(in.Profile.Attributes) == "null" { // says nothing, so it changes nothing
		in.Profile.Attributes = nil
	}
	return nil
}

// begin returns the conversation to go on with: the last one where that was asked for, else the one that has not ended or a new one.
func (d *Desk) begin(ctx context.Context, in Entry, visitor chat.ID, now time.Time) (chat.Conversation, error) {
	if in.Resume {
		c, err := d.store.Current(ctx, in.Line, visitor)
		if !errors.Is(err, chat.NotFound()) {
			return c, err
		}
	}
	return d.store.Begin(ctx, in.Line, visitor, now)
}

// Part ends the visitor's streams at every node: her browser is another person's from now on. On another device of hers they come
// back by themselves.
func (d *Desk) Part(line string, visitor chat.ID) {
	d.announce(chat.Event{Kind: chat.EventLeft, Line: line, Data: encode(visitor)})
}

// Current returns the visitor's newest conversation, or chat.NotFound.
func (d *Desk) Current(ctx context.Context) (chat.Conversation, error) {
	actor := chat.ActorFrom(ctx)
	if actor.Kind != chat.KindVisitor || d.admitted(actor) != nil {
		return chat.Conversation{}, chat.NotFound()
	}
	c, err := d.store.Current(ctx, actor.Line, actor.ID)
	if err != nil {
		return chat.Conversation{}, err
	}
	return d.forVisitor(ctx, c), nil
}

// Unread counts what the visitor has not read.
func (d *Desk) Unread(ctx context.Context) (int64, error) {
	actor := chat.ActorFrom(ctx)
	if actor.Kind != chat.KindVisitor {
		return 0, chat.Forbidden()
	}
	if err := d.admitted(actor); err != nil {
		return 0, err
	}
	return d.store.Unread(ctx, actor.Line, actor.ID)
}

// Visitor returns the visitor of a conversation an agent may see, and her earlier conversations, newest first.
func (d *Desk) Visitor(ctx context.Context, conversation chat.ID) (chat.Visitor, []chat.Conversation, error) {
	c, err := d.agentsConversation(ctx, conversation, chat.ConversationRead)
	if err != nil {
		return chat.Visitor{}, nil, err
	}
	v, err := d.store.Visitor(ctx, c.Line, c.Visitor)
	if err != nil {
		return chat.Visitor{}, nil, err
	}
	all, err := d.store.Earlier(ctx, c.Line, c.Visitor, 20)
	if err != nil {
		return chat.Visitor{}, nil, err
	}
	earlier := make([]chat.Conversation, 0, len(all))
	for _, e := range all {
		if e.ID != conversation && e.LastSeq > 0 {
			earlier = append(earlier, e)
		}
	}
	return v, earlier, nil
}
