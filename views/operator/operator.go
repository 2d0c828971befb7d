// Package operator draws the page on the operator's address: which line is sick, at once.
package operator

import (
	"strconv"
	"time"

	"github.com/taadis/unique-support/views/i18n"
)

// Page is how a node is.
type Page struct {
	Text    i18n.Text
	Node    string
	Version string
	At      time.Time
	Leaving bool
	// Visitors and Agents are the open streams.
	Visitors, Agents int
	Lines            []Line
	// Main is the main database.
	Main Database
}

// Line is how a line is on this node.
type Line struct {
	Name string
	// Health is well, away or silent; Stopped is where the canary's message got lost, if it did.
	Health, Stopped string
	// Canary is when its message last arrived, Accepted when somebody's was last accepted; zero when never. NoCanary is when there is none.
	Canary, Accepted time.Time
	NoCanary         bool
	Queued           int
	Database         Database
}

// Database is how a database answers this node.
type Database struct {
	// Breaker is closed, half-open or open; empty when nothing is known.
	Breaker    string
	InUse, Max int
	// Lag is how late messages of other nodes are seen, Gaps are those still looked for.
	Lag    time.Duration
	Gaps   int
	Tailed bool
}

func (p Page) sick() (n int) {
	for _, l := range p.Lines {
		if l.Health != "well" {
			n++
		}
	}
	return n
}

// ago says how long it is since a time.
func (p Page) ago(at time.Time) string {
	if at.IsZero() {
		return p.Text.S("operator.never")
	}
	return p.Text.F("operator.ago", "Time", p.At.Sub(at).Round(time.Second).String())
}

func (l Line) health(t i18n.Text) string {
	if l.Stopped != "" {
		return t.S("operator.stopped." + l.Stopped)
	}
	return t.S("operator.health." + l.Health)
}

func (d Database) pool() string { return strconv.Itoa(d.InUse) + " / " + strconv.Itoa(d.Max) }

func (d Database) breaker(t i18n.Text) string {
	if d.Breaker == "" {
		return "–"
	}
	return t.S("operator.breaker." + d.Breaker)
}

func (d Database) tail(t i18n.Text) string {
	if !d.Tailed {
		return "–"
	}
	return t.F("operator.tail", "Lag", d.Lag.Round(time.Millisecond).String(), "Gaps", d.Gaps)
}
