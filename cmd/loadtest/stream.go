package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"sync/atomic"
	"time"
)

// silent is how long a stream may bring nothing, heartbeats included, before its reader opens another.
const silent = 40 * time.Second

// chunked reads a chunked body whose trailer nobody needs.
func chunked(in *bufio.Reader) io.Reader { return httputil.NewChunkedReader(in) }

// stream is an open event stream.
type stream struct {
	conn net.Conn
	in   *bufio.Reader
	long []byte // a line that does not fit into the reader
	stop func() bool

	// kind, id and data are the last event's; they are good until the next.
	kind, id, data []byte
}

// refused says that a stream was not opened, and when to come back; after is -1 when the answer does not say.
type refused struct {
	status int
	after  time.Duration
}

func (r refused) Error() string { return fmt.Sprintf("the stream was answered %d", r.status) }

// metered counts what comes in.
type metered struct {
	net.Conn
	bytes *atomic.Int64
}

func (m metered) Read(b []byte) (int, error) {
	n, err := m.Conn.Read(b)
	m.bytes.Add(int64(n))
	return n, err
}

// open opens a stream; the end of ctx closes it.
func (d *door) open(ctx context.Context, path, token, last string, gzipped bool, bytes *atomic.Int64) (*stream, error) {
	conn, err := d.dial(ctx)
	if err != nil {
		return nil, err
	}
	out := append(append(append([]byte("GET "), path...), " HTTP/1.1\r\nHost: "...), d.host...)
	out = appendBearer(append(out, "\r\nAccept: text/event-stream\r\n"...), token)
	if last != "" {
		out = append(append(append(out, "Last-Event-ID: "...), last...), "\r\n"...)
	}
	if gzipped {
		out = append(out, "Accept-Encoding: gzip\r\n"...)
	}
	out = append(out, "\r\n"...)
	_ = conn.SetDeadline(time.Now().Add(2 * patience))
	in := bufio.NewReaderSize(metered{conn, bytes}, 1<<10)
	if _, err = conn.Write(out); err != nil {
		_ = conn.Close()
		return nil, err
	}
	h, err := readHead(in)
	if err == nil && h.status != 200 {
		err = refused{h.status, h.after}
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	s := &stream{conn: conn, in: in}
	if h.chunked {
		s.in = bufio.NewReaderSize(chunked(in), 1<<10)
	}
	s.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	if h.gzipped {
		z, err := gzip.NewReader(s.in)
		if err != nil {
			s.close()
			return nil, err
		}
		s.in = bufio.NewReaderSize(z, 1<<10)
	}
	return s, nil
}

func (s *stream) close() {
	s.stop()
	_ = s.conn.Close()
}

// read reads the next event into kind, id and data.
func (s *stream) read() error {
	_ = s.conn.SetReadDeadline(time.Now().Add(silent))
	s.kind, s.id, s.data = append(s.kind[:0], "message"...), s.id[:0], s.data[:0]
	for some := false; ; {
		line, err := s.line()
		if err != nil {
			return err
		}
		if len(line) == 0 {
			if some {
				return nil
			}
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "data":
			s.data, some = append(s.data, value...), true
		case "event":
			s.kind = append(s.kind[:0], value...)
		case "id":
			s.id = append(s.id[:0], value...)
		}
	}
}

func (s *stream) line() ([]byte, error) {
	line, err := s.in.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		s.long = s.long[:0]
		for err == bufio.ErrBufferFull {
			s.long = append(s.long, line...)
			line, err = s.in.ReadSlice('\n')
		}
		s.long = append(s.long, line...)
		line = s.long
	}
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(line, "\r\n"), nil
}
