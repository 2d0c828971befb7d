package sql

import (
	"context"
	"sync"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

// However many read, or wait to, who writes is not kept waiting.
func TestStore_Append_besideReaders(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	k := begin(t, s)
	p, err := s.line("shop")
	if err != nil {
		t.Fatal(err)
	}
	var readers, in sync.WaitGroup
	stay := make(chan struct{})
	in.Add(inFlight)
	for range inFlight {
		readers.Go(func() {
			_ = p.call(context.Background(), func(context.Context, *pool) error { in.Done(); <-stay; return nil })
		})
	}
	in.Wait()
	done, err := s.Append(t.Context(), "shop", []chat.Draft{k.draft(k.visitor, "在吗")})
	close(stay)
	readers.Wait()
	if err != nil || done[0].Err != nil {
		t.Fatalf("got %v, %v", done, err)
	}
}
