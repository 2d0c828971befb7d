package desk

import (
	"context"
	"io"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// Store is where the desk keeps everything: what belongs to a line in that line's own database, the rest in the main one.
// A method that fails because a database cannot be reached returns an error of chat.CodeLineUnavailable.
type Store interface {
	Lines
	Log
	Traces
	Conversations
	Inboxes
	Visitors
	Seats
	Agents
	Team
	Mails
	Factors
	Library
	Settings
	Attachments
	Canaries
	Reports
	Search
	Mentions
}

// Lines are the business lines.
type Lines interface {
	// Lines returns every line, by name, from memory: no line that once was known is forgotten because a database is away.
	Lines() []chat.Line
	// Line returns one, or chat.NotFound.
	Line(name string) (chat.Line, error)
	// PutLine creates or changes a line, and makes its database ready.
	PutLine(ctx context.Context, l chat.Line) error
	// Epoch names the history of the line's database.
	Epoch(ctx context.Context, line string) (string, error)
	// Ping reports whether the line's database answers.
	Ping(ctx context.Context, line string) error
}

// Log is the conversations' log of messages and notes.
type Log interface {
	// AppendFree writes a batch in one transaction of the line's database, in the order given; the i-th result belongs to the i-th draft.
	// It waits for no conversation that another transaction has: such drafts are left, with chat.ErrHeld. Only when wait is set
	// the first one is waited for, a second at most.
	// A draft of a visitor who does not own its conversation is chat.NotFound; one for a closed conversation is chat.Conflict.
	// The first message of a visitor makes a new conversation wait; an agent's first sets when it was replied to. A bot's makes one
	// that waits the bot's, and is chat.Conflict where somebody else has it or its visitor was sent on to people.
	// A non-nil error means that nothing is known to have been accepted.
	AppendFree(ctx context.Context, line string, batch []chat.Draft, wait bool) ([]chat.Appended, error)
	// Messages returns a conversation's messages with after < seq, at most limit, ascending.
	Messages(ctx context.Context, line string, conversation chat.ID, after int64, limit int) ([]chat.Message, error)
	// MessagesBefore returns the last messages with seq < before, at most limit, ascending; before 0 means from the end.
	MessagesBefore(ctx context.Context, line string, conversation chat.ID, before int64, limit int) ([]chat.Message, error)
	// Recent returns the last seq of each conversation that was written to within the time given.
	Recent(ctx context.Context, line string, within time.Duration) (map[chat.ID]int64, error)
	// Notes returns all notes of a conversation, ascending.
	Notes(ctx context.Context, line string, conversation chat.ID) ([]chat.Message, error)
}

// Traces are when messages passed each hop on their way: diagnosis, written behind the messages, and never a reason to refuse one.
type Traces interface {
	// PutPassages keeps when messages passed their hops, at most one passage for a message. What is known stays, the earlier of
	// two times; the same twice changes nothing.
	PutPassages(ctx context.Context, line string, passages []chat.Passage) error
	// PutReaches keeps when each side had and read the other's messages; the first time stays. With tell it returns the
	// messages for which that was news, with their traces.
	PutReaches(ctx context.Context, line string, reaches []chat.Reach, tell bool) ([]chat.Passage, error)
	// Trace returns the way of the message with the id, wherever on the lines it is, or chat.NotFound.
	Trace(ctx context.Context, lines []string, message chat.ID) (chat.Trace, error)
	// DropTraces deletes the hops of messages written before a time, of at most so many messages, and reports whether there is
	// more to do. Of several nodes one finds something to do.
	DropTraces(ctx context.Context, line string, before time.Time, limit int) (more bool, err error)
}

// Conversations are read and moved from state to state. A move that writes a notice appends it in the same transaction and returns it.
type Conversations interface {
	// Locate says which line a conversation belongs to.
	Locate(ctx context.Context, conversation chat.ID) (line string, err error)
	// Conversation returns one, with its queue position while it waits.
	Conversation(ctx context.Context, line string, conversation chat.ID) (chat.Conversation, error)
	// Current returns the visitor's newest conversation, or chat.NotFound.
	Current(ctx context.Context, line string, visitor chat.ID) (chat.Conversation, error)
	// Earlier returns the visitor's conversations, newest first, at most limit.
	Earlier(ctx context.Context, line string, visitor chat.ID, limit int) ([]chat.Conversation, error)
	// Begin returns the visitor's conversation that has not ended, or makes one; two calls at once make one.
	Begin(ctx context.Context, line string, visitor chat.ID, now time.Time) (chat.Conversation, error)
	// Assign gives a waiting or open conversation to an agent, whoever has it now, and may go over her capacity: a person chose it.
	Assign(ctx context.Context, line string, a chat.Assignment) (chat.Moved, error)
	// AssignNext gives a waiting conversation to an online agent with room, as the line's routing says; see chat.Routing. No
	// agent is given more than her seat's capacity, whoever else assigns at the same time. It returns chat.NotFound when
	// nothing waits or nobody has room who could be given it.
	AssignNext(ctx context.Context, line string, trace string) (chat.Moved, error)
	// Release sends a conversation on to people: it waits, and no bot's draft is taken until it ends. Its visitor may while a bot has it
	// or nobody, an agent while she has it. Where there is nothing to do Moved.Notice is nil.
	Release(ctx context.Context, line string, conversation chat.ID, by chat.Author, trace string) (chat.Moved, error)
	// Rank puts those who wait ahead of the others, or back, as the line's routing says now, and reports whether that changed anything.
	Rank(ctx context.Context, line string) (changed bool, err error)
	// Decisions returns why a conversation's agents were given it, the first one first.
	Decisions(ctx context.Context, line string, conversation chat.ID) ([]chat.Decision, error)
	// Pass makes a conversation that has not ended wait, at the head of the queue, for whom it asks now; nobody has it then.
	Pass(ctx context.Context, line string, p chat.Passing) (chat.Moved, error)
	// Tend does what the line's routing says is due by now, and returns what that moved: what a lost agent had waits again, a visitor
	// who says nothing is reminded, and what she has left ends.
	Tend(ctx context.Context, line string, trace string) ([]chat.Moved, error)
	// Disband makes what asks for the team, on any line, ask for none; the error is that of one line that failed.
	Disband(ctx context.Context, team chat.ID) error
	// End closes a conversation; ending a closed one changes nothing and Moved.Notice is nil.
	End(ctx context.Context, line string, conversation chat.ID, by chat.Author, trace string) (chat.Moved, error)
	// Reopen makes a closed conversation wait again, or open for the agent when one is named.
	Reopen(ctx context.Context, line string, conversation chat.ID, by chat.Author, trace string) (chat.Moved, error)
	// Snooze sets an open conversation aside until the time; the next message of its visitor wakes it.
	Snooze(ctx context.Context, line string, conversation chat.ID, until time.Time) (chat.Conversation, error)
	// Wake returns snoozed conversations whose time has come to open, and returns them.
	Wake(ctx context.Context, line string) ([]chat.Conversation, error)
	// Label replaces a conversation's labels.
	Label(ctx context.Context, line string, conversation chat.ID, labels []string) (chat.Conversation, error)
	// Leave marks a conversation that has not ended as a message that was left, and keeps where its visitor is to be answered.
	Leave(ctx context.Context, line string, conversation chat.ID, contact string, by chat.Author) (chat.Moved, error)
	// Answer keeps what a visitor said before her first words; what she said before is replaced.
	Answer(ctx context.Context, line string, conversation chat.ID, answers []chat.Answer, by chat.Author) (chat.Conversation, error)
	// Rate keeps the visitor's rating of her conversation. One that comes within chat.RateChange replaces it and writes no
	// second notice; after that it is chat.Conflict, until the conversation has ended anew.
	Rate(ctx context.Context, line string, conversation chat.ID, r chat.Rating, by chat.Author, trace string) (chat.Moved, error)
	// Recall takes a message back for its author, who alone may and for chat.RecallWithin: nothing it said is left in the log.
	// Taking it back again changes nothing and Moved.Notice is nil.
	Recall(ctx context.Context, line string, conversation chat.ID, seq int64, by chat.Author, trace string) (chat.Moved, error)
	// Rating returns it, or chat.NotFound.
	Rating(ctx context.Context, line string, conversation chat.ID) (chat.Rating, error)
	// Waiting returns the ids of the conversations that wait, oldest first, at most limit.
	Waiting(ctx context.Context, line string, limit int) ([]chat.ID, error)
	// Waits returns the waits that ended last, the newest first, at most limit and none that ended more than an hour ago.
	Waits(ctx context.Context, line string, limit int) ([]chat.Wait, error)
}

// Inboxes are the lists of agents and what each participant has read.
type Inboxes interface {
	// Inbox returns a page of an agent's list: one query per line, the lines asked at once.
	Inbox(ctx context.Context, q chat.InboxQuery) (chat.InboxPage, error)
	// Counts returns the numbers beside the lists.
	Counts(ctx context.Context, agent chat.ID, lines []string) (chat.Counts, error)
	// Labels returns the labels in use on the lines, by name.
	Labels(ctx context.Context, lines []string) ([]string, error)
	// Heads returns the last seq of every conversation that is open, waiting or snoozed on the lines.
	Heads(ctx context.Context, lines []string) (map[chat.ID]int64, error)
	// Mark moves a participant's marks forward, never back, and returns the conversation's marks; changed is false when nothing moved.
	// An agent's read mark is the conversation's agent mark as well as her own.
	Mark(ctx context.Context, line string, r chat.Receipt, participant chat.ID) (m chat.Marks, changed bool, err error)
	// Unread counts what the visitor has not read in her conversations.
	Unread(ctx context.Context, line string, visitor chat.ID) (int64, error)
}

// Visitors are the people who write in.
type Visitors interface {
	// PutVisitor creates the visitor or changes what is known of her; empty fields leave what is there.
	// With an External id it returns the visitor who already has that id, changed.
	PutVisitor(ctx context.Context, line string, v chat.Visitor) (chat.Visitor, error)
	// Identify makes or finds the visitor whose host calls her v.External; v.ID is hers only when she is new. All that the
	// anonymous visitor had (empty for none) becomes hers; one who has an External herself keeps what is hers. Where both
	// have a conversation that has not ended, the anonymous one's goes on, unless nobody wrote in it; that of the other ends.
	Identify(ctx context.Context, line string, v chat.Visitor, anonymous chat.ID, trace string) (chat.Identified, error)
	// Visitor returns one, or chat.NotFound.
	Visitor(ctx context.Context, line string, id chat.ID) (chat.Visitor, error)
}

// Seats are the agents' places at lines.
type Seats interface {
	// Seat takes or renews an agent's place at the lines for so long from the store's now; 0 gives it up.
	Seat(ctx context.Context, lines []string, s chat.Seat, lasts time.Duration) error
	// Seats returns a line's places, those with most room first.
	Seats(ctx context.Context, line string) ([]chat.Seat, error)
}

// Agents are the people who answer, and their keys.
type Agents interface {
	// Agent, AgentByEmail and AgentByKey return one with her lines and permissions, or chat.NotFound.
	// AgentByKey takes the key's SHA-256 in hex; a disabled agent is not found by key, and the key's scopes narrow her permissions.
	Agent(ctx context.Context, id chat.ID) (chat.Agent, error)
	AgentByEmail(ctx context.Context, email string) (chat.Agent, error)
	AgentByKey(ctx context.Context, hash string) (chat.Agent, error)
	// Agents returns everybody, by name.
	Agents(ctx context.Context) ([]chat.Agent, error)
	// PutAgent creates an agent or changes everything about her, lines included; another password ends her sessions.
	PutAgent(ctx context.Context, a chat.Agent) error
	// Rehash keeps another hash of the same password, unless the agent's is no longer the one it was.
	Rehash(ctx context.Context, id chat.ID, was, is string) error
	// SetNotify keeps how an agent wants to be told of what visitors write.
	SetNotify(ctx context.Context, id chat.ID, n chat.Notify) error
	// SetPresence keeps what an agent chose, and why.
	SetPresence(ctx context.Context, id chat.ID, p chat.Presence, reason string) error
	// PutKey keeps a new API key by the SHA-256 of its secret, in hex.
	PutKey(ctx context.Context, k chat.APIKey, hash string) error
	// Keys returns every API key, the newest last.
	Keys(ctx context.Context) ([]chat.APIKey, error)
	// RevokeKey makes a key open nothing any more, or returns chat.NotFound; revoking it again changes nothing.
	RevokeKey(ctx context.Context, id chat.ID) error
}

// Team is who works here, how more come, and what was changed by whom.
type Team interface {
	// Roles returns the roles an agent can have, by name.
	Roles(ctx context.Context) ([]chat.Role, error)
	// ChangeTeam runs f with the team as it is; what f changes is written together, or not at all, and nobody changes the team meanwhile.
	ChangeTeam(ctx context.Context, f func(t chat.TeamChange) error) error
	// Teams returns the teams, by name.
	Teams(ctx context.Context) ([]chat.Team, error)
	// Seen says that the agents have a console open now.
	Seen(ctx context.Context, agents []chat.ID) error
	// Invitations returns those that can still be followed, the newest first.
	Invitations(ctx context.Context) ([]chat.Invitation, error)
	// InvitationByID returns one that can still be followed, or chat.NotFound; Invitation the one whose token has this SHA-256 in hex.
	InvitationByID(ctx context.Context, id chat.ID) (chat.Invitation, error)
	Invitation(ctx context.Context, hash string) (chat.Invitation, error)
	// DeedsBefore returns the last deeds with a number below before, the newest first, at most limit; before 0 means from the end.
	DeedsBefore(ctx context.Context, before int64, limit int) ([]chat.Deed, error)
	// DeedsAfter returns the first deeds with a number above after, the oldest first, at most limit.
	DeedsAfter(ctx context.Context, after int64, limit int) ([]chat.Deed, error)
}

// Factors are what agents show besides their passwords.
type Factors interface {
	// Factor returns an agent's, confirmed or not, or chat.NotFound.
	Factor(ctx context.Context, agent chat.ID) (chat.SecondFactor, error)
	// UseStep takes the code of a half minute, or returns chat.NotFound: one of it or after it has been taken before. Of two at once one is.
	UseStep(ctx context.Context, agent chat.ID, step int64) error
}

// Mails are those that are to be sent.
type Mails interface {
	// PutMail has a mail sent. One of chat.MailForgot that waits for the same address already is enough.
	PutMail(ctx context.Context, m chat.Mail) error
}

// Library is what agents keep ready.
type Library interface {
	// CannedReplies returns what an agent of the lines may use, by shortcut.
	CannedReplies(ctx context.Context, agent chat.ID, lines []string) ([]chat.Canned, error)
	// PutCanned creates or changes a reply.
	PutCanned(ctx context.Context, c chat.Canned) error
	// ChangeLibrary runs f with the replies as they are; what f changes is written together, or not at all, and nobody changes them meanwhile.
	ChangeLibrary(ctx context.Context, f func(t chat.LibraryChange) error) error
}

// Attachments are what is known of pictures and files; their bytes are Blobs.
type Attachments interface {
	// PutAttachment keeps what is known of a new one.
	PutAttachment(ctx context.Context, line string, a chat.Attachment) error
	// Attachment returns one, or chat.NotFound.
	Attachment(ctx context.Context, line string, id chat.ID) (chat.Attachment, error)
	// StaleAttachments returns those that no message named within a day, at most limit.
	StaleAttachments(ctx context.Context, line string, limit int) ([]chat.Attachment, error)
	// DropAttachment forgets one that no message names.
	DropAttachment(ctx context.Context, line string, id chat.ID) error
}

// Blobs keep bytes under names of ours, such as "shop/4b/4b0c…". A name is written once.
type Blobs interface {
	// Put keeps all of what is read, or nothing of it. Where there is no room left the error is of chat.CodeLineUnavailable.
	Put(ctx context.Context, name string, from io.Reader) error
	// Open returns what is kept, or chat.NotFound.
	Open(ctx context.Context, name string) (io.ReadSeekCloser, error)
	// Delete forgets it; deleting what is not there changes nothing.
	Delete(ctx context.Context, name string) error
}

// Inspector says what a file is by its bytes.
type Inspector interface {
	// Inspect tells what the file is. A picture is made anew, so that nothing but its pixels is kept, with a small one for the thread.
	// What nobody may send is refused with chat.CodeUnsupportedMedia, what cannot be held with chat.CodeTooLarge.
	Inspect(ctx context.Context, f chat.File) (Inspected, error)
}

// Inspected is what became of a file.
type Inspected struct {
	chat.FileInfo
	// Body is what to keep, Thumbnail the small one of a picture, nil for other files.
	Body      io.Reader
	Thumbnail io.Reader
}

// Canaries are what the desk writes itself to see whether a line works.
type Canaries interface {
	// DropCanaries deletes what the node's canaries wrote on the line, and what other canaries left that have been silent for a day.
	// No node is "".
	DropCanaries(ctx context.Context, line, node string) error
}

// Reports are what conversations were like.
type Reports interface {
	// Figures returns each line's, the lines asked at once; those that do not answer are unavailable.
	Figures(ctx context.Context, q chat.ReportQuery) (lines []chat.LineFigures, unavailable []string, err error)
	// Board returns how lines stand now, by name, the lines asked at once, with what has waited longer than given: in the queue, and
	// for an answer; those that do not answer are unavailable.
	Board(ctx context.Context, lines []string, queued, unanswered time.Duration) (board []chat.BoardLine, unavailable []string, err error)
}

// Mentions are who was named in notes.
type Mentions interface {
	// PutMentions keeps that agents were named in a note; the same again changes nothing.
	PutMentions(ctx context.Context, line string, conversation chat.ID, note int64, agents []chat.ID) error
	// SeeMentions says that an agent has seen a conversation's notes up to a number.
	SeeMentions(ctx context.Context, agent, conversation chat.ID, note int64) (changed bool, err error)
	// Mentions counts the conversations of the lines with a note that names the agent and that she has not seen.
	Mentions(ctx context.Context, agent chat.ID, lines []string) (int, error)
}

// Search is what makes texts be found; Inbox finds them.
type Search interface {
	// Index makes the next texts and visitors of a line ready to be found, at most limit of each, and reports whether there is more to
	// do. Of several nodes one finds something to do.
	Index(ctx context.Context, line string, limit int) (more bool, err error)
}

// Bus tells the other nodes what happened here, and the desk what happened there. It may lose anything: whoever missed a
// message finds it by its number.
type Bus interface {
	// Announce tells the other nodes of an event; for a message it is only a hint to look into the log. It never waits.
	Announce(e chat.Event)
	// Listen calls f with every event of other nodes until ctx ends: the messages found in the lines' logs that wants wants, and
	// what was announced. Neither function may wait.
	Listen(ctx context.Context, f func(chat.Event), wants func(line string, conversation chat.ID, seq int64) bool) error
}

// Pusher is the streams of this node.
type Pusher interface {
	// Publish hands an event to all who watch. It never waits.
	Publish(e chat.Event)
	// Watched reports whether anybody here watches the conversation, or all of its line.
	Watched(line string, conversation chat.ID) bool
	// Behind says how far a conversation's log goes, so that a stream that missed something notices. It never waits.
	Behind(line string, conversation chat.ID, head int64)
	// Degraded says whether a line's log cannot be read now. It never waits.
	Degraded(line string, is bool)
	// CutVisitor ends the visitor's streams at once.
	CutVisitor(visitor chat.ID)
	// Restart makes every stream of a line begin anew: its numbers belong to another epoch now.
	Restart(line, epoch string)
}

// Clock tells the time.
type Clock interface {
	Now() time.Time
}

// Tracer passes the ways of messages on to a tracing system.
type Tracer interface {
	// Trace is told what has become known of a message's way: by the node that accepted it first, by others and later what
	// they know. It never waits.
	Trace(line string, p chat.Passage)
}
