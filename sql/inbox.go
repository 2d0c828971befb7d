package sql

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

const (
	lowestID chat.ID = "00000000-0000-0000-0000-000000000000"
	// pageMax is how many rows one page has at most.
	pageMax = 200
)

// Inbox returns a page of an agent's list: one query per line, the lines asked at once, none of which reads a message.
// Without a Status, mine is what is open, all what is open or waits. With Q the page is of what is found in the list; see search.
func (s *Store) Inbox(ctx context.Context, q chat.InboxQuery) (chat.InboxPage, error) {
	q.Limit = min(max(q.Limit, 1), pageMax)
	page := chat.InboxPage{Conversations: []chat.Conversation{}}
	name, args := list(q)
	if len(args.Statuses) == 0 {
		return page, nil
	}
	if strings.TrimSpace(q.Q) != "" && q.View != chat.ViewMentions {
		return s.search(ctx, q, args, searchFresh)
	}
	var unseen map[chat.ID]int
	if q.View == chat.ViewMentions {
		var err error
		if args.Among, unseen, err = s.mentioned(ctx, q.Agent, q.Lines); err != nil {
			return page, err
		}
	}
	if q.Cursor != "" {
		var err error
		if args.At, args.ID, err = parseCursor(q.Cursor); err != nil {
			return page, err
		}
	}
	for a := range ask(ctx, s, q.Lines, func(ctx context.Context, p *pool) (rows []row, err error) {
		return rows, p.selectAll(ctx, &rows, name, args)
	}) {
		if err := missing(&page, a.line, a.err); err != nil {
			return chat.InboxPage{}, err
		}
		for i := range a.value {
			c := a.value[i].conversation(a.line)
			c.Mentions = unseen[c.ID]
			page.Conversations = append(page.Conversations, c)
		}
	}
	slices.Sort(page.Unavailable)
	queue := name == "Inbox_Queue"
	slices.SortFunc(page.Conversations, func(a, b chat.Conversation) int {
		c := b.Last.Compare(a.Last.Time)
		if queue {
			c = a.Waiting.Compare(b.Waiting.Time)
		}
		if c == 0 {
			c = strings.Compare(string(a.ID), string(b.ID))
		}
		return c
	})
	if len(page.Conversations) > q.Limit {
		page.Conversations = page.Conversations[:q.Limit]
		last := page.Conversations[q.Limit-1]
		page.Cursor = cursor(last.Last.Time, last.ID)
		if queue {
			page.Cursor = cursor(last.Waiting.Time, last.ID)
		}
	}
	return page, nil
}

// missing notes a line that could not answer; any other error is returned.
func missing(page *chat.InboxPage, line string, err error) error {
	switch chat.CodeOf(err) {
	case chat.CodeLineUnavailable, chat.CodeQueueFull, chat.CodeNotFound:
		page.Unavailable = append(page.Unavailable, line)
		return nil
	}
	return err
}

// listArgs are what the statements of lists ask for.
type listArgs struct {
	Agent    chat.ID        `db:"agent"`
	Statuses pq.StringArray `db:"statuses"`
	Mine     bool           `db:"mine"`
	At       string         `db:"at"`
	ID       chat.ID        `db:"id"`
	Only     *chat.ID       `db:"only"`
	Among    pq.StringArray `db:"among"`
	Label    string         `db:"label"`
	Holder   string         `db:"holder"`
	Unread   bool           `db:"unread"`
	Waited   int            `db:"waited"`
	Size     int            `db:"size"`
}

// list chooses a query's statement: each has the statuses it can read in its own words, for only so does Postgres find the
// index made for them. No Statuses means an empty list.
func list(q chat.InboxQuery) (name string, args listArgs) {
	args = listArgs{Agent: q.Agent, At: "infinity", ID: lowestID, Label: q.Label, Holder: q.Holder, Unread: q.Unread, Waited: q.Waited, Size: q.Limit + 1}
	if q.Conversation != "" {
		args.Only = &q.Conversation
	}
	if args.Agent == "" {
		args.Agent = lowestID
	}
	var has, unasked []chat.Status
	switch q.View {
	case chat.ViewMine:
		name, unasked = "Inbox_Mine", []chat.Status{chat.StatusOpen}
		has = []chat.Status{chat.StatusOpen, chat.StatusSnoozed}
	case chat.ViewAll:
		name, unasked = "Inbox_All", []chat.Status{chat.StatusOpen, chat.StatusWaiting}
		has = []chat.Status{chat.StatusOpen, chat.StatusWaiting, chat.StatusSnoozed}
	case chat.ViewQueue:
		name, unasked = "Inbox_Queue", []chat.Status{chat.StatusWaiting}
		has = unasked
		args.At = "-infinity"
	case chat.ViewSnoozed:
		name, unasked = "Inbox_All", []chat.Status{chat.StatusSnoozed}
		has = unasked
	case chat.ViewMentions:
		name, has = "Inbox_Among", []chat.Status{chat.StatusOpen, chat.StatusWaiting, chat.StatusSnoozed, chat.StatusClosed}
		unasked = has
	case chat.ViewAny:
		name, has = "Inbox_Any", []chat.Status{chat.StatusOpen, chat.StatusWaiting, chat.StatusSnoozed, chat.StatusClosed}
		unasked = has
	case chat.ViewClosed:
		name, unasked = "Inbox_Closed", []chat.Status{chat.StatusClosed}
		has = unasked
	}
	args.Mine = q.View == chat.ViewMine
	switch {
	case q.Status == "":
		args.Statuses = texts(unasked)
	case slices.Contains(has, q.Status):
		args.Statuses = pq.StringArray{string(q.Status)}
	case q.Status == chat.StatusClosed && (q.View == chat.ViewMine || q.View == chat.ViewAll):
		name = "Inbox_Closed"
		args.Statuses = pq.StringArray{string(q.Status)}
	}
	return name, args
}

// pattern looks for a word as it is, wherever it stands.
func pattern(q string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q) + "%"
}

// cursor is the sort key of a page's last row.
func cursor(t time.Time, id chat.ID) string {
	return strconv.FormatInt(t.UnixMicro(), 36) + "." + string(id)
}

func parseCursor(c string) (at string, id chat.ID, err error) {
	micros, rest, _ := strings.Cut(c, ".")
	n, err := strconv.ParseInt(micros, 36, 64)
	if err != nil || n < 0 || n > 1<<53 {
		return "", "", chat.Invalid("cursor", "This cursor is not one of ours.")
	}
	if id, err = chat.ParseID(rest); err != nil {
		return "", "", chat.Invalid("cursor", "This cursor is not one of ours.")
	}
	return text(time.UnixMicro(n)), id, nil
}

// Counts returns the numbers beside the lists. A line that is away is left out; it is an error only when all are.
func (s *Store) Counts(ctx context.Context, agent chat.ID, lines []string) (chat.Counts, error) {
	type counts struct {
		Mine  int `db:"mine"`
		Queue int `db:"queue"`
		Whole int `db:"whole"`
	}
	sum := chat.Counts{Lines: map[string]int{}}
	var failed error
	for a := range ask(ctx, s, lines, func(ctx context.Context, p *pool) (n counts, err error) {
		return n, p.get(ctx, &n, "Inbox_Counts", agent)
	}) {
		if a.err != nil {
			failed = a.err
			continue
		}
		sum.Mine += a.value.Mine
		sum.Queue += a.value.Queue
		sum.All += a.value.Whole
		sum.Lines[a.line] = a.value.Whole
	}
	if len(sum.Lines) > 0 {
		failed = nil
	}
	return sum, failed
}

// Labels returns the labels in use on the lines, by name. A line that is away is left out.
func (s *Store) Labels(ctx context.Context, lines []string) ([]string, error) {
	var all []string
	for a := range ask(ctx, s, lines, func(ctx context.Context, p *pool) (labels []string, err error) {
		return labels, p.selectAll(ctx, &labels, "Inbox_Labels")
	}) {
		all = append(all, a.value...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// Heads returns the last seq of every conversation that is open, waiting or snoozed on the lines. A line that is away is left
// out; it is an error only when all are.
func (s *Store) Heads(ctx context.Context, lines []string) (map[chat.ID]int64, error) {
	all := map[chat.ID]int64{}
	var failed error
	answered := false
	for a := range ask(ctx, s, lines, func(ctx context.Context, p *pool) (map[chat.ID]int64, error) {
		heads := map[chat.ID]int64{}
		return heads, p.heads(ctx, heads, "Inbox_Heads")
	}) {
		if a.err != nil {
			failed = a.err
			continue
		}
		answered = true
		for id, seq := range a.value {
			all[id] = seq
		}
	}
	if answered {
		failed = nil
	}
	return all, failed
}

// Mark moves a participant's marks forward, never back, and returns the conversation's marks; changed is false when nothing
// moved. Marks never go past the newest message, and what is read has been received.
func (s *Store) Mark(ctx context.Context, line string, receipt chat.Receipt, participant chat.ID) (m chat.Marks, changed bool, err error) {
	p, hook, err := s.hooked(line)
	if err != nil {
		return m, false, err
	}
	err = p.tx(ctx, func(t *tx) error {
		b, err := lock(t, receipt.Conversation)
		if err != nil {
			return err
		}
		r := b.rows[receipt.Conversation]
		if r == nil || receipt.Kind == chat.KindVisitor && r.Visitor != participant {
			return chat.NotFound()
		}
		before := inboxRow{Participant: participant, Conversation: r.ID}
		if err := b.inbox(&before); err != nil {
			return err
		}
		read := min(receipt.Read, r.LastSeq)
		delivered := max(min(receipt.Delivered, r.LastSeq), read)
		was := r.marks()
		if receipt.Kind == chat.KindVisitor {
			r.VisitorRead, r.VisitorDelivered = max(r.VisitorRead, read), max(r.VisitorDelivered, delivered)
		} else {
			r.AgentRead = max(r.AgentRead, read)
		}
		if m = r.marks(); m != was {
			changed = true
			b.touch(r)
		}
		after := before
		after.Read, after.Delivered = max(after.Read, read), max(after.Delivered, delivered)
		if after != before {
			changed = true
			if err := b.putInbox(r, after); err != nil {
				return err
			}
		}
		if err := b.write(); err != nil || m.Visitor == was.Visitor {
			return err
		}
		return b.read(hook, r, chat.TraceFrom(ctx))
	})
	if err != nil {
		return chat.Marks{}, false, err
	}
	return m, changed, nil
}

// Unread counts what the visitor has not read in her conversations.
func (s *Store) Unread(ctx context.Context, line string, visitor chat.ID) (n int64, err error) {
	p, err := s.line(line)
	if err != nil {
		return 0, err
	}
	return n, p.get(ctx, &n, "Inbox_Unread", visitor)
}

// inboxRow is what one participant of a conversation has read.
type inboxRow struct {
	Participant  chat.ID   `db:"participant_id"`
	Conversation chat.ID   `db:"conversation_id"`
	Unread       int64     `db:"unread"`
	Delivered    int64     `db:"delivered_seq"`
	Read         int64     `db:"read_seq"`
	LastSeq      int64     `db:"last_seq"`
	Last         time.Time `db:"last_at"`
}

// inbox reads a participant's row of a conversation that is locked; one who has none has read nothing.
func (b *batch) inbox(i *inboxRow) error {
	err := b.t.get(i, "Inbox_Get", i.Participant, i.Conversation)
	if errors.Is(err, chat.NotFound()) {
		return nil
	}
	return err
}

// putInbox writes the row, what is unread counted from Read on.
func (b *batch) putInbox(r *row, i inboxRow) error {
	i.Unread, i.LastSeq, i.Last = 0, r.LastSeq, r.Last
	i.Delivered = max(i.Delivered, i.Read)
	if i.Read < r.LastSeq {
		if err := b.t.get(&i.Unread, "Message_Unread", i.Conversation, i.Read, i.Participant); err != nil {
			return err
		}
	}
	_, err := b.t.exec("Inbox_Put", i)
	return err
}
