package window

import (
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

func TestTranscript(t *testing.T) {
	t.Parallel()
	write := func(text i18n.Text, messages ...chat.Message) string {
		s := NewTranscript(shop, chat.Conversation{}, text)
		all := s.Head(now)
		for _, m := range messages { // a page each
			all += s.Page([]chat.Message{m})
		}
		return all
	}
	en, zh := i18n.For(i18n.English, time.UTC), i18n.For(i18n.Chinese, shanghai)
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		file := said(3, lin, 8*time.Minute, "")
		file.Kind, file.Data = chat.KindImage, []byte(`{"name":"cup.jpg","size":2048,"url":"/x"}`)
		quote := said(6, mingyue, 2*time.Minute, "好")
		quote.Data = []byte(`{"quote":{"seq":2,"excerpt":"可以换"}}`)
		log := []chat.Message{
			said(1, mingyue, 25*time.Hour, "杯口裂了\n能换吗"), said(2, lin, 9*time.Minute, "可以换"), file,
			noticed(4, 5*time.Minute, chat.Notice{Name: "recalled", By: chat.KindAgent, Agent: "林晓"}), noticed(5, 4*time.Minute, chat.Notice{Name: "recalled", By: chat.KindAgent, Agent: "林晓", Seq: 4}), quote,
		}
		got := write(zh, log...)
		for _, want := range []string{"您：杯口裂了\n         能换吗\n", lin.Name + "：可以换\n", "[文件] cup.jpg，2 KB\n", "· 林晓撤回了一条消息\n", "「可以换」\n         好\n", "时区 "} {
			if strings.Count(got, want) != 1 {
				t.Errorf("%q stands there %d times", want, strings.Count(got, want))
			}
		}
		if n := strings.Count(got, "\n\n20"); n != 2 {
			t.Errorf("it has %d days\n%s", n, got)
		}
		if got = write(en, log...); !strings.Contains(got, "You: 杯口裂了") || !strings.Contains(got, "[file] cup.jpg, 2 KB") {
			t.Errorf("in English it is\n%s", got)
		}
	})
	t.Run("nothing anybody typed begins a line", func(t *testing.T) {
		t.Parallel()
		for _, words := range append([]string{"=1+1\n=2+2\r\n@x\r+1", "-1\u2028=1", "\t=1\v=2\u0085=3"}, hostile...) {
			by := lin
			by.Name = words
			got := write(en, said(1, mingyue, time.Minute, words), said(2, by, time.Minute, words), noticed(3, time.Minute, chat.Notice{Name: "joined", Agent: words}))
			for i, l := range strings.FieldsFunc(got, func(r rune) bool { return strings.ContainsRune("\n\r\v\f\u0085\u2028\u2029", r) }) {
				if i > 1 && !strings.HasPrefix(l, "  ") {
					t.Errorf("%q is a line of %q", l, words)
				}
			}
			if strings.ContainsAny(got, "\t\r\u202e") {
				t.Errorf("%q keeps its controls: %q", words, got)
			}
		}
	})
}
