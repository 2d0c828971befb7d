package handlers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestPages_transcript(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	g := r.caller("shop")
	get := func(r *rig, header ...string) answer {
		return r.call("GET", "/c/shop/transcript?locale=en&zone=Asia/Tokyo", "", header...)
	}
	t.Run("more than a page of it, in order, in her zone", func(t *testing.T) {
		r := r.at(t)
		want := []string{}
		for i := range 405 {
			want = append(want, fmt.Sprintf("You: =word %d", i))
			d := chat.Draft{Conversation: chat.ID(g.conversation), ClientID: chat.NewID(time.Now()), Author: chat.Author{Kind: chat.KindVisitor, ID: chat.ID(g.id)}, Kind: chat.KindText, Text: fmt.Sprintf("=word %d", i), Received: time.Now()}
			if _, err := r.store.Append(t.Context(), "shop", []chat.Draft{d}); err != nil {
				t.Fatal(err)
			}
		}
		a := r.want(get(r, "Authorization", "Bearer "+g.token), 200, "")
		for name, is := range map[string]string{"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"} {
			if a.Header.Get(name) != is {
				t.Errorf("%s is %q", name, a.Header.Get(name))
			}
		}
		if is := a.Header.Get("Content-Disposition"); !strings.HasPrefix(is, `attachment; filename="shop-20`) {
			t.Errorf("it is to be kept as %q", is)
		}
		rest := string(a.body)
		if !strings.HasPrefix(rest, "\ufeffSHOP · saved ") || !strings.Contains(rest, "times in Asia/Tokyo\n") {
			t.Errorf("it begins %.120q", rest)
		}
		for _, line := range want {
			var found bool
			if _, rest, found = strings.Cut(rest, line+"\n"); !found {
				t.Fatalf("%q is not there, or not in its place", line)
			}
		}
	})
	t.Run("of nobody else's", func(t *testing.T) {
		r := r.at(t)
		r.want(get(r), 401, "unauthenticated")
		r.want(get(r, "Authorization", "Bearer "+r.caller("mall").token), 401, "unauthenticated")
		r.want(get(r, "Authorization", "Bearer "+keyOf("Lin")), 403, "forbidden")
		other := r.want(get(r, "Authorization", "Bearer "+r.caller("shop").token), 200, "")
		if strings.Contains(string(other.body), "word") {
			t.Error("another visitor reads hers")
		}
	})
}
