package jobs

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// patience is how long a receiver has for all of its answer.
const patience = 8 * time.Second

// Caller tells receivers by HTTP. It goes to public addresses, encrypted, and to the networks it was allowed to go to: whoever
// may set a hook is not let into ours that way. It follows no redirect, uses no proxy, and reads little of what is answered.
type Caller struct {
	agent string
	// secure goes everywhere it may, open, which does not encrypt, only where it was allowed to go.
	secure, open *http.Client
}

// NewCaller returns a caller that may also go to the networks given; agent is what it calls itself.
func NewCaller(allowed []netip.Prefix, agent string) *Caller {
	return &Caller{agent: agent, secure: client(func(to netip.Addr) error { return permit(to, allowed) }), open: client(func(to netip.Addr) error {
		if !within(to, allowed) {
			return errors.New("without encryption hooks reach the networks of SUPPORT_HOOK_NETWORKS only")
		}
		return nil
	})}
}

// client returns one that asks for every address, as its name was resolved, whether it may go there.
func client(permit func(to netip.Addr) error) *http.Client {
	guard := func(_ context.Context, _, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return permit(to.Addr().Unmap().WithZone(""))
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 15 * time.Second, ControlContext: guard}
	return &http.Client{
		Transport: &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 5 * time.Second, MaxIdleConns: 64, MaxIdleConnsPerHost: slots,
			IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: 16 << 10, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Close lets go of connections that wait for another call.
func (c *Caller) Close() {
	c.secure.CloseIdleConnections()
	c.open.CloseIdleConnections()
}

// Post implements Poster.
func (c *Caller) Post(ctx context.Context, call Call) (a chat.JobAttempt, after time.Duration) {
	began := time.Now()
	trace := call.Trace
	if trace == "" {
		trace = chat.NewTrace()
	}
	a = chat.JobAttempt{Trace: trace}
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	status, answer, after, err := c.post(bounded, call, trace, began)
	a.Took = time.Since(began).Milliseconds()
	a.Status, a.Answer = status, answer
	if err != nil {
		a.Error = said(ctx, bounded, err)
	}
	return a, after
}

func (c *Caller) post(ctx context.Context, call Call, trace string, now time.Time) (status int, answer string, after time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, call.URL, bytes.NewReader(call.Body))
	if err != nil {
		return 0, "", 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", c.agent)
	r.Header.Set("Traceparent", "00-"+trace+"-"+span()+"-01")
	if err := Sign(r.Header, call.Secrets, call.ID, now, call.Body); err != nil {
		return 0, "", 0, err
	}
	by := c.secure
	if r.URL.Scheme != "https" {
		by = c.open
	}
	got, err := by.Do(r)
	if err != nil {
		return 0, "", 0, err
	}
	defer got.Body.Close()
	// A little more than is kept, so that a short answer is read to its end and the connection can serve again.
	b, err := io.ReadAll(io.LimitReader(got.Body, chat.JobAnswer+512))
	if len(b) > chat.JobAnswer {
		b = b[:chat.JobAnswer]
	}
	if seconds, err := strconv.Atoi(got.Header.Get("Retry-After")); err == nil && seconds > 0 {
		after = min(time.Duration(seconds)*time.Second, mostAgain)
	}
	if got.StatusCode/100 == 3 {
		err = errors.New("redirects are not followed")
	} else if got.StatusCode/100 == 2 {
		err = nil // it has been told, whatever became of the rest of its answer
	}
	return got.StatusCode, strings.ToValidUTF8(string(b), "\uFFFD"), after, err
}

// Sign sets the headers by which a receiver knows who speaks and when, those of Standard Webhooks 1.0: the signature is
// HMAC-SHA256 over "id.timestamp.body" in base64, behind "v1,", one for each secret.
func Sign(h http.Header, secrets []string, id chat.ID, now time.Time, body []byte) error {
	stamp := strconv.FormatInt(now.Unix(), 10)
	signatures := make([]string, len(secrets))
	for i, s := range secrets {
		key, err := chat.PushKey(s)
		if err != nil {
			return err
		}
		m := hmac.New(sha256.New, key)
		_, _ = fmt.Fprintf(m, "%s.%s.%s", id, stamp, body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
	}
	h.Set("Webhook-Id", string(id))
	h.Set("Webhook-Timestamp", stamp)
	h.Set("Webhook-Signature", strings.Join(signatures, " "))
	return nil
}

// said is an error in plain words, without the address, which may hide something.
func said(ctx, bounded context.Context, err error) string {
	var timeout net.Error
	switch {
	case ctx.Err() != nil:
		return "cut short: this node leaves"
	case bounded.Err() != nil, errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return err.Error()
}

// private are the networks that are nobody's public address, beyond those that netip knows.
var private = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("fec0::/10"),
}

// Ways of writing an IPv4 address as an IPv6 one: what counts is where it leads.
var (
	nat64  = netip.MustParsePrefix("64:ff9b::/96")
	sixTo4 = netip.MustParsePrefix("2002::/16")
)

// permit says whether an address may be called.
func permit(to netip.Addr, allowed []netip.Prefix) error {
	if within(to, allowed) {
		return nil
	}
	inner := to
	switch b := to.As16(); {
	case nat64.Contains(to):
		inner = netip.AddrFrom4([4]byte(b[12:16]))
	case sixTo4.Contains(to):
		inner = netip.AddrFrom4([4]byte(b[2:6]))
	}
	if !inner.IsGlobalUnicast() || inner.IsPrivate() || within(inner, private) {
		return fmt.Errorf("%s is no public address: SUPPORT_HOOK_NETWORKS names those that hooks may also reach", to)
	}
	return nil
}

func within(to netip.Addr, nets []netip.Prefix) bool {
	return slices.ContainsFunc(nets, func(n netip.Prefix) bool { return n.Contains(to) })
}

// span names a try in its trace.
func span() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
