package chat

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
)

// PushPreview says how much of what was written a push hook tells.
type PushPreview string

// A push tells nothing of what was written, or its first words.
const (
	PreviewNone  PushPreview = "none"
	PreviewWords PushPreview = "words"
)

const (
	// PushSecretPrefix begins every secret of a push hook; base64 follows.
	PushSecretPrefix = "whsec_"
	// PushDelayMax is the longest time a page may be given to show a message before its visitor is called.
	PushDelayMax = 10 * time.Minute
	// PushWords is how many characters of a message PreviewWords tells.
	PushWords = 60
)

// Push is a line's push hook: where her host is told that a visitor has messages and no page open. The zero value is none.
type Push struct {
	// URL is the receiver's, "https://shop.example/support/push"; empty for no hook.
	URL string
	// Secrets sign what is sent: one, or two while the host changes from the second to the first.
	Secrets []string
	// Preview is how much of the messages is told.
	Preview PushPreview
	// Delay is how long a live page has to acknowledge a message before its visitor is called.
	Delay time.Duration
}

// On reports whether there is a hook.
func (p Push) On() bool { return p.URL != "" }

// Check reports what is wrong with it.
func (p Push) Check() error {
	if !p.On() {
		return nil
	}
	u, err := url.Parse(p.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || len(p.URL) > 1000 {
		return Invalid("push_url", "A hook's address is written https://shop.example.com/path, without a name or password in it.")
	}
	if !slices.Contains([]PushPreview{PreviewNone, PreviewWords}, p.Preview) {
		return Invalid("push_preview", "The preview of a push is none or words.")
	}
	if p.Delay < 0 || p.Delay > PushDelayMax || p.Delay%time.Second != 0 {
		return Invalid("push_delay", "A push is delayed by 0 to 600 whole seconds.")
	}
	if len(p.Secrets) < 1 || len(p.Secrets) > 2 {
		return Invalid("push_secret", "A hook has one secret, or two while one gives way to the other.")
	}
	for _, s := range p.Secrets {
		if _, err := PushKey(s); err != nil {
			return err
		}
	}
	return nil
}

// PushKey returns the bytes of a secret: 24 to 64, as base64 behind PushSecretPrefix.
func PushKey(secret string) ([]byte, error) {
	text, ok := strings.CutPrefix(secret, PushSecretPrefix)
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, Invalid("push_secret_form", "A hook's secret is whsec_ and 24 to 64 bytes in base64.")
	}
	return key, nil
}

// Format keeps the secrets, and what an address may hide, out of everything that is printed or logged.
func (p Push) Format(f fmt.State, _ rune) {
	u, err := url.Parse(p.URL)
	if err != nil || !p.On() {
		u = &url.URL{}
	}
	_, _ = io.WriteString(f, fmt.Sprintf("%q, %d secrets, %s after %s", u.Host, len(p.Secrets), string(p.Preview), p.Delay))
}

// PushEvent is what a push hook is told of.
type PushEvent string

// A visitor has messages that no page of hers has; she has read what she was called for; somebody tries the hook.
const (
	PushUnread PushEvent = "unread"
	PushRead   PushEvent = "read"
	PushTest   PushEvent = "test"
)

// PushBody is what stands in a push. Its JSON is a public contract: see docs/operating/push.md.
type PushBody struct {
	Type      PushEvent `json:"type"`
	Timestamp Time      `json:"timestamp"`
	Data      PushData  `json:"data"`
}

// PushData says whom a push is for and what waits for her.
type PushData struct {
	Line         string       `json:"line"`
	Conversation ID           `json:"conversation_id,omitempty"`
	Visitor      *PushVisitor `json:"visitor,omitempty"`
	// Unread counts the messages of the conversation that she has not read; LastSeq is the number of the newest.
	Unread  int64 `json:"unread"`
	LastSeq int64 `json:"last_seq,omitempty"`
	// Kind, Author and Preview are those of the newest message; the last two only with PreviewWords.
	Kind    MessageKind `json:"kind,omitempty"`
	Author  string      `json:"author,omitempty"`
	Preview string      `json:"preview,omitempty"`
	// Link opens her conversation.
	Link string `json:"link,omitempty"`
	// Trace is that of the burst's first message.
	Trace string `json:"trace_id,omitempty"`
}

// PushVisitor names a visitor; Sub is what her host calls her, empty for one it never named.
type PushVisitor struct {
	ID  ID     `json:"id"`
	Sub string `json:"sub,omitempty"`
}
