package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// door is a server of the desk, and the connections kept to it. The tool shares its machine with the server, so it speaks
// HTTP/1.1 itself: net/http's client costs more for a message than the server does.
type door struct {
	address string // host:port
	host    string
	secure  bool
	// from are the addresses its streams leave from, in turn; none for the system's choice.
	from []net.IP
	next atomic.Uint32

	mu   sync.Mutex
	idle []*call
	// troubles counts requests that had no answer, or one that tells of the server's trouble, by what was said.
	troubles map[string]int
}

// newDoor reads http://host:port or https://host.
func newDoor(raw string, from []net.IP) (*door, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q is no address such as http://127.0.0.1:8080", raw)
	}
	d := &door{host: u.Host, secure: u.Scheme == "https", from: from}
	port := u.Port()
	if port == "" {
		if port = "80"; d.secure {
			port = "443"
		}
	}
	d.address = net.JoinHostPort(u.Hostname(), port)
	return d, nil
}

func (d *door) dial(ctx context.Context) (net.Conn, error) {
	dialer := net.Dialer{Timeout: patience, KeepAlive: -1}
	if len(d.from) > 0 {
		dialer.LocalAddr = &net.TCPAddr{IP: d.from[int(d.next.Add(1))%len(d.from)]}
	}
	c, err := dialer.DialContext(ctx, "tcp", d.address)
	if err != nil || !d.secure {
		return c, err
	}
	name, _, _ := net.SplitHostPort(d.address)
	t := tls.Client(c, &tls.Config{ServerName: name})
	if err := t.HandshakeContext(ctx); err != nil {
		_ = c.Close()
		return nil, err
	}
	return t, nil
}

// call is a connection for requests that are answered at once.
type call struct {
	conn net.Conn
	in   *bufio.Reader
	out  []byte
}

// reply is what a request was answered.
type reply struct {
	status int
	// after is when to come back, as the answer says; -1 when it does not.
	after time.Duration
	body  []byte
	close bool
}

// patience is how long a client waits for an answer.
const patience = 5 * time.Second

// ask sends a request over a kept connection, or a new one, and reads the answer. An error says nothing about what the server did.
func (d *door) ask(ctx context.Context, method, path, token string, body []byte) (r reply, err error) {
	defer func() {
		if err != nil {
			d.trouble("no answer")
		} else if r.status >= 500 {
			d.trouble(said(r))
		}
	}()
	c, err := d.take(ctx)
	if err != nil {
		return r, err
	}
	c.out = append(append(append(c.out[:0], method...), ' '), path...)
	c.out = append(append(append(c.out, " HTTP/1.1\r\nHost: "...), d.host...), "\r\n"...)
	c.out = appendBearer(c.out, token)
	if method != "GET" {
		c.out = append(c.out, "Content-Type: application/json\r\nContent-Length: "...)
		c.out = append(strconv.AppendInt(c.out, int64(len(body)), 10), "\r\n"...)
	}
	c.out = append(append(c.out, "\r\n"...), body...)
	_ = c.conn.SetDeadline(time.Now().Add(patience))
	if _, err = c.conn.Write(c.out); err == nil {
		r, err = readReply(c.in)
	}
	if err != nil || r.close {
		_ = c.conn.Close()
		return r, err
	}
	d.mu.Lock()
	d.idle = append(d.idle, c)
	d.mu.Unlock()
	return r, nil
}

// said is an answer's status and code, and whether it says when to come back.
func said(r reply) string {
	var body struct{ Code string }
	_ = json.Unmarshal(r.body, &body) // what has no code says nothing
	s := strings.TrimSpace(fmt.Sprintf("%d %s", r.status, body.Code))
	if r.after < 0 {
		s += " without Retry-After"
	}
	return s
}

func (d *door) trouble(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.troubles == nil {
		d.troubles = map[string]int{}
	}
	d.troubles[what]++
}

// told are the troubles so far.
func (d *door) told() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.troubles)
}

func (d *door) take(ctx context.Context) (*call, error) {
	d.mu.Lock()
	if last := len(d.idle) - 1; last >= 0 {
		c := d.idle[last]
		d.idle = d.idle[:last]
		d.mu.Unlock()
		return c, nil
	}
	d.mu.Unlock()
	conn, err := d.dial(ctx)
	if err != nil {
		return nil, err
	}
	return &call{conn: conn, in: bufio.NewReaderSize(conn, 2<<10)}, nil
}

// forget closes the kept connections.
func (d *door) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.idle {
		_ = c.conn.Close()
	}
	d.idle = nil
}

func appendBearer(b []byte, token string) []byte {
	if token == "" {
		return b
	}
	return append(append(append(b, "Authorization: Bearer "...), token...), "\r\n"...)
}

var errReply = errors.New("the answer is not HTTP/1.1")

// head is the beginning of an answer.
type head struct {
	reply
	length           int64 // -1 when it is not said
	chunked, gzipped bool
}

func readHead(in *bufio.Reader) (h head, err error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return h, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return h, errReply
	}
	if h.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return h, errReply
	}
	h.length, h.after = -1, -1
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return h, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return h, nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if h.length, err = strconv.ParseInt(string(value), 10, 64); err != nil {
				return h, errReply
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			h.chunked = true
		case bytes.EqualFold(name, []byte("Content-Encoding")):
			h.gzipped = bytes.EqualFold(value, []byte("gzip"))
		case bytes.EqualFold(name, []byte("Connection")):
			h.close = bytes.EqualFold(value, []byte("close"))
		case bytes.EqualFold(name, []byte("Retry-After")):
			if s, err := strconv.Atoi(string(value)); err == nil {
				h.after = time.Duration(s) * time.Second
			}
		}
	}
}

// trailer reads what follows a chunked body, up to its empty line: the next answer begins there.
func trailer(in *bufio.Reader) error {
	for {
		if line, err := in.ReadSlice('\n'); err != nil || len(bytes.TrimRight(line, "\r\n")) == 0 {
			return err
		}
	}
}

func readReply(in *bufio.Reader) (reply, error) {
	h, err := readHead(in)
	if err != nil {
		return h.reply, err
	}
	switch {
	case h.status == 204:
	case h.length >= 0:
		h.body = make([]byte, h.length)
		_, err = io.ReadFull(in, h.body)
	case h.chunked:
		if h.body, err = io.ReadAll(chunked(in)); err == nil {
			err = trailer(in)
		}
	default:
		h.close = true
		h.body, err = io.ReadAll(in)
	}
	return h.reply, err
}
