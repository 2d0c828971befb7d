package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// loadCommand is a run: who is there, what they do, for how long.
type loadCommand struct {
	URL      []string `name:"url" default:"http://127.0.0.1:8080" help:"A node's address; several are used in turn."`
	Line     []string `default:"demo" help:"The business lines, in turn."`
	Visitors int      `default:"100" help:"Conversations whose visitor writes."`
	Idle     int      `help:"Visitors who only watch."`
	Screens  int      `default:"1" help:"Streams each visitor has open."`
	Key      string   `env:"SUPPORT_KEY" help:"An API key: an agent who watches her inbox and answers."`
	Agents   int      `help:"Agents' streams; each shows every conversation."`
	Reply    float64  `default:"0.2" help:"The share of messages that are an agent's, with a key."`

	Rate     float64       `default:"100" help:"Messages a second in all; 0 for as many as are accepted."`
	Senders  int           `default:"128" help:"Messages under way at once, at most."`
	Duration time.Duration `default:"30s" help:"How long messages are sent."`
	Messages int64         `help:"Ends the sending after as many messages; 0 for none."`
	Repeat   float64       `default:"0.02" help:"The share of messages that are sent twice at once."`
	Ramp     int           `default:"1500" help:"Streams opened a second; a node lets 2,000 in."`
	Settle   time.Duration `default:"30s" help:"How long to wait at the end while nothing more comes."`
	Wire     string        `default:"full" enum:"full,compact" help:"The form of the events."`
	Gzip     bool          `help:"Ask for gzip on streams."`
	Seed     uint64        `default:"1" help:"Decides who writes what."`

	Procs   int      `default:"1" help:"Processes; one has room for some 19,000 streams."`
	Sources int      `help:"How many loopback addresses each process' streams leave from; 0 for the system's choice."`
	Ops     []string `help:"A node's operator address, such as http://127.0.0.1:9090: its memory is read there."`
	JSON    string   `name:"json" help:"A file for all the figures." type:"path"`

	Part int `hidden:"" default:"-1"`
}

// errBroken says that the checker found something; it was printed.
var errBroken = errors.New("a rule was broken")

// Run runs the load and prints what came of it.
func (c loadCommand) Run(ctx context.Context, out io.Writer) error {
	switch {
	case c.Visitors < 0 || c.Idle < 0 || c.Screens < 1 || c.Procs < 1 || c.Senders < 1 || c.Ramp < 1 || c.Rate < 0 || c.Visitors+c.Idle < 1:
		return usageError{errors.New("there is nobody there, or a number makes no sense")}
	case c.Agents > 0 && c.Key == "":
		return usageError{errors.New("agents need an API key: unique-support apikey create")}
	case c.Part >= 0:
		return c.work(ctx, os.Stdin, out)
	}
	c.lighten(ctx)
	before := c.weigh(ctx)
	r, held, sent, err := c.conduct(ctx, os.Stderr)
	if err != nil {
		return err
	}
	rep := c.report(r, before, held, sent)
	rep.print(out)
	if c.JSON != "" {
		b, err := json.MarshalIndent(rep, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.JSON, append(b, '\n'), 0o644); err != nil {
			return err
		}
	}
	switch {
	case r.broken():
		return errBroken
	case c.Visitors > 0 && r.Accepted == 0:
		return errors.New("nothing was accepted: nothing was shown")
	}
	return nil
}

// work is one process's part: it opens its streams, says "ready", waits for a line, sends, checks and prints its result.
func (c loadCommand) work(ctx context.Context, in io.Reader, out io.Writer) error {
	l := &load{loadCommand: c, part: c.Part}
	began := time.Now()
	if err := l.enter(ctx); err != nil {
		return err
	}
	connected := time.Since(began)
	say := json.NewEncoder(out)
	_ = say.Encode(word{Ready: true})
	var line [1]byte
	if _, err := in.Read(line[:]); err != nil {
		return err
	}
	talking, end := context.WithCancel(ctx)
	var telling sync.WaitGroup
	sent := make(chan struct{})
	telling.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for over := sent; ; {
			w := word{}
			select {
			case <-talking.Done():
				return
			case <-over:
				w.Sent, over = true, nil
			case <-tick.C:
			}
			w.Open, w.Accepted = l.open.Load(), l.accepted.Load()
			_ = say.Encode(w)
		}
	})
	stop := func() { end(); telling.Wait() } // one word at a time
	defer stop()
	began, used := time.Now(), processor()
	l.send(ctx)
	sending, cost := time.Since(began), processor()-used
	close(sent)
	l.settle(ctx)
	stop()
	streams := l.open.Load()
	r := l.result()
	r.Streams, r.Sending, r.CPU, r.Connected = streams, sending, cost, connected
	err := l.check(ctx, r)
	l.close()
	if err != nil {
		return err
	}
	if err := say.Encode(word{Result: r}); err != nil {
		return fmt.Errorf("tell the result: %w", err)
	}
	return nil
}
