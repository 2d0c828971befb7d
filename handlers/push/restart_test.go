package push

import (
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func TestHub_Restart(t *testing.T) {
	t.Run("a conversation's stream ends, its agent's is told to reset, another line's goes on", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			visitor, desk := g.open(t, "/c/"+string(conv)), g.open(t, "/agent/"+string(agent))
			desk.want(t, chat.EventHeads)
			g.Restart("elsewhere", "0002")
			g.Publish(g.store.append(conv, "still here"))
			visitor.messages(t, 1, 1)
			desk.want(t, chat.EventMessage)
			g.Restart(shop, "0002")
			if e := desk.want(t, chat.EventReset); e.data != `{"epoch":"0002","line":"shop"}` {
				t.Errorf("the agent is told %s", e.data)
			}
			visitor.ended(t)
			if n := g.Stats().Cut["reset"]; n != 1 {
				t.Errorf("%d streams were cut", n)
			}
		})
	})
}
