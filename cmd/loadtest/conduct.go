package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

// word is what a process tells its parent, one line of JSON each.
type word struct {
	Ready    bool  `json:"ready,omitempty"`
	Open     int64 `json:"open,omitempty"`
	Accepted int64 `json:"accepted,omitempty"`
	// Sent says that this process sends no more.
	Sent   bool    `json:"sent,omitempty"`
	Result *result `json:"result,omitempty"`
}

// worker is a process with its part of the run.
type worker struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	words chan word
	now   word
}

// hire starts a process with one part.
func (c loadCommand) hire(ctx context.Context, part int) (*worker, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	w := &worker{cmd: exec.CommandContext(ctx, self, append(append([]string{}, os.Args[1:]...), "--part", strconv.Itoa(part))...), words: make(chan word, 16)}
	w.cmd.Stderr = os.Stderr
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(w.words)
		lines := json.NewDecoder(bufio.NewReader(out))
		for {
			var s word
			if lines.Decode(&s) != nil {
				return
			}
			w.words <- s
		}
	}()
	return w, nil
}

// conduct has all parts connect, then write at the same time, and adds up what they say. held is what the nodes weigh while
// all streams are open and nobody has written yet, sent when everybody has.
func (c loadCommand) conduct(ctx context.Context, progress io.Writer) (sum *result, held, sent weight, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var workers []*worker
	defer func() {
		cancel()
		for _, w := range workers {
			_ = w.cmd.Wait()
		}
	}()
	for part := range c.Procs {
		w, err := c.hire(ctx, part)
		if err != nil {
			return nil, held, sent, err
		}
		workers = append(workers, w)
	}
	for part, w := range workers {
		if s, ok := <-w.words; !ok || !s.Ready {
			return nil, held, sent, fmt.Errorf("part %d could not begin", part)
		}
	}
	if len(c.Ops) > 0 {
		_ = pause(ctx, rest) // the garbage of connecting is collected, by the server's own clock
		held = c.weigh(ctx)
	}
	var results sync.Mutex
	sum = &result{}
	done, over := 0, 0
	var listening sync.WaitGroup
	for _, w := range workers {
		if _, err := w.in.Write([]byte("\n")); err != nil {
			return nil, held, sent, err
		}
		listening.Go(func() {
			for s := range w.words {
				results.Lock()
				if s.Sent {
					if over++; over == len(workers) && len(c.Ops) > 0 {
						sent = c.weigh(ctx)
					}
				}
				if w.now = s; s.Result != nil {
					sum.add(s.Result)
					done++
				}
				results.Unlock()
			}
		})
	}
	ended := make(chan struct{})
	go func() { listening.Wait(); close(ended) }()
	began, last := time.Now(), int64(0)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			fmt.Fprintln(progress)
			if done < len(workers) {
				return nil, held, sent, fmt.Errorf("%d of %d parts did not come to an end", len(workers)-done, len(workers))
			}
			return sum, held, sent, nil
		case <-tick.C:
			var open, accepted int64
			results.Lock()
			for _, w := range workers {
				open, accepted = open+w.now.Open, accepted+w.now.Accepted
			}
			results.Unlock()
			fmt.Fprintf(progress, "\r%5s  %d streams, %d accepted, %d/s   ", time.Since(began).Round(time.Second), open, accepted, max(0, accepted-last))
			last = accepted
		}
	}
}
