package desk

import (
	"encoding/json"
	"sync"

	"github.com/taadis/unique-support/core/chat"
)

// stands remembers how far conversations of a line were when this node's streams were last told where they stand. What
// moves a conversation is written in one order and told by many: whoever wrote "waiting" may come to tell it after somebody
// else has told "open". A state that is older than the one told is not told any more, so that nobody sees it last.
type stands struct {
	mu   sync.Mutex
	seqs map[chat.ID]int64
}

// tell calls publish unless the event tells of an older state. It holds its lock meanwhile, for otherwise the older one could
// still be published last; publish must not wait.
func (s *stands) tell(e chat.Event, publish func(chat.Event)) {
	var c struct {
		LastSeq int64 `json:"last_seq"`
	}
	if json.Unmarshal(e.Data, &c) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.LastSeq < s.seqs[e.Conversation] {
		return
	}
	if s.seqs == nil {
		s.seqs = map[chat.ID]int64{}
	}
	for old := range s.seqs {
		if len(s.seqs) < tells {
			break
		}
		delete(s.seqs, old) // any: an older state of it may be told once more
	}
	s.seqs[e.Conversation] = c.LastSeq
	publish(e)
}

// forget makes every state news again.
func (s *stands) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seqs = nil
}
