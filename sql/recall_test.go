package sql

import (
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_Recall(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin := agent("林晓")

	t.Run("OK", func(t *testing.T) {
		k := opened(t, s, lin)
		k.say(t, k.visitor, "先说的")
		d := k.draft(k.visitor, "不该说的")
		seq := k.append(t, d)[0].Message.Seq
		unread := k.inboxOf(t, lin.ID).Unread
		m, err := s.Recall(t.Context(), "shop", k.id, seq, k.visitor, chat.NewTrace())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(k.notice(t, m.Notice), `"notice":"recalled"`) || m.Notice.Seq != seq+1 {
			t.Errorf("got %+v", m.Notice)
		}
		was := k.messages(t)[seq-1]
		if was.Kind != chat.KindNotice || was.Text != "" || was.Author != k.visitor || !sameJSON(was.Data, []byte(`{"notice":"recalled","by":"visitor"}`)) {
			t.Errorf("what is left of it is %+v", was)
		}
		if c := k.now(t); c.Preview != "先说的" || c.PreviewBy != chat.KindVisitor || c.LastSeq != seq+1 {
			t.Errorf("the conversation is %+v", c)
		}
		if now := k.inboxOf(t, lin.ID).Unread; now != unread {
			t.Errorf("%d were unread, now %d", unread, now)
		}
		if again := k.append(t, d)[0]; !again.Repeat || again.Message.Text != "" {
			t.Errorf("sent again it is %+v", again)
		}
	})
	t.Run("again changes nothing", func(t *testing.T) {
		k := opened(t, s, lin)
		seq := k.say(t, lin, "写错了").Message.Seq
		for range 2 {
			if _, err := s.Recall(t.Context(), "shop", k.id, seq, lin, ""); err != nil {
				t.Fatal(err)
			}
		}
		if m, err := s.Recall(t.Context(), "shop", k.id, seq, lin, ""); err != nil || m.Notice != nil || k.now(t).LastSeq != seq+1 {
			t.Errorf("got %+v, %v, and %d entries", m.Notice, err, k.now(t).LastSeq)
		}
	})
	t.Run("the only words there were", func(t *testing.T) {
		k := begin(t, s)
		k.say(t, k.visitor, "唯一一句")
		if _, err := s.Recall(t.Context(), "shop", k.id, 1, k.visitor, ""); err != nil {
			t.Fatal(err)
		}
		if c := k.now(t); c.Preview != "" {
			t.Errorf("the list still says %q", c.Preview)
		}
	})
	t.Run("refused", func(t *testing.T) {
		k := opened(t, s, lin)
		seq := k.say(t, k.visitor, "是我的").Message.Seq
		refused := func(conversation chat.ID, seq int64, by chat.Author, code chat.Code) {
			t.Helper()
			_, err := s.Recall(t.Context(), "shop", conversation, seq, by, "")
			wantCode(t, err, code)
		}
		refused(k.id, seq, lin, chat.CodeForbidden)                      // another's
		refused(k.id, seq, begin(t, s).visitor, chat.CodeNotFound)       // another's conversation
		refused(k.id, 99, k.visitor, chat.CodeNotFound)                  // none
		refused(chat.NewID(time.Now()), 1, k.visitor, chat.CodeNotFound) // none
		run(t, s, "shop", "UPDATE messages SET created_at = created_at - INTERVAL '121 seconds' WHERE conversation_id = $1", k.id)
		refused(k.id, seq, k.visitor, chat.CodeConflict) // too late
		if m := k.messages(t)[seq-1]; m.Text != "是我的" {
			t.Errorf("it was refused, and is %+v", m)
		}
	})
}
