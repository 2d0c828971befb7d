package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/chat/sample"
	"github.com/taadis/unique-support/handlers/agent"
	"github.com/taadis/unique-support/sql"
	"github.com/taadis/unique-support/static"
)

// weekSeed makes every demo's week the same.
const weekSeed = 20260718

// pictureSide is how wide and high the pictures of the demo shop are.
const pictureSide = 720

var errUsed = errors.New("there are conversations in this database: a week of sample conversations would be mixed with them")

// seedWeek is seed with two more lines, three more agents and a week of conversations behind them. It refuses a database in which
// anybody has written; one that has a week already it leaves as it is.
func seedWeek(ctx context.Context, c *config, db *database, p *agent.Passwords) error {
	lines := sample.Lines()
	for i := len(lines) - 1; i >= 0; i-- {
		used, err := db.Used(ctx, lines[i].Name)
		switch {
		case used && i == len(lines)-1: // the last that is written
			return nil
		case used:
			return errUsed
		case err != nil && chat.CodeOf(err) != chat.CodeNotFound:
			return err
		}
	}
	for _, l := range db.Lines() {
		if used, err := db.Used(ctx, l.Name); err != nil || used {
			return errors.Join(err, errUsed)
		}
	}
	if err := seed(ctx, db, p); err != nil {
		return err
	}
	for _, l := range lines[1:] {
		if err := db.PutLine(ctx, l); err != nil {
			return err
		}
		if err := joinOwners(ctx, db, l.Name); err != nil {
			return err
		}
	}
	agents, err := crew(ctx, db, p, lines)
	if err != nil {
		return err
	}
	blobs, err := c.blobs()
	if err != nil {
		return err
	}
	talks := sample.Week(time.Now().In(time.FixedZone("CST", 8*3600)), weekSeed, agents)
	for _, l := range lines {
		s, pictures := sampleOf(l.Name, talks)
		for name, body := range pictures {
			if err := blobs.Put(ctx, name, bytes.NewReader(body)); err != nil {
				return errors.Join(err, blobs.Close())
			}
		}
		if err := db.PutSample(ctx, l.Name, s); err != nil {
			return errors.Join(fmt.Errorf("seed the week of %s: %w", l.Name, err), blobs.Close())
		}
	}
	return blobs.Close()
}

// seed makes the demo that is asked for; where somebody has written, a week is left out.
func (c *config) seed(ctx context.Context, db *database, p *agent.Passwords) error {
	if c.DemoWeek {
		if err := seedWeek(ctx, c, db, p); !errors.Is(err, errUsed) {
			return err
		}
	}
	return seed(ctx, db, p)
}

// crew makes sure that all who answer in the demo are there, and work for its lines.
func crew(ctx context.Context, db *database, p *agent.Passwords, lines []chat.Line) ([]chat.Agent, error) {
	names := make([]string, len(lines))
	for i, l := range lines {
		names[i] = l.Name
	}
	agents := sample.Crew()
	for i := range agents {
		agents[i].Lines = names
		if _, err := create(ctx, db, p, agents[i], sample.Password); err != nil && chat.CodeOf(err) != chat.CodeConflict {
			return nil, fmt.Errorf("seed agents: %w", err)
		}
		kept, err := db.AgentByEmail(ctx, agents[i].Email)
		if err != nil {
			return nil, err
		}
		if agents[i] = kept; len(kept.Lines) == len(names) {
			continue
		}
		agents[i].Lines = names
		if err := put(ctx, db, agents[i], "member:change", map[string]string{"lines": strings.Join(names, " ")}); err != nil {
			return nil, err
		}
	}
	return agents, nil
}

// sampleOf is a line's part of the week, and the bytes of its pictures by the names they are kept under.
func sampleOf(line string, talks []sample.Talk) (s sql.Sample, pictures map[string][]byte) {
	s.Ratings, pictures = map[chat.ID]chat.Rating{}, map[string][]byte{}
	for _, k := range talks {
		if k.Line != line {
			continue
		}
		for i, m := range k.Messages {
			if m.Kind != chat.KindImage {
				continue
			}
			body := static.Demo(k.Picture)
			id := m.ID.Part(1)
			a := chat.Attachment{ID: id, Conversation: k.Conversation.ID, Author: m.Author.ID, Kind: chat.KindImage, Created: m.Created, Blob: line + "/" + string(id[:2]) + "/" + string(id),
				FileInfo: chat.FileInfo{Name: k.Picture, Type: "image/jpeg", Size: int64(len(body)), Width: pictureSide, Height: pictureSide}}
			k.Messages[i].Data = a.Data()
			s.Attachments = append(s.Attachments, a)
			pictures[a.Blob], pictures[a.Blob+".thumb"] = body, body
		}
		s.Visitors, s.Conversations = append(s.Visitors, k.Visitor), append(s.Conversations, k.Conversation)
		s.Messages, s.Notes = append(s.Messages, k.Messages...), append(s.Notes, k.Notes...)
		if k.Rating.Score > 0 {
			s.Ratings[k.Conversation.ID] = k.Rating
		}
	}
	return s, pictures
}
