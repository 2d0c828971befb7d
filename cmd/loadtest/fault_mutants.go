package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// overlaid writes changed copies of source files, and the file that makes `go build -overlay` take them for the real ones.
func overlaid(dir, root string, changed map[string]string) (string, error) {
	replace := map[string]string{}
	for file, text := range changed {
		copied := filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(copied, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(root, file)] = copied
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

// edit is one change of a source file: a text that stands in it exactly once, and what stands there instead.
type edit struct{ file, old, new string }

// mutate returns the changed files. A text that is not found, or found twice, is an error: the program has changed, and the
// mutant has to follow it.
func mutate(root string, edits []edit) (map[string]string, error) {
	changed := map[string]string{}
	for _, e := range edits {
		text, ok := changed[e.file]
		if !ok {
			b, err := os.ReadFile(filepath.Join(root, e.file))
			if err != nil {
				return nil, err
			}
			text = string(b)
		}
		if n := strings.Count(text, e.old); n != 1 {
			return nil, fmt.Errorf("%s has %d times %q, not once: the mutant has to be written anew", e.file, n, e.old)
		}
		changed[e.file] = strings.Replace(text, e.old, e.new, 1)
	}
	return changed, nil
}

// mutant is a server with a fault of its own, which the checker has to find.
type mutant struct {
	name string
	// found is the check that must complain.
	found string
	edits []edit
	// short says that the short test tries it too.
	short bool
}

// mutants are the faults that the checker is tried on, one at least for each of C1 to C5 and C7. (C6 cannot be broken by a
// server that answers one message before it gets the next; its check has a test.) Those that go by chance take messages whose
// id ends with these digits.
func mutants(digits string) []mutant {
	cut := 36 - len(digits)
	chosen := func(id string) string { return fmt.Sprintf("%s != \"\" && %s[%d:] == %q", id, id, cut, digits) }
	const add = "\t\tdone[i].Message = b.add(r, d)\n"
	return []mutant{
		{name: "a message is accepted and not written", found: "C1", short: true, edits: []edit{{"sql/append.go", add, "\t\tif " + chosen("d.ClientID") + ` {
			done[i].Message = chat.Message{ID: chat.NewID(b.now), Conversation: r.ID, Seq: r.LastSeq + 1, ClientID: d.ClientID, Author: d.Author, Kind: d.Kind, Text: d.Text, Created: at(b.now)}
			continue
		}
` + add}}},
		{name: "a message is written twice", found: "C5", edits: []edit{{"sql/append.go", add, add + "\t\tif " + chosen("d.ClientID") + ` {
			d.ClientID = chat.NewID(b.now)
			b.add(r, d)
		}
`}}},
		{name: "the sender is told another number", found: "C1", edits: []edit{{"core/desk/deliver.go", "\t\tbatch[i].Result = w\n", "\t\tbatch[i].Result = w\n\t\tif " + chosen("batch[i].Draft.ClientID") + ` {
			batch[i].Result.Message.Seq++
		}
`}}},
		{name: "a number is left out", found: "C2", edits: []edit{{"sql/batch.go", "\tr.LastSeq++\n", "\tr.LastSeq++\n\tif " + chosen("d.ClientID") + ` {
		r.LastSeq++
	}
`}}},
		{name: "a message is shown again as the next one", found: "C3", short: true, edits: []edit{{"core/desk/deliver.go", "\td.announce(messageEvent(l.name, w.Message))\n", `	d.announce(messageEvent(l.name, w.Message))
	if again := w.Message; ` + chosen("again.ClientID") + ` {
		again.Seq++
		d.push.Publish(messageEvent(l.name, again))
	}
`}}},
		{name: "a node overlooks what others wrote, and nothing compares", found: "C3", edits: []edit{
			{"sql/tail.go", "if t.wants == nil || t.wants(p.Conversation, p.Seq) {", "if p.Pos%4 != 0 && (t.wants == nil || t.wants(p.Conversation, p.Seq)) {"},
			{"core/desk/check.go", "d.push.Behind(l.name, id, head)", "_, _ = id, head"},
			{"core/desk/check.go", "d.push.Publish(chat.Event{Kind: chat.EventHeads, Line: l.name, To: chat.ToAgents, Data: encode(heads)})", "_, _ = heads, chat.EventHeads"},
		}},
		{name: "a refused message is written", found: "C4", edits: []edit{{"core/desk/send.go", "\tif err := draft.Check(); err != nil {\n", `	if err := draft.Check(); err != nil {
		if draft.Text = "refused"; draft.Check() == nil {
			_, _, _ = d.Send(ctx, draft)
		}
`}}},
		{name: "a mark goes back", found: "C7", edits: []edit{
			{"sql/inbox.go", "max(r.VisitorRead, read), max(r.VisitorDelivered, delivered)", "read, delivered"},
			{"sql/inbox.go", "r.AgentRead = max(r.AgentRead, read)", "r.AgentRead = read"},
		}},
	}
}

// blind is a server whose nodes tell each other nothing: only the position check is left.
func blind() mutant {
	return mutant{name: "nodes hear nothing of each other", edits: []edit{
		{"sql/tail.go", "if t.wants == nil || t.wants(p.Conversation, p.Seq) {", "if false {"},
	}}
}

// build builds the mutated server.
func (m mutant) build(ctx context.Context, dir string) (string, error) {
	root, err := root(ctx)
	if err != nil {
		return "", err
	}
	changed, err := mutate(root, m.edits)
	if err != nil {
		return "", fmt.Errorf("%s: %w", m.name, err)
	}
	return build(ctx, dir, "mutant", changed)
}

// caught runs a mutant on the rig's databases and returns what the check that must find it says; "" when it says nothing.
func (t *trial) caught(ctx context.Context, m mutant, binary string, messages int) (string, error) {
	if err := t.rig.swap(ctx, binary); err != nil {
		return "", err
	}
	c, err := newCrew(ctx, t.rig, crewOptions{Line: "a", Talks: 40, Rate: 500, Limit: int64(messages), Seed: t.random.Uint64(), Patience: 10 * time.Second})
	if err != nil {
		return "", err
	}
	defer c.close()
	for !c.full() {
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return "", fmt.Errorf("%d of %d accepted: %w", c.accepted.Load(), messages, err)
		}
	}
	if err := c.stop(ctx); err != nil {
		return "", err
	}
	heads, err := t.rig.bases["a"].heads(ctx, "a")
	if err != nil {
		return "", err
	}
	if err := c.settle(ctx, heads); err != nil {
		return "", err
	}
	wrong, err := c.check(ctx, t.rig.bases["a"])
	for _, w := range wrong {
		if strings.HasPrefix(w, m.found) {
			return w, err
		}
	}
	return "", err
}

// mutants runs every mutant, prints a line for each, and counts those that were not caught as failures.
func (f faultsCommand) mutants(ctx context.Context, out io.Writer, dir string, log io.Writer, sum *summing) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Minute)
	defer cancel()
	t := &trial{random: seeded(f.Seed, 1000)}
	if t.rig, err = newRig(ctx, rigOptions{Nodes: 2, Log: log, Binary: filepath.Join(dir, "unique-support")}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.rig.close()) }()
	for _, m := range mutants("77") {
		says, binary := "", ""
		if binary, err = m.build(ctx, dir); err == nil {
			says, err = t.caught(ctx, m, binary, 4000)
		}
		one := &trial{figures: []string{says}}
		one.must(says != "", "%s did not find it", m.found)
		sum.add(one.print(out, "M", m.name, err))
	}
	return nil
}
