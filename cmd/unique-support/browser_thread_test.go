package main

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/chat/sample"
)

// measures asks for figures, which nothing asserts: see docs/performance.md.
var measures = flag.Bool("measure", false, "measure frames and the time to a sent message's bubble on a processor slowed to a quarter, and print them")

// long is how many messages a long thread has.
const long = 10_000

// scrolling goes one screen up or down at a time, for as long as it may within one question, and looks at the rows after every frame.
const scrolling = `await (async () => {
	const box = page.querySelector(".thread"), log = page.querySelector("[data-log]"), seen = { most: 0, torn: "", first: 0, last: 0, frames: [] };
	let before = performance.now();
	for (const end = before + 4000; performance.now() < end; ) {
		box.scrollTop += %d * box.clientHeight;
		await new Promise(requestAnimationFrame);
		const now = performance.now();
		seen.frames.push(now - before);
		before = now;
		const rows = [...log.querySelectorAll("li[data-seq]")].map((li) => Number(li.dataset.seq));
		seen.most = Math.max(seen.most, log.childElementCount);
		rows.forEach((seq, i) => { if (i > 0 && seq !== rows[i - 1] + 1) seen.torn += rows[i - 1] + " " + seq + "; "; });
		[seen.first, seen.last] = [rows[0], rows.at(-1)];
		if (%s) break;
	}
	return seen;
})()`

// scrolled is what scrolling saw.
type scrolled struct {
	Most, First, Last int
	Torn              string
	Frames            []float64
}

// scrolls goes on until the reader is where she wants to be.
func (s *screen) scrolls(screens int, until string) (frames []float64) {
	s.t.Helper()
	for range 60 {
		seen, err := ask[scrolled](s, fmt.Sprintf(scrolling, screens, until))
		if err != nil {
			s.t.Fatal(err)
		}
		frames = append(frames, seen.Frames...)
		if seen.Most > 300 || seen.Torn != "" {
			s.t.Errorf("%s: %d rows at once, torn at %q", s.who, seen.Most, seen.Torn)
		}
		if done, err := ask[bool](s, fmt.Sprintf(`(() => { const seen = { first: %d, last: %d }, box = page.querySelector(".thread"); return %s; })()`, seen.First, seen.Last, until)); err == nil && done {
			return frames
		}
	}
	s.t.Fatalf("%s does not get to %s", s.who, until)
	return nil
}

// A thread of ten thousand messages is a few screens of rows wherever one reads it; it opens with the last thirty.
func TestThread_Long(t *testing.T) {
	t.Parallel()
	p := startProgram(t, "SUPPORT_LIMITS=off")
	key := p.tells("apikey", "create", "--user", sample.Agents()[0].Email, "--name", "test")
	s := &talk{T: t, desk: p, visitor: sits(t, startBrowser(t), "the visitor", 390, 844, true)}
	v := s.visitor
	v.goes(p.url + "/c/demo")
	s.visitorSays("第 1 句")
	v.sees("her words, accepted", `page.body.dataset.conversation && !all(".message--sending").length`)
	var err error
	if s.id, err = ask[string](v, "page.body.dataset.conversation"); err != nil {
		t.Fatal(err)
	}
	v.goes("about:blank")
	s.says(key, long)
	v.goes(p.url + "/c/demo")
	v.sees("the last of them", `Number(all("[data-log] li[data-seq]").at(-1)?.dataset.seq) >= `+strconv.Itoa(long))
	if n, err := ask[int](v, `page.querySelectorAll("[data-log] li[data-seq]").length`); err != nil || n != 30 {
		t.Errorf("it opens with %d rows (%v)", n, err)
	}
	v.sees("the page at work", `all("[data-attach]").length === 1`)
	if *measures {
		v.must("slow the processor down", call(emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4}))
		v.echoes()
	}
	up := v.scrolls(-1, `seen.first === 1`)
	// Not what it shows: Chromium draws no text of rows that are far above.
	v.sees("how it began", `page.querySelector('[data-log] .message--own [data-slot="text"]').textContent.trim() === "第 1 句" && !all("[data-earlier]").length`)
	down := v.scrolls(1, `box.scrollTop === 0 && seen.last >= `+strconv.Itoa(long))
	if *measures {
		fmt.Printf("scrolling up:   %s\nscrolling down: %s\n", pace(up), pace(down))
		v.must("give the processor back", call(emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 1}))
	}

	v.scrolls(-1, `seen.last < `+strconv.Itoa(long-100))
	where := `(() => { const top = page.querySelector(".thread").getBoundingClientRect().top; const li = all("[data-log] li[data-seq]").find((li) => li.getBoundingClientRect().bottom > top + 100); return [Number(li.dataset.seq), Math.round(li.getBoundingClientRect().top)]; })()`
	stood, err := ask[[]int](v, where)
	if err != nil {
		t.Fatal(err)
	}
	want(t, 201, "POST", p.url+"/api/v1/conversations/"+s.id+"/messages", key, words(chat.NewID(time.Now()), "还在吗"))
	v.sees("that something was said below", `text("[data-jump]").includes("1")`)
	if stands, err := ask[[]int](v, where); err != nil || !slices.Equal(stood, stands) {
		t.Errorf("what she read moved from %v to %v (%v)", stood, stands, err)
	}
	s.visitorSays("我读到一半")
	v.sees("the newest messages again, hers among them", `texts(".message .bubble").slice(-2).join() === "还在吗,我读到一半" && !all("[data-jump]").length`)
	v.wellBehaved(p)
}

// says has the agent say a great deal.
func (s *talk) says(key string, n int) {
	s.Helper()
	var crew sync.WaitGroup
	next := make(chan int)
	for range 32 {
		crew.Go(func() {
			for i := range next {
				text := fmt.Sprintf("第 %d 句", i)
				if i%7 == 0 {
					text = strings.Repeat(text+"，说得长一点。", 4)
				}
				a, err := request(s.Context(), "POST", s.desk.url+"/api/v1/conversations/"+s.id+"/messages", key, words(chat.NewID(time.Now()), text))
				if err != nil || a.status != 201 {
					s.Errorf("message %d: %d (%v)", i, a.status, err)
				}
			}
		})
	}
	for i := 2; i <= n; i++ {
		next <- i
	}
	close(next)
	crew.Wait()
}

// echoes measures from the finger on "send" to the frame that shows the bubble.
func (s *screen) echoes() {
	s.t.Helper()
	s.does(`window.echoes = []; let tapped = 0;
		document.addEventListener("pointerup", (event) => { if (event.target.closest(".send")) tapped = event.timeStamp; }, true);
		new MutationObserver(() => { if (!tapped) return; const from = tapped; tapped = 0; requestAnimationFrame(() => setTimeout(() => window.echoes.push(performance.now() - from))); }).observe(document.querySelector("[data-log]"), { childList: true })`)
	for i := range 20 {
		s.writes("textarea[name=text]", fmt.Sprintf("快吗 %d", i))
		s.press("form[data-composer] .send")
		s.sees("the echo", fmt.Sprintf("window.echoes.length === %d", i+1))
	}
	took, err := ask[[]float64](s, "window.echoes")
	if err != nil {
		s.t.Fatal(err)
	}
	slices.Sort(took)
	fmt.Printf("tap to bubble:  median %.0f ms, most %.0f ms, of %d\n", took[len(took)/2], took[len(took)-1], len(took))
}

// pace sums up how long frames took, in milliseconds.
func pace(frames []float64) string {
	slices.Sort(frames)
	slow, sum := 0, 0.0
	for _, f := range frames {
		sum += f
		if f > 25 {
			slow++
		}
	}
	n := len(frames)
	return fmt.Sprintf("%d frames, %.1f a second, median %.1f ms, P99 %.1f ms, %.1f %% over 25 ms", n, float64(n)*1000/sum, frames[n/2], frames[n*99/100], float64(slow)*100/float64(n))
}
