package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// atOnce is how soon the first bytes of a stream have to be here.
const atOnce = 1500 * time.Millisecond

// diagnoseURL goes the way people come: through whatever stands before the server.
func (c *config) diagnoseURL(ctx context.Context) []finding {
	if c.BaseURL == "" {
		return []finding{minor("public address", "SUPPORT_BASE_URL is not set", "Cookies are not marked Secure, and the way through a proxy was not tried.", "Set it to where people reach the server.")}
	}
	base, what := strings.TrimSuffix(c.BaseURL, "/"), "public address "+c.BaseURL
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	sent := time.Now()
	answer, err := fetch(ctx, base+"/healthz")
	if err != nil {
		return []finding{bad(what, err.Error(), "People cannot reach the server.", "Check the proxy, its certificate and the name.")}
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.Header.Get("X-Trace-Id") == "" {
		return []finding{bad(what, fmt.Sprintf("something else answers there (status %d)", answer.StatusCode), "People do not reach this server.", "Check where the proxy sends them, and that it keeps the server's headers.")}
	}
	found := []finding{well(what)}
	if u, err := url.Parse(base); err == nil && u.Scheme == "http" && public(u.Hostname()) {
		found = append(found, bad(what, "it is not encrypted", "Anybody on the way reads and changes what people write, passwords too.", "Let the proxy serve https and set SUPPORT_BASE_URL to it."))
	}
	if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		if off := date.Sub(sent).Abs(); off > 5*time.Second {
			found = append(found, bad(what, fmt.Sprintf("its clock is %s away from this machine's", off.Round(time.Second)), "Tokens and sessions end too soon or too late.", "Synchronise both clocks (NTP)."))
		}
	}
	return append(found, diagnoseStream(ctx, base))
}

// diagnoseStream asks for a stream and looks whether its bytes come when they are written.
func diagnoseStream(ctx context.Context, base string) finding {
	const what = "streams through the public address"
	const why, do = "Messages appear late, or only after a reload.", "Switch buffering of answers off for the server (nginx: proxy_buffering off; proxy_http_version 1.1;) and do not compress text/event-stream there."
	began := time.Now()
	answer, err := fetch(ctx, base+"/healthz?stream")
	if err != nil {
		return bad(what, "a stream does not open: "+err.Error(), why, do)
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusServiceUnavailable:
		return minor(what, "not tried: too many try at once", "", "Run the doctor again.")
	case !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream"):
		return minor(what, "not tried: the server there is of an older version", "", "Bring all nodes to one version.")
	case answer.Header.Get("Content-Encoding") != "":
		return bad(what, "something on the way compresses them ("+answer.Header.Get("Content-Encoding")+")", why, do)
	}
	if _, err := io.ReadFull(answer.Body, make([]byte, 1)); err != nil {
		return bad(what, "a stream ends before anything came: "+err.Error(), why, do)
	}
	if took := time.Since(began); took > atOnce {
		return bad(what, fmt.Sprintf("something on the way holds them back (%s until the first bytes)", took.Round(100*time.Millisecond)), why, do)
	}
	return well(what)
}

// fetch sends a request as a browser would, and keeps what comes as it comes.
func fetch(ctx context.Context, address string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept-Encoding", "gzip")
	return http.DefaultClient.Do(r)
}
