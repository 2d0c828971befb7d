package console

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

func TestReader_Why(t *testing.T) {
	t.Parallel()
	lin := chat.AgentRef{ID: id(1), Name: "林晓"}
	night := chat.TeamRef{ID: id(41), Name: "As it was"}
	teams := []chat.Team{{ID: id(41), Name: "Night"}}
	decided := func(reason string, by chat.Kind, g chat.Grounds) chat.Decision {
		return chat.Decision{Seq: 3, Agent: lin, By: by, ByName: "Gu", Reason: reason, Created: ago(time.Minute), Grounds: g}
	}
	for _, c := range []struct {
		d      chat.Decision
		zh, en string
	}{
		{decided("least_busy", chat.KindSystem, chat.Grounds{Open: 2, Capacity: 6}), "手上最少，2/6", "Least busy, 2 of 6"},
		{decided("round_robin", chat.KindSystem, chat.Grounds{Team: night, Skill: "法语"}), "按顺序轮到 · 小组：Night · 技能：法语", "Next in turn · team Night · skill 法语"},
		{decided("last_agent", chat.KindSystem, chat.Grounds{VIP: true}), "上次接待过这位访客 · 优先访客", "Helped this visitor last · priority visitor"},
		{decided("named_agent", chat.KindSystem, chat.Grounds{Returned: true}), "本业务线优先指定 · 曾回到排队", "Preferred on this line · back in the queue before"},
		{decided("overflow", chat.KindSystem, chat.Grounds{Waited: 75, Team: night}), "等了 1:15，由其他人支援", "Helped out after 1:15"},
		{decided("taken", chat.KindAgent, chat.Grounds{}), "主动接入", "Took it"},
		{decided("assigned", chat.KindAgent, chat.Grounds{}), "由Gu分配", "Assigned by Gu"},
		{decided("transferred", chat.KindAgent, chat.Grounds{}), "由Gu转接", "Transferred by Gu"},
		{decided("of a later version", chat.KindSystem, chat.Grounds{}), "of a later version", "of a later version"},
	} {
		for locale, want := range map[string]string{i18n.Chinese: c.zh, i18n.English: c.en} {
			why := reader(locale).Why(chat.Conversation{Status: chat.StatusOpen}, []chat.Decision{c.d}, teams)
			if len(why) != 1 || why[0].Name != "林晓" || why[0].Value != "14:32 · "+want {
				t.Errorf("got %+v, want %s", why, want)
			}
		}
	}
	r := reader(i18n.English)
	t.Run("whom it waits for, and the last first", func(t *testing.T) {
		t.Parallel()
		first, then := decided("least_busy", chat.KindSystem, chat.Grounds{}), decided("taken", chat.KindAgent, chat.Grounds{})
		then.Agent.Name = "Max"
		why := r.Why(chat.Conversation{Status: chat.StatusWaiting, Team: night, Skill: "wine"}, []chat.Decision{first, then}, teams)
		if len(why) != 3 || why[0].Value != "team Night · skill wine" || why[1].Name != "Max" || why[2].Name != "林晓" {
			t.Errorf("got %+v", why)
		}
		if why := r.Why(chat.Conversation{Status: chat.StatusWaiting}, nil, nil); len(why) > 0 {
			t.Errorf("got %+v", why)
		}
	})
	t.Run("behind the notice that says who has it", func(t *testing.T) {
		t.Parallel()
		th := talk()
		th.Decisions = []chat.Decision{decided("least_busy", chat.KindSystem, chat.Grounds{Open: 2, Capacity: 6})}
		rows := r.Pane(List{}, th).Rows
		i := slices.IndexFunc(rows, func(x Row) bool { return x.Seq == 3 })
		if i < 0 || !strings.HasSuffix(rows[i].Text, "Least busy, 2 of 6") {
			t.Errorf("got %+v", rows)
		}
	})
}
