package sql

import (
	"encoding/json"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_Append_refers(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin := agent("林晓")
	asking := func(k talk, by chat.Author, kind chat.MessageKind, text, data string) chat.Draft {
		d := k.draft(by, text)
		d.Kind, d.Data = kind, json.RawMessage(data)
		return d
	}
	one := func(t *testing.T, d chat.Draft) chat.Appended {
		t.Helper()
		done, err := s.Append(t.Context(), "shop", []chat.Draft{d})
		if err != nil {
			t.Fatal(err)
		}
		return done[0]
	}
	t.Run("a quote is filled in from the log, and blank once it is taken back", func(t *testing.T) {
		k := opened(t, s, lin)
		seq := k.say(t, k.visitor, "杯口\n裂了").Message.Seq
		d := asking(k, lin, chat.KindText, "补发", `{"quote":{"seq":`+itoa(seq)+`}}`)
		got := one(t, d)
		want := `{"quote":{"seq":` + itoa(seq) + `,"by":"visitor","author":"周明玥","excerpt":"杯口 裂了"}}`
		if got.Err != nil || !sameJSON(got.Message.Data, []byte(want)) {
			t.Fatalf("got %s, %v", got.Message.Data, got.Err)
		}
		if again := one(t, d); again.Err != nil || !again.Repeat {
			t.Errorf("sent again: %+v", again)
		}
		if _, err := s.Recall(t.Context(), "shop", k.id, seq, k.visitor, ""); err != nil {
			t.Fatal(err)
		}
		want = `{"quote":{"seq":` + itoa(seq) + `,"by":"visitor","author":"周明玥","excerpt":""}}`
		if m := k.messages(t)[got.Message.Seq-1]; !sameJSON(m.Data, []byte(want)) {
			t.Errorf("it was taken back, and is quoted as %s", m.Data)
		}
		if again := one(t, d); again.Err != nil || !again.Repeat {
			t.Errorf("sent again: %+v", again)
		}
		if late := one(t, asking(k, lin, chat.KindText, "还引用", string(d.Data))); late.Err != nil || !sameJSON(late.Message.Data, d.Data) {
			t.Errorf("quoted afterwards: %s, %v", late.Message.Data, late.Err)
		}
	})
	t.Run("choices and forms are answered", func(t *testing.T) {
		k := opened(t, s, lin)
		choices := k.append(t, asking(k, lin, chat.KindChoices, "要吗", `{"options":["要"]}`))[0].Message.Seq
		form := k.append(t, asking(k, lin, chat.KindForm, "请填", `{"fields":[{"name":"phone","label":"手机号","type":"phone"}]}`))[0].Message.Seq
		if got := one(t, asking(k, k.visitor, chat.KindText, "要", `{"answer_to":`+itoa(choices)+`,"form":[{"name":"x","value":"y"}]}`)); got.Err != nil || !sameJSON(got.Message.Data, []byte(`{"answer_to":`+itoa(choices)+`}`)) {
			t.Errorf("got %s, %v", got.Message.Data, got.Err)
		}
		d := asking(k, k.visitor, chat.KindText, "随便", `{"answer_to":`+itoa(form)+`,"form":[{"name":"phone","value":"13800000000"}]}`)
		got := one(t, d)
		if got.Err != nil || got.Message.Text != "手机号: 13800000000" || !sameJSON(got.Message.Data, []byte(`{"answer_to":`+itoa(form)+`,"form":[{"name":"phone","label":"手机号","value":"13800000000"}]}`)) {
			t.Errorf("got %+v, %v", got.Message, got.Err)
		}
		if again := one(t, d); again.Err != nil || !again.Repeat {
			t.Errorf("sent again: %+v", again)
		}
		wantCode(t, one(t, asking(k, k.visitor, chat.KindText, "x", `{"answer_to":`+itoa(form)+`,"form":[{"name":"phone","value":"1"}]}`)).Err, chat.CodeInvalid)
	})
	t.Run("refused, and nobody else's batch with it", func(t *testing.T) {
		k, other := opened(t, s, lin), opened(t, s, lin)
		far := other.say(t, other.visitor, "别人的").Message.Seq + 10
		done, err := s.Append(t.Context(), "shop", []chat.Draft{
			asking(k, k.visitor, chat.KindText, "引用没有的", `{"quote":{"seq":`+itoa(far)+`}}`),
			asking(k, k.visitor, chat.KindText, "回答不是问题的", `{"answer_to":1}`),
			asking(k, other.visitor, chat.KindText, "别人的对话", `{"quote":{"seq":1}}`),
			k.draft(k.visitor, "好的"),
		})
		if err != nil {
			t.Fatal(err)
		}
		wantCode(t, done[0].Err, chat.CodeInvalid)
		wantCode(t, done[1].Err, chat.CodeInvalid)
		wantCode(t, done[2].Err, chat.CodeNotFound)
		wantCode(t, done[3].Err, "")
	})
}

func itoa(n int64) string {
	b, _ := json.Marshal(n)
	return string(b)
}
