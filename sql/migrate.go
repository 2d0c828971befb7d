package sql

import (
	"context"
	stdsql "database/sql"
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"sync"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
	"github.com/pressly/goose/v3"
	gooselock "github.com/pressly/goose/v3/lock"

	"github.com/taadis/unique-support/core/chat"
)

//go:embed migrations
var migrationFiles embed.FS

const (
	// migrateWait bounds one schema's migration, the wait for another process that is at it included.
	migrateWait = 10 * time.Minute
	// reachWait is how long its database may take to answer at all.
	reachWait = 5 * time.Second
)

// Migrate brings the main schema up to date, reads the lines and brings theirs up to date. Any number of processes may do it at
// once: one does the work, the others wait. A line whose database is away is left to Refresh.
func (s *Store) Migrate(ctx context.Context) error {
	if err := migrate(ctx, s.main.source, "main", ""); err != nil {
		return fmt.Errorf("migrate main database: %w", err)
	}
	if err := s.Load(ctx); err != nil {
		return err
	}
	return s.migrateLines(ctx, s.Lines())
}

// migrateLines brings the lines' schemas up to date, all at once, so that one database that is away delays nobody else's.
func (s *Store) migrateLines(ctx context.Context, lines []chat.Line) error {
	errs := make([]error, len(lines))
	var running sync.WaitGroup
	for i, l := range lines {
		running.Go(func() {
			err := s.migrateLine(ctx, l)
			s.setBehind(l, err != nil)
			if chat.CodeOf(err) == chat.CodeLineUnavailable {
				s.log.WarnContext(ctx, "line not migrated yet", "line", l.Name, "error", err)
				return
			}
			errs[i] = err
		})
	}
	running.Wait()
	return errors.Join(errs...)
}

func (s *Store) migrateLine(ctx context.Context, l chat.Line) error {
	from, err := s.sourceOf(l)
	if err != nil {
		return err
	}
	if err := migrate(ctx, from, "line", schemaOf(l.Name)); err != nil {
		return fmt.Errorf("migrate line %s: %w", l.Name, err)
	}
	return nil
}

// migrate applies what is missing from migrations/<dir> to the schema, which it makes if need be; "" is the one that is there.
func migrate(ctx context.Context, to source, dir, schema string) error {
	ctx, cancel := context.WithTimeout(ctx, migrateWait)
	defer cancel()
	db := to.migrator()
	defer db.Close()
	if err := reach(ctx, db); err != nil {
		return err
	}
	if schema != "" {
		if err := makeSchema(ctx, db, schema); err != nil {
			return translate(err)
		}
	}
	files, err := fs.Sub(migrationFiles, "migrations/"+dir)
	if err != nil {
		return err
	}
	// The lock is the database's; each schema has its own, and trying again every second leaves nobody waiting in a transaction.
	name := fnv.New32a()
	_, _ = name.Write([]byte("unique-support " + schema))
	locker, err := gooselock.NewPostgresSessionLocker(gooselock.WithLockID(int64(name.Sum32())), gooselock.WithLockTimeout(1, 600))
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return translate(err)
}

// newestMigration is the version that migrations/<dir> end with.
func newestMigration(dir string) (int64, error) {
	names, err := fs.Glob(migrationFiles, "migrations/"+dir+"/*.sql")
	if err != nil {
		return 0, err
	}
	return goose.NumericComponent(names[len(names)-1]) // Glob sorts
}

// reach makes the first connection; what follows may take longer.
func reach(ctx context.Context, db *stdsql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, reachWait)
	defer cancel()
	return translate(db.PingContext(ctx))
}

// makeSchema looks first: to make one takes a right that whoever has a schema made for her does not need.
func makeSchema(ctx context.Context, db *stdsql.DB, schema string) error {
	var there bool
	if err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)", schema).Scan(&there); err != nil || there {
		return err
	}
	_, err := db.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+pq.QuoteIdentifier(schema))
	if pq.As(err, pqerror.UniqueViolation, pqerror.DuplicateSchema) != nil { // somebody else made it at the same time
		return nil
	}
	return err
}
