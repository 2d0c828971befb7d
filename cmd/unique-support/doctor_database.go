package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/taadis/unique-support/sql"
	"github.com/taadis/unique-support/sql/local"
)

const (
	// mainPool and linePool are how many connections a node opens at most, to the main database and for each line.
	mainPool, linePool = 20, 26
	// skew is how far apart clocks may be.
	skew = 2 * time.Second
)

// diagnoseDatabases looks at the main database and at every line's. A diagnosis changes nothing, so nothing is migrated here.
func (c *config) diagnoseDatabases(ctx context.Context) []finding {
	if c.DatabaseURL == "" {
		dir, err := c.folder()
		if err != nil {
			return nil // said already
		}
		dir = filepath.Join(dir, "postgres")
		if _, err := local.BinDir(dir); err != nil {
			return []finding{bad("Postgres programs", err.Error(), "Without DATABASE_URL the server runs a Postgres of its own.", "Install Postgres 15 or later, or set DATABASE_URL.")}
		}
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			return []finding{well("database (there is none yet; serve makes it)")}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	const do = "Check DATABASE_URL, and that Postgres runs and is reached from here."
	db, err := c.open(ctx, c.logger(), true)
	if err != nil {
		return []finding{bad("database", err.Error(), "Nothing works without it.", do)}
	}
	defer db.Close()
	if err := db.Ping(ctx, ""); err != nil {
		return []finding{bad("database", "it does not answer: "+err.Error(), "Nobody can sign in, and lines without a database of their own are away.", do)}
	}
	if err := db.Load(ctx); err != nil {
		return []finding{bad("database", "its tables cannot be read: "+err.Error(), "", "Run `unique-support migrate`.")}
	}
	need := mainPool
	for _, l := range db.Lines() {
		if l.DSN == "" {
			need += linePool
		}
	}
	found := survey(ctx, db, "", "database", need)
	for _, h := range db.Health(ctx) {
		found = append(found, diagnoseHook(ctx, db, h)...)
		what := "line " + h.Line.Name
		switch {
		case h.Err != nil:
			found = append(found, bad(what, h.Health, "Its visitors and agents cannot work; the other lines can.", "Check the database at "+h.Where+"."))
			continue
		case !strings.HasPrefix(h.Health, "ok") && h.Health != "moving":
			found = append(found, bad(what, h.Health, "Its visitors and agents cannot work; the other lines can.", ""))
			continue
		case h.Health != "ok":
			found = append(found, minor(what, h.Health, "", ""))
			continue
		}
		if h.Line.DSN == "" { // its settings are those of the main database
			found = append(found, well(what))
			continue
		}
		found = append(found, survey(ctx, db, h.Line.Name, what, linePool)...)
	}
	return found
}

// survey looks at how a database that answers is set up; need is how many connections a node may open to it.
func survey(ctx context.Context, db *database, line, what string, need int) []finding {
	v, err := db.Survey(ctx, line)
	if err != nil {
		return []finding{bad(what, "it does not say how it is set up: "+err.Error(), "", "")}
	}
	if found := judge(what, v, time.Now(), need); len(found) > 0 {
		return found
	}
	return []finding{well(fmt.Sprintf("%s (answers in %s)", what, v.Took.Round(10*time.Microsecond)))}
}

// judge says what is wrong with a database that answers.
func judge(what string, v sql.Survey, now time.Time, need int) (found []finding) {
	const loss = "Messages that were accepted may be lost when its machine stops."
	if !v.Fsync {
		found = append(found, bad(what, "fsync is off", loss, "Set fsync = on in postgresql.conf and reload."))
	}
	if !v.FullPages {
		found = append(found, bad(what, "full_page_writes is off", "A crash of its machine may damage the database beyond repair.", "Set full_page_writes = on and reload."))
	}
	if v.SynchronousCommit == "off" {
		found = append(found, bad(what, "synchronous_commit is off although this program asks for on", loss, "Something between drops the settings of connections, such as a pooler per transaction: let it work per session."))
	}
	if v.Standby {
		found = append(found, bad(what, "it is a standby, which takes no writes", "Nothing can be accepted.", "Point the address to the primary."))
	}
	if off := v.Now.Sub(now); off.Abs() > skew {
		found = append(found, bad(what, fmt.Sprintf("its clock is %s away from this machine's", off.Abs().Round(time.Second)), "Sessions end too soon or too late, and times look wrong to people.", "Synchronise both clocks (NTP)."))
	}
	if v.Took > 50*time.Millisecond {
		found = append(found, minor(what, fmt.Sprintf("a question takes %s", v.Took.Round(time.Millisecond)), "Every message takes several.", "Run the server near its database."))
	}
	if room := v.MaxConnections - 3; room < need { // three are kept for superusers
		found = append(found, bad(what, fmt.Sprintf("max_connections is %d and one node opens up to %d", v.MaxConnections, need), "Under load calls are refused.", "Raise max_connections: each node needs that many."))
	}
	return found
}
