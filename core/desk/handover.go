package desk

import (
	"context"

	"github.com/taadis/unique-support/core/chat"
)

// HandOver gives many conversations to an agent or to a team at once, whoever has them; one of the two is named. It goes on past
// one that cannot be given, and says why of each.
func (d *Desk) HandOver(ctx context.Context, ids []chat.ID, agent, team chat.ID, words string) (refused map[chat.ID]error, err error) {
	actor := chat.ActorFrom(ctx)
	switch {
	case !actor.May(chat.Supervise):
		return nil, chat.Forbidden()
	case len(ids) == 0 || len(ids) > PageMax:
		return nil, chat.Invalid("handover", "Choose 1 to 200 conversations.")
	case agent == "" && team == "":
		return nil, chat.Invalid("agent_id", "This agent does not work for the line.")
	}
	refused = map[chat.ID]error{}
	for _, id := range ids {
		if team != "" {
			err = d.Pass(ctx, id, team, "", words)
		} else {
			err = d.Assign(ctx, id, agent, words)
		}
		if err != nil {
			refused[id] = err
		}
	}
	return refused, nil
}
