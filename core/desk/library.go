package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/taadis/unique-support/core/chat"
)

// CannedReplies returns what the agent may use on her lines.
func (d *Desk) CannedReplies(ctx context.Context) ([]chat.Canned, error) {
	actor := chat.ActorFrom(ctx)
	if actor.Kind != chat.KindAgent {
		return nil, chat.NotFound()
	}
	return d.store.CannedReplies(ctx, actor.ID, actor.Lines)
}

// MayKeep reports whether the actor may change a reply, or keep one like it: her own if she answers, others if she may change what is shared.
func MayKeep(a chat.Actor, c chat.Canned) bool {
	switch {
	case c.Owner != "":
		return c.Owner == a.ID && a.May(chat.ConversationReply)
	case c.Line != "":
		return a.May(chat.LibraryWrite) && a.At(c.Line)
	}
	return a.May(chat.LibraryWrite)
}

// MarkReply names what stands in a reply: when it is another, the reply was changed.
func MarkReply(c chat.Canned) string {
	b, _ := json.Marshal(c) // of texts
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// PutReply keeps a reply: a new one where it has no id. was is the mark of the one it replaces as it was read; where it is
// another by now that is chat.Conflict.
func (d *Desk) PutReply(ctx context.Context, c chat.Canned, was string) (chat.ID, error) {
	by := chat.ActorFrom(ctx)
	c = tidy(c)
	if err := c.Check(); err != nil {
		return "", err
	}
	if err := d.mayKeep(by, c); err != nil {
		return "", err
	}
	err := d.store.ChangeLibrary(ctx, func(t chat.LibraryChange) error {
		before := chat.Canned{}
		if c.ID == "" {
			c.ID = chat.NewID(d.clock.Now())
		} else {
			var err error
			if before, err = t.Reply(c.ID); err != nil {
				return err
			}
			if err := d.mayKeep(by, before); err != nil {
				return err
			}
			if was != "" && MarkReply(before) != was {
				return chat.Conflict("reply_changed", "Somebody else has changed this reply meanwhile. Save once more to keep what you typed.")
			}
			if before == c {
				return nil
			}
		}
		if err := put(t, c); err != nil {
			return err
		}
		return d.recordReply(ctx, t, "reply:put", c, before)
	})
	return c.ID, err
}

// DropReply forgets a reply.
func (d *Desk) DropReply(ctx context.Context, id chat.ID) error {
	by := chat.ActorFrom(ctx)
	return d.store.ChangeLibrary(ctx, func(t chat.LibraryChange) error {
		c, err := t.Reply(id)
		if err != nil {
			return err
		}
		if err := d.mayKeep(by, c); err != nil {
			return err
		}
		if err := t.Drop(id); err != nil {
			return err
		}
		return d.recordReply(ctx, t, "reply:drop", c, chat.Canned{})
	})
}

// Import keeps replies, all or none: one that its owner, line and locale have under the shortcut already is replaced. It returns how many are
// new and how many were replaced; wrong is the place of the one it was refused for, -1 for none.
func (d *Desk) Import(ctx context.Context, replies []chat.Canned) (added, changed, wrong int, err error) {
	by, wrong := chat.ActorFrom(ctx), -1
	err = d.store.ChangeLibrary(ctx, func(t chat.LibraryChange) error {
		added, changed, wrong = 0, 0, -1
		there, err := t.Replies()
		if err != nil {
			return err
		}
		for i, c := range replies {
			wrong = i
			c = tidy(c)
			if err := c.Check(); err != nil {
				return err
			}
			if err := d.mayKeep(by, c); err != nil {
				return err
			}
			at := slices.IndexFunc(there, func(x chat.Canned) bool {
				return x.Owner == c.Owner && x.Line == c.Line && x.Locale == c.Locale && x.Shortcut == c.Shortcut
			})
			if at < 0 {
				c.ID = chat.NewID(d.clock.Now())
				there = append(there, c)
				added++
			} else if c.ID = there[at].ID; c != there[at] {
				there[at] = c
				changed++
			} else {
				continue
			}
			if err := put(t, c); err != nil {
				return err
			}
			if err := d.recordReply(ctx, t, "reply:import", c, chat.Canned{}); err != nil {
				return err
			}
		}
		wrong = -1
		return nil
	})
	return added, changed, wrong, err
}

func tidy(c chat.Canned) chat.Canned {
	c.Title, c.Category, c.Body = strings.TrimSpace(c.Title), strings.TrimSpace(c.Category), strings.TrimSpace(c.Body)
	c.Shortcut = strings.TrimPrefix(strings.TrimSpace(c.Shortcut), "/")
	if c.Owner != "" {
		c.Line = ""
	}
	return c
}

// put keeps a reply; that its shortcut is taken is said as such.
func put(t chat.LibraryChange, c chat.Canned) error {
	err := t.Put(c)
	if chat.CodeOf(err) == chat.CodeConflict && err != nil {
		return chat.Conflict("shortcut_taken", "There is a reply with this shortcut already.")
	}
	return err
}

func (d *Desk) mayKeep(by chat.Actor, c chat.Canned) error {
	switch {
	case by.Kind != chat.KindAgent || c.Owner != "" && c.Owner != by.ID:
		return chat.NotFound()
	case c.Line != "":
		if _, err := d.store.Line(c.Line); err != nil {
			return chat.Invalid("line", "There is no such line.")
		}
	}
	if !MayKeep(by, c) {
		return chat.Forbidden()
	}
	return nil
}

// recordReply writes into the audit log what became of a reply that is shared; one's own is nobody's business.
func (d *Desk) recordReply(ctx context.Context, t chat.LibraryChange, action string, c, before chat.Canned) error {
	if c.Owner != "" && (before.ID == "" || before.Owner != "") {
		return nil
	}
	detail := map[string]string{"title": c.Title}
	if c.Line != "" {
		detail["lines"] = c.Line
	}
	return t.Record(d.deed(ctx, chat.ActorFrom(ctx), action, "/"+c.Shortcut, detail))
}
