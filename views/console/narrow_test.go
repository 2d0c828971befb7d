package console

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

func TestReader_Narrow(t *testing.T) {
	t.Parallel()
	r := reader(i18n.English)
	l := List{View: chat.ViewAll, Line: "club", Status: chat.StatusOpen, Label: "VIP", Agent: "none", Unread: true, Wait: 5, Q: "x"}
	narrowed := func(l List) Inbox {
		in := r.Inbox(l, chat.InboxPage{}, chat.Counts{}, "")
		r.Narrow(&in, l, Choices{Agents: []chat.AgentRef{{ID: r.Agent.ID, Name: r.Agent.Name}, {ID: id(7), Name: "Max"}}})
		return in
	}
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		in := narrowed(l)
		var labels []string
		for _, c := range in.Chips {
			u, err := url.Parse(c.Href)
			if err != nil || u.Query().Has(c.Name) || !u.Query().Has("q") || len(u.Query()) != 7 {
				t.Errorf("%s is taken off by %s (%v)", c.Name, c.Href, err)
			}
			labels = append(labels, c.Label)
		}
		if diff := cmp.Diff([]string{"禾木会员", "Open", "VIP", "Nobody yet", "Unread only", "Waiting 5 minutes or more"}, labels); diff != "" {
			t.Error(diff)
		}
		if in.more() != 4 {
			t.Error(in.more())
		}
	})
	t.Run("what is chosen can be seen, though nobody has it", func(t *testing.T) {
		t.Parallel()
		in := narrowed(l)
		for name, o := range map[string]Option{"label": in.Labels[1], "agent": in.Agents[1], "wait": in.Waits[len(in.Waits)-1]} {
			if !o.Chosen {
				t.Errorf("%s: %+v", name, o)
			}
		}
	})
	t.Run("the list comes back from its address", func(t *testing.T) {
		t.Parallel()
		u, _ := url.Parse(l.URL("/console"))
		if got := ParseList(u.Query()); got != l {
			t.Errorf("%+v", got)
		}
		if got := ParseList(url.Values{"wait": {"-3"}, "unread": {"yes"}, "view": {"snoozed"}}); got != (List{View: chat.ViewSnoozed}) {
			t.Errorf("%+v", got)
		}
	})
	t.Run("says which filter left nothing", func(t *testing.T) {
		t.Parallel()
		for want, l := range map[string]List{
			"queue": {View: chat.ViewQueue}, "unread": {View: chat.ViewAll, Unread: true}, "wait": {View: chat.ViewAll, Wait: 3}, "label": {View: chat.ViewAll, Label: "x"},
			"agent": {View: chat.ViewAll, Agent: "none"}, "narrowed": {View: chat.ViewAll, Agent: "none", Unread: true}, "found": {View: chat.ViewAll, Q: "x", Unread: true},
		} {
			if got := narrowed(l).emptiness(); got != want {
				t.Errorf("%+v is %s, not %s", l, got, want)
			}
		}
	})
}
