package main

import (
	"runtime/debug"

	"github.com/taadis/unique-support/handlers"
	"github.com/taadis/unique-support/sql"
)

// databases reads what the store and this node's bus count, in the words of the door.
func databases(store *sql.Store, bus *sql.Bus) map[string]handlers.Database {
	all, tails := map[string]handlers.Database{}, bus.Stats()
	for line, p := range store.Stats() {
		d := handlers.Database{Open: p.Open, InUse: p.InUse, Max: p.Max, Waits: p.Waits, Waited: p.Waited,
			InFlight: p.InFlight, Refused: p.Refused, Breaker: p.Breaker, Opens: p.Opens}
		if t, ok := tails[line]; ok {
			d.Tail = &handlers.Tail{Rows: t.Rows, Lag: t.Lag, Gaps: t.Gaps, Looked: t.Looked}
		}
		all[line] = d
	}
	return all
}

// build says what runs: the module's version, and the commit it was built from where that is known.
func build() handlers.Build {
	b := handlers.Build{Version: version(), Commit: "unknown"}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				b.Commit = s.Value
			}
		}
	}
	return b
}
