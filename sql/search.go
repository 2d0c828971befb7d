package sql

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// searchFresh is how many of the newest texts are read first, with or without grams: a common word has been found enough by
	// then, and would be slow to find by its grams, of which there are too many to sort.
	searchFresh = 20_000
	// searchMost is how many texts that may hold the words one round looks at, searchRounds how many rounds a page takes at most:
	// where a filter leaves out nearly all of them, the next page goes on.
	searchMost, searchRounds = 1_000, 4
	// highestID is behind every id that begins with a time.
	highestID chat.ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"
)

// searchArgs are what the statements of a search ask for.
type searchArgs struct {
	listArgs
	Grams    string         `db:"grams"`
	Patterns pq.StringArray `db:"patterns"`
	Before   chat.ID        `db:"before"`
	Most     int            `db:"most"`
	Fresh    int            `db:"fresh"`
	Messages pq.StringArray `db:"messages"`
	Notes    pq.StringArray `db:"notes"`
	Visitors pq.StringArray `db:"visitors"`
}

// hitRow is a conversation with what was found in it.
type hitRow struct {
	row
	HitAt    time.Time `db:"hit_at"`
	HitSeq   int64     `db:"hit_seq"`
	HitNote  int64     `db:"hit_note"`
	HitBy    chat.Kind `db:"hit_by"`
	HitName  string    `db:"hit_name"`
	HitWords string    `db:"hit_words"`
}

// found is what a line answered: nothing later than floor is missing in it, and nothing at all where that is zero.
type found struct {
	conversations []chat.Conversation
	floor         time.Time
}

// search returns a page of the conversations that hold the words, the newest hit first: the lines are asked at once.
func (s *Store) search(ctx context.Context, q chat.InboxQuery, list listArgs, fresh int) (chat.InboxPage, error) {
	page := chat.InboxPage{Conversations: []chat.Conversation{}}
	terms := chat.Terms(q.Q)
	args := searchArgs{
		listArgs: list,
		Grams:    array(grams(strings.Join(terms, " "), true)), Before: highestID, Most: searchMost, Fresh: fresh,
	}
	for _, t := range terms {
		args.Patterns = append(args.Patterns, pattern(t))
	}
	if args.At = "infinity"; q.Cursor != "" {
		var at time.Time
		var err error
		if args.At, args.ID, err = parseCursor(q.Cursor); err != nil {
			return page, err
		}
		if at, err = time.Parse(time.RFC3339Nano, args.At); err != nil {
			return page, err
		}
		args.Before = idAt(at.Add(time.Millisecond)) // the same moment again: the rest is left out by its conversation
	}
	var floor time.Time
	for a := range ask(ctx, s, q.Lines, func(ctx context.Context, p *pool) (f found, err error) {
		return f, p.tx(ctx, func(t *tx) error {
			f, err = find(t, args, terms)
			return err
		})
	}) {
		if err := missing(&page, a.line, a.err); err != nil {
			return chat.InboxPage{}, err
		}
		for _, c := range a.value.conversations {
			c.Line = a.line
			page.Conversations = append(page.Conversations, c)
		}
		if a.value.floor.After(floor) {
			floor = a.value.floor
		}
	}
	slices.Sort(page.Unavailable)
	page.Conversations = slices.DeleteFunc(page.Conversations, func(c chat.Conversation) bool { return c.Hit.At.Before(floor) })
	slices.SortFunc(page.Conversations, func(a, b chat.Conversation) int {
		return cmp.Or(b.Hit.At.Compare(a.Hit.At.Time), strings.Compare(string(a.ID), string(b.ID)))
	})
	if len(page.Conversations) > q.Limit {
		page.Conversations = page.Conversations[:q.Limit]
		last := page.Conversations[q.Limit-1]
		page.Cursor = cursor(last.Hit.At.Time, last.ID)
	} else if !floor.IsZero() {
		page.Cursor = cursor(floor, lowestID)
	}
	return page, nil
}

// find looks in one line.
func find(t *tx, args searchArgs, terms []string) (f found, err error) {
	var custom string
	if err := t.get(&custom, "Search_Custom"); err != nil {
		return f, err
	}
	if err := t.selectAll(&args.Visitors, "Search_Visitors", args); err != nil {
		return f, err
	}
	begin := args.Before
	if _, err := f.round(t, "Search_Fresh", &args, terms); err != nil || args.Grams == "{}" {
		return f, err
	}
	if reached, err := timeOf(args.Before); args.Before != begin && (err != nil || f.since(reached) >= args.Size) {
		f.floor = reached
		return f, err
	}
	args.Before = begin
	for range searchRounds {
		more, err := f.round(t, "Search_Texts", &args, terms)
		if err != nil || !more || f.since(f.floor) >= args.Size {
			return f, err
		}
	}
	return f, nil
}

// since counts what was found in texts of that moment and later, and visitors who wrote since.
func (f *found) since(t time.Time) (n int) {
	for _, c := range f.conversations {
		if !c.Hit.At.Before(t) {
			n++
		}
	}
	return n
}

// round looks at the next texts that a statement finds, and reports whether there are more.
func (f *found) round(t *tx, name string, args *searchArgs, terms []string) (more bool, err error) {
	var texts []struct {
		ID   chat.ID `db:"id"`
		Note bool    `db:"note"`
	}
	if err := t.selectAll(&texts, name, args); err != nil {
		return false, err
	}
	for _, x := range texts {
		if args.Before = x.ID; x.Note {
			args.Notes = append(args.Notes, string(x.ID))
		} else {
			args.Messages = append(args.Messages, string(x.ID))
		}
	}
	var rows []hitRow
	if err := t.selectAll(&rows, "Search_Hits", args); err != nil {
		return false, err
	}
	f.conversations, f.floor = f.conversations[:0], time.Time{}
	for i := range rows {
		f.conversations = append(f.conversations, rows[i].conversation(terms))
	}
	if len(texts) == args.Most {
		f.floor, err = timeOf(args.Before)
	}
	return len(texts) == args.Most, err
}

func (r *hitRow) conversation(terms []string) chat.Conversation {
	c := r.row.conversation("")
	c.Hit = &chat.Hit{Seq: r.HitSeq, Note: r.HitNote, By: r.HitBy, Name: r.HitName, At: at(r.HitAt), Excerpt: chat.Excerpt(r.HitWords, terms)}
	return c
}

// idAt is before every id of that moment, and behind all earlier ones.
func idAt(t time.Time) chat.ID {
	h := fmt.Sprintf("%012x", max(0, t.UnixMilli()))
	return chat.ID(h[:8] + "-" + h[8:] + "-0000-0000-000000000000")
}

// timeOf is the moment an id was made at.
func timeOf(id chat.ID) (time.Time, error) {
	ms, err := strconv.ParseInt(string(id[:8]+id[9:13]), 16, 64)
	return time.UnixMilli(ms).UTC(), err
}
