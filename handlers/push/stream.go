package push

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/taadis/unique-support/core/chat"
)

// Page is how many messages a Pull returns at most; fewer mean that there are no more.
const Page = 500

// Stream says what a reader watches: one conversation as its visitor sees it, or everything an agent may see.
type Stream struct {
	// Line is the conversation's line; "" on an agent's stream.
	Line string
	// Lines are the agent's lines.
	Lines []string
	// Conversation is the one to watch; "" for an agent's stream.
	Conversation chat.ID
	// Agent is whose stream it is; Cut ends it.
	Agent chat.ID
	// Visitor is whose stream of a conversation it is, empty for an agent's; CutVisitor ends it.
	Visitor chat.ID
	// Epoch names the history that the conversation's numbers belong to.
	Epoch string
	// After is the number of the last message the client has. See ParseEventID.
	After int64
	// Log is where a conversation's messages are. Needed on a conversation's stream; one value serves all of them.
	Log Log
	// Read is how far each side had read when the stream began; receipts that pass by move it. Heartbeats say it.
	Read chat.Marks
	// Heads returns the last numbers of the conversations in an agent's lists: the first event of her stream.
	Heads func(ctx context.Context) (map[chat.ID]int64, error)
	// Allow says whether an event may be shown; nil allows all. It is called by several goroutines and must not wait.
	Allow func(e chat.Event) bool
	// Foreign is whether the client spoke of another epoch: then it is told to reset, and After counts as 0.
	Foreign bool
	// Compact and Gzip are the form its events have; see Negotiate.
	Compact, Gzip bool
	// sum is of what was written, gzipped; whoever writes has it alone.
	sum sum
	// Until ends the stream when it ends, for instance because a permission was lost; it may be nil. Nothing waits on it.
	Until context.Context
	// Closed is called once, when the stream is over or was refused; it may be nil. Serve may have returned long before.
	Closed func()
}

// Log is where messages are kept. Its values can be compared.
type Log interface {
	// Pull returns a conversation's messages after a number, ascending, at most Page.
	Pull(ctx context.Context, line string, conversation chat.ID, after int64) ([]chat.Message, error)
}

// opening is what a stream begins with: something, so that it leaves at once, and the pause before a client comes back. A
// client whose numbers belong to another epoch is told so.
func (s *Stream) opening() []byte {
	b := fmt.Appendf(nil, ": welcome\nretry: %d\n\n", 1000+rand.N(2000))
	if s.Foreign && s.Conversation != "" {
		b = s.appendEvent(b, chat.EventReset, encode(map[string]string{"epoch": s.Epoch}))
	}
	if s.Gzip {
		first, p := gzipOpening()
		s.sum.add(p)
		return append(first, s.seal(b)...)
	}
	return b
}

// closed says that the stream is over.
func (s *Stream) closed() {
	if s.Closed != nil {
		s.Closed()
	}
}

// ParseEventID reads where a client stands: the header Last-Event-ID ("<epoch>.<seq>") and the parameter after, which may be a
// bare number. What cannot be read counts as 0, the larger number wins. Foreign tells that the client's numbers belong to another
// epoch and mean nothing here.
func ParseEventID(lastEventID, after, epoch string) (seq int64, foreign bool) {
	own := false
	for _, s := range []string{lastEventID, after} {
		e, digits, dotted := cutLast(s)
		n, err := strconv.ParseInt(digits, 10, 64)
		switch {
		case err != nil || n < 0:
		case dotted && e != epoch:
			foreign = true
		default:
			own = own || dotted
			seq = max(seq, n)
		}
	}
	if foreign && !own {
		return 0, true
	}
	return seq, false
}

// cutLast splits "<epoch>.<seq>" at the last dot; without a dot all of it is the number.
func cutLast(s string) (epoch, seq string, dotted bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}
