package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/taadis/unique-support/sql"
	"github.com/taadis/unique-support/sql/local"
)

// database is the opened store and, when no DATABASE_URL is set, the private Postgres below it.
type database struct {
	*sql.Store
	server *local.Server
	dir    string
	log    *slog.Logger
	// ended is closed when the private Postgres is no longer watched.
	ended chan struct{}
	stop  context.CancelFunc
}

// open opens the database that is set. Without one it starts the private Postgres, or, when beside is true and a server
// runs on the same folder, uses the one that server started.
func (c *config) open(ctx context.Context, log *slog.Logger, beside bool) (*database, error) {
	d := &database{log: log, ended: make(chan struct{})}
	dsn := c.DatabaseURL
	if dsn == "" {
		dir, err := c.folder()
		if err != nil {
			return nil, err
		}
		d.dir = filepath.Join(dir, "postgres")
		d.server, err = local.Start(ctx, d.dir)
		switch {
		case err == nil:
			dsn = d.server.DSN()
		case beside && errors.Is(err, local.ErrInUse):
			if dsn, err = local.DSN(d.dir); err != nil {
				return nil, err
			}
		default:
			return nil, err
		}
	}
	watch, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.stop = stop
	go d.watch(watch)
	var err error
	d.Store, err = sql.Open(ctx, sql.Options{DSN: dsn, Log: log})
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// ready opens the database, migrates it and loads the lines.
func (c *config) ready(ctx context.Context, log *slog.Logger, beside bool) (*database, error) {
	d, err := c.open(ctx, log, beside)
	if err != nil {
		return nil, err
	}
	if err := d.Migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate: %w", err), d.Close())
	}
	if err := d.Load(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("load the lines: %w", err), d.Close())
	}
	return d, nil
}

// watch starts the private Postgres again whenever something ended it.
func (d *database) watch(ctx context.Context) {
	defer close(d.ended)
	if d.server == nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.server.Exited():
		}
		if ctx.Err() != nil {
			return
		}
		d.log.Warn("private postgres ended, starting it again", "folder", d.dir)
		for {
			_ = d.server.Stop() // frees the folder's lock; the server is gone already
			again, err := local.Start(ctx, d.dir)
			if err == nil {
				d.server = again
				break
			}
			d.log.Error("private postgres did not start", "error", err)
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Second):
			}
		}
	}
}

// Close closes the store, then stops the private Postgres.
func (d *database) Close() error {
	var err error
	if d.Store != nil {
		err = d.Store.Close()
	}
	d.stop()
	<-d.ended
	if d.server != nil {
		err = errors.Join(err, d.server.Stop())
	}
	return err
}
