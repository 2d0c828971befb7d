package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/taadis/unique-support/core/chat"
)

// mention keeps who is named in a note: agents of its line, by "@" and their name, but for its author. The note is accepted already;
// sending it again after an error names them then.
func (d *Desk) mention(ctx context.Context, line string, note chat.Message) error {
	if !strings.Contains(note.Text, "@") {
		return nil
	}
	agents, err := d.store.Agents(ctx)
	if err != nil {
		return err
	}
	agents = slices.DeleteFunc(slices.Clone(agents), func(a chat.Agent) bool { return a.Disabled || !a.Actor().At(line) })
	named := slices.DeleteFunc(named(note.Text, agents), func(id chat.ID) bool { return id == note.Author.ID })
	if len(named) == 0 {
		return nil
	}
	return d.store.PutMentions(ctx, line, note.Conversation, note.Seq, named)
}

// named are the agents a text names. Of names that begin alike the longest counts.
func named(text string, agents []chat.Agent) (ids []chat.ID) {
	agents = slices.SortedFunc(slices.Values(agents), func(a, b chat.Agent) int {
		return cmp.Compare(utf8.RuneCountInString(b.Name), utf8.RuneCountInString(a.Name))
	})
	for i := range text {
		if text[i] != '@' {
			continue
		}
		for _, a := range agents {
			if a.Name != "" && strings.HasPrefix(text[i+1:], a.Name) {
				if !slices.Contains(ids, a.ID) {
					ids = append(ids, a.ID)
				}
				break
			}
		}
	}
	return ids
}

// SeeMentions says that the agent has seen the conversation's notes up to a number.
func (d *Desk) SeeMentions(ctx context.Context, conversation chat.ID, note int64) error {
	actor := chat.ActorFrom(ctx)
	if actor.Kind != chat.KindAgent {
		return nil
	}
	_, err := d.store.SeeMentions(ctx, actor.ID, conversation, note)
	return err
}
