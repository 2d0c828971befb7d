package handlers

import (
	"net/http"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func TestHandlers_healthz(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	t.Run("OK", func(t *testing.T) {
		r := r.at(t)
		r.want(r.call("GET", "/healthz", ""), 200, "")
		a := r.want(r.call("GET", "/healthz?stream", ""), 200, "")
		if got := string(a.body); got != ": welcome\n\n: goodbye\n\n" || a.Header.Get("Content-Type") != "text/event-stream" || a.Header.Get("X-Accel-Buffering") != "no" {
			t.Errorf("got %q with %v", got, a.Header)
		}
	})
	t.Run("no more than sixteen are tried at once", func(t *testing.T) {
		r := r.at(t)
		for range trials {
			a, err := http.Get(r.url + "/healthz?stream") // answered at once, open for three seconds
			if err != nil {
				t.Fatal(err)
			}
			defer a.Body.Close()
		}
		r.want(r.call("GET", "/healthz?stream", ""), 503, chat.CodeQueueFull)
		r.want(r.call("GET", "/healthz", ""), 200, "")
	})
}
