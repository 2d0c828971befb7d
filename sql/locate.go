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
	// askWait bounds a question that is put to several lines at once, so that one that is slow costs little.
	askWait = 2 * time.Second
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
// answered when askWait or ctx is over are yielded as unavailable; what they say later is dropped.
func ask[T any](ctx context.Context, s *Store, lines []string, question func(context.Context, *pool) (T, error)) func(yield func(answer[T]) bool) {
	return func(yield func(answer[T]) bool) {
		ctx, cancel := context.WithTimeout(ctx, askWait)
		defer cancel()
		answers := make(chan answer[T], len(lines)) // room for all: nobody who answers late waits
		missing := map[string]bool{}
		for _, line := range lines {
			if missing[line] {
				continue
			}
			missing[line] = true
			go func() { // it ends by itself: a pool bounds its calls
				a := answer[T]{line: line}
				var p *pool
				if p, a.err = s.line(line); a.err == nil {
					a.value, a.err = question(ctx, p)
				}
				answers <- a
			}()
		}
		for len(missing) > 0 {
			select {
			case a := <-answers:
				delete(missing, a.line)
				if !yield(a) {
					return
				}
			case <-ctx.Done():
				for line := range missing {
					if !yield(answer[T]{line: line, err: unavailable(ctx.Err())}) {
						return
					}
				}
				return
			}
		}
	}
}
