package main

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// packed is a UUID in its sixteen bytes: of a million messages, four copies are kept.
type packed [16]byte

// pack reads a UUID; what is none, such as the empty id of what the desk itself writes, is zero.
func pack(text string) (p packed) {
	if b, err := hex.DecodeString(strings.ReplaceAll(text, "-", "")); err == nil && len(b) == len(p) {
		copy(p[:], b)
	}
	return p
}

// series are times taken.
type series []time.Duration

// at is the value below which so many per cent of them are; 0 for none.
func (s series) at(percent float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[min(len(sorted)-1, int(percent/100*float64(len(sorted))))]
}

// window is what happened since the last mark.
type window struct {
	Since time.Time
	// Accepted counts messages, Answers every answer by its status; 0 is none.
	Accepted int
	Answers  map[int]int
	// Accept is from the first try to the acceptance, Refused how long each 503 took, Screen from the first try to the other
	// side's screen, Back from losing a stream to having another.
	Accept, Refused, Screen, Back series
	// Dropped counts streams that ended unasked, Fetches how often a screen had to read the log, Repeats what came again and was
	// not shown.
	Dropped, Fetches, Repeats int
	// Slowest tells of the message that was accepted last after its first try: when each try ended, at which node.
	Slowest string
	longest time.Duration
}

// failed counts answers that were no acceptance.
func (w window) failed() (n int) {
	for status, m := range w.Answers {
		if status != 200 && status != 201 {
			n += m
		}
	}
	return n
}

// tally counts for a crew.
type tally struct {
	mu     sync.Mutex
	now    window
	wrongs []string
	// recent are the times of acceptance since the last mark.
	recent []time.Time
}

// wrongsMax is how many complaints are kept: one is enough to fail.
const wrongsMax = 20

func (t *tally) wrong(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.wrongs) < wrongsMax {
		t.wrongs = append(t.wrongs, fmt.Sprintf(format, args...))
	}
}

func (t *tally) answer(status int, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now.Answers == nil {
		t.now.Answers = map[int]int{}
	}
	t.now.Answers[status]++
	if status == 503 {
		t.now.Refused = append(t.now.Refused, took)
	}
}

func (t *tally) accept(took time.Duration, story fmt.Stringer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if took > t.now.longest {
		t.now.longest, t.now.Slowest = took, story.String()
	}
	t.now.Accepted++
	t.now.Accept = append(t.now.Accept, took)
	t.recent = append(t.recent, time.Now())
}

func (t *tally) screen(took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now.Screen = append(t.now.Screen, took)
}

func (t *tally) back(took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now.Back = append(t.now.Back, took)
}

func (t *tally) count(n *int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	*n++
}

func (t *tally) dropped() { t.count(&t.now.Dropped) }
func (t *tally) fetch()   { t.count(&t.now.Fetches) }
func (t *tally) repeat()  { t.count(&t.now.Repeats) }

// mark begins a window.
func (t *tally) mark() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now, t.recent = window{Since: time.Now()}, nil
}

// thin forgets the times of acceptance that nobody will ask for, and the older half of what was measured when that is very much: a
// run of a day has millions.
func (t *tally) thin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	const keep = 200_000
	t.recent = nil
	for _, s := range []*series{&t.now.Accept, &t.now.Refused, &t.now.Screen, &t.now.Back} {
		if len(*s) > keep {
			*s = slices.Clone((*s)[len(*s)-keep/2:])
		}
	}
}

// window returns what happened since the last mark.
func (t *tally) window() window {
	t.mu.Lock()
	defer t.mu.Unlock()
	w := t.now
	w.Answers = map[int]int{}
	for status, n := range t.now.Answers {
		w.Answers[status] = n
	}
	w.Accept, w.Refused, w.Screen, w.Back = slices.Clone(w.Accept), slices.Clone(w.Refused), slices.Clone(w.Screen), slices.Clone(w.Back)
	return w
}

// firstAfter is when the first message after the moment was accepted; zero when none was since.
func (t *tally) firstAfter(since time.Time) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := len(t.recent)
	for i > 0 && t.recent[i-1].After(since) {
		i--
	}
	if i == len(t.recent) {
		return time.Time{}
	}
	return t.recent[i]
}

// both adds the windows of several crews.
func both(crews map[string]*crew) window {
	sum := window{Answers: map[int]int{}}
	for _, c := range crews {
		w := c.window()
		sum.Accepted += w.Accepted
		for status, n := range w.Answers {
			sum.Answers[status] += n
		}
		sum.Accept, sum.Refused = append(sum.Accept, w.Accept...), append(sum.Refused, w.Refused...)
		sum.Screen, sum.Back = append(sum.Screen, w.Screen...), append(sum.Back, w.Back...)
		if w.longest > sum.longest {
			sum.longest, sum.Slowest = w.longest, w.Slowest
		}
		sum.Dropped, sum.Fetches, sum.Repeats = sum.Dropped+w.Dropped, sum.Fetches+w.Fetches, sum.Repeats+w.Repeats
	}
	return sum
}

func (s series) mean() time.Duration {
	if len(s) == 0 {
		return 0
	}
	var sum time.Duration
	for _, d := range s {
		sum += d
	}
	return sum / time.Duration(len(s))
}
