package sql

import (
	"context"
	"sync"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// locatedMax is how many conversations' lines are remembered.
	locatedMax = 100_000
	// askWait is how long a question may take that is put to several lines at once.
	askWait = 2 * time.Second
	// patience is how long whoever asked waits for a line's answer, impatience for that of one whose breaker is not closed: she
	// may be the one a second who tries.
	patience   = 900 * time.Millisecond
	impatience = 250 * time.Millisecond
	// reportPatience is patience for a question that adds up a quarter of a year.
	reportPatience = 2800 * time.Millisecond
)

// located remembers which line conversations belong to, which never changes.
type located struct {
	mu    sync.RWMutex
	lines map[chat.ID]string
}

func (l *located) get(id chat.ID) (line string, known bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	line, known = l.lines[id]
	return line, known
}

func (l *located) put(line string, ids ...chat.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lines == nil {
		l.lines = map[chat.ID]string{}
	}
	for _, id := range ids {
		for old := range l.lines {
			if len(l.lines) < locatedMax {
				break
			}
			delete(l.lines, old) // any: whoever is missed is asked for again
		}
		l.lines[id] = line
	}
}

// Locate says which line a conversation belongs to. It asks all lines at once; a line that is away matters only when no
// other knows the conversation.
func (s *Store) Locate(ctx context.Context, conversation chat.ID) (string, error) {
	id, err := chat.ParseID(string(conversation))
	if err != nil {
		return "", chat.NotFound()
	}
	if line, known := s.located.get(id); known {
		if _, err := s.Line(line); err == nil {
			return line, nil
		}
	}
	var away error
	for a := range ask(ctx, s, s.names(), func(ctx context.Context, p *pool) (known bool, err error) {
		return known, p.get(ctx, &known, "Conversation_Exists", id)
	}) {
		switch {
		case a.err != nil:
			away = a.err
		case a.value:
			s.located.put(a.line, id)
			return a.line, nil
		}
	}
	if away != nil {
		return "", away
	}
	return "", chat.NotFound()
}

func (s *Store) names() []string {
	lines := s.Lines()
	names := make([]string, len(lines))
	for i, l := range lines {
		names[i] = l.Name
	}
	return names
}

// answer is what one line said.
type answer[T any] struct {
	line  string
	value T
	err   error
}

// ask puts a question to lines at once and yields their answers as they come, each line's once. Lines that have not
// answered when patience, or impatience, or ctx is over are yielded as unavailable; what they say later is dropped.
func ask[T any](ctx context.Context, s *Store, lines []string, question func(context.Context, *pool) (T, error)) func(yield func(answer[T]) bool) {
	return askFor(ctx, s, lines, patience, question)
}

// askFor is ask with a patience of the question's own.
func askFor[T any](ctx context.Context, s *Store, lines []string, patience time.Duration, question func(context.Context, *pool) (T, error)) func(yield func(answer[T]) bool) {
	return func(yield func(answer[T]) bool) {
		// The question outlives the patience: a line that is slow is not unwell.
		asked, cancel := context.WithTimeout(ctx, max(askWait, patience))
		answers := make(chan answer[T], len(lines)) // room for all: nobody who answers late waits
		missing, unwell := map[string]bool{}, map[string]bool{}
		var asking sync.WaitGroup
		for _, line := range lines {
			if missing[line] {
				continue
			}
			missing[line] = true
			p, err := s.line(line)
			if err != nil {
				answers <- answer[T]{line: line, err: err}
				continue
			}
			unwell[line] = !p.guard.breaker.IsClosed()
			asking.Go(func() { // it ends by itself: a pool bounds its calls
				a := answer[T]{line: line}
				a.value, a.err = question(asked, p)
				answers <- a
			})
		}
		go func() {
			asking.Wait()
			cancel()
		}()
		soon, late := time.NewTimer(impatience), time.NewTimer(patience)
		defer soon.Stop()
		defer late.Stop()
		giveUp := func(which func(line string) bool, why error) bool {
			for line := range missing {
				if which(line) {
					delete(missing, line)
					if !yield(answer[T]{line: line, err: unavailable(why)}) {
						return false
					}
				}
			}
			return true
		}
		everyone := func(string) bool { return true }
		for len(missing) > 0 {
			goOn := true
			select {
			case a := <-answers:
				if missing[a.line] {
					delete(missing, a.line)
					goOn = yield(a)
				}
			case <-soon.C:
				goOn = giveUp(func(line string) bool { return unwell[line] }, context.DeadlineExceeded)
			case <-late.C:
				goOn = giveUp(everyone, context.DeadlineExceeded)
			case <-ctx.Done():
				goOn = giveUp(everyone, ctx.Err())
			}
			if !goOn {
				return
			}
		}
	}
}
