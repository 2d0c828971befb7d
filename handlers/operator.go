package handlers

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/views/i18n"
	"github.com/taadis/unique-support/views/operator"
)

// silence is how long a canary may not have come through before its line counts as sick.
const silence = time.Minute

// operator draws the page of the operator's address. It asks no database: it says what is known.
func (h *Handlers) operator(w http.ResponseWriter, r *http.Request) {
	now, streams := h.now(), h.hub.Stats()
	known := map[string]Database{}
	if h.databases != nil {
		known = h.databases()
	}
	page := operator.Page{Text: i18n.For(i18n.Match("", r.Header.Get("Accept-Language"), i18n.English), time.UTC), Node: h.node, Version: h.build.Version,
		At: now, Leaving: h.draining.Load(), Visitors: streams.Visitors, Agents: streams.Agents, Main: drawn(known[""])}
	for name, n := range h.desk.Stats() {
		page.Lines = append(page.Lines, lineOf(name, n, known[name], now))
	}
	slices.SortFunc(page.Lines, func(a, b operator.Line) int { return strings.Compare(a.Name, b.Name) })
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = page.View().Render(r.Context(), w) // whoever asked may have left
}

func lineOf(name string, n desk.Stats, d Database, now time.Time) operator.Line {
	l := operator.Line{Name: name, Health: "well", Accepted: n.Accepted, Queued: n.Router.Queued, Database: drawn(d), NoCanary: n.Canary == nil}
	if d.Breaker == "open" {
		l.Health = "away"
	}
	if n.Canary == nil {
		return l
	}
	l.Canary, l.Stopped = n.Canary.Last, n.Canary.Stopped
	if l.Health == "well" && (l.Stopped != "" || !l.Canary.IsZero() && now.Sub(l.Canary) > silence) {
		l.Health = "silent"
	}
	return l
}

func drawn(d Database) operator.Database {
	o := operator.Database{Breaker: d.Breaker, InUse: d.InUse, Max: d.Max}
	if d.Tail != nil {
		o.Tailed, o.Lag, o.Gaps = true, d.Tail.Lag, d.Tail.Gaps
	}
	return o
}
