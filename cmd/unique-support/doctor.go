package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/taadis/unique-support/sql/local"
)

type doctorCommand struct{}

// finding is one thing the doctor looked at; trouble is "" when it is well.
type finding struct{ what, trouble string }

// Run says what is wrong, in plain words, and fails when anything is.
func (doctorCommand) Run(ctx context.Context, c *config, out io.Writer) error {
	findings := []finding{c.diagnoseFolder(), diagnoseFiles()}
	findings = append(findings, c.diagnoseDatabase(ctx)...)
	if c.BaseURL != "" {
		findings = append(findings, diagnoseURL(ctx, c.BaseURL))
	}
	bad := 0
	for _, f := range findings {
		if f.trouble == "" {
			fmt.Fprintf(out, "ok    %s\n", f.what)
			continue
		}
		bad++
		fmt.Fprintf(out, "BAD   %s: %s\n", f.what, f.trouble)
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d things need attention", bad, len(findings))
	}
	return nil
}

func (c *config) diagnoseFolder() finding {
	dir, err := c.folder()
	if err != nil {
		return finding{"data folder", err.Error()}
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return finding{"data folder", err.Error()}
	}
	if free := fs.Bavail * uint64(fs.Bsize); free < 1<<30 {
		return finding{"disk", fmt.Sprintf("%s has only %d MB left; Postgres stops writing when it is full", dir, free>>20)}
	}
	return finding{"data folder " + dir, ""}
}

func diagnoseFiles() finding {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return finding{"open files", err.Error()}
	}
	if l.Max < 4096 {
		return finding{"open files", fmt.Sprintf("the limit is %d; every visitor online takes one (ulimit -n)", l.Max)}
	}
	return finding{fmt.Sprintf("open files (%d)", l.Max), ""}
}

func (c *config) diagnoseDatabase(ctx context.Context) []finding {
	if c.DatabaseURL == "" {
		dir, err := c.folder()
		if err != nil {
			return nil // said already
		}
		if _, err := local.BinDir(filepath.Join(dir, "postgres")); err != nil {
			return []finding{{"Postgres programs", err.Error()}}
		}
		if _, err := os.Stat(filepath.Join(dir, "postgres")); errors.Is(err, os.ErrNotExist) {
			return []finding{{"database (there is none yet; serve makes it)", ""}}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	// A diagnosis changes nothing, so nothing is migrated here.
	db, err := c.open(ctx, c.logger(), true)
	if err != nil {
		return []finding{{"database", err.Error()}}
	}
	defer db.Close()
	if err := db.Ping(ctx, ""); err != nil {
		return []finding{{"database", "it does not answer: " + err.Error()}}
	}
	if err := db.Load(ctx); err != nil {
		return []finding{{"database", "its tables cannot be read; was it migrated? " + err.Error()}}
	}
	found := []finding{{"database", ""}}
	for _, l := range db.Lines() {
		f := finding{what: "line " + l.Name}
		if err := db.Ping(ctx, l.Name); err != nil {
			f.trouble = "its database does not answer: " + err.Error()
		}
		found = append(found, f)
	}
	return found
}

func diagnoseURL(ctx context.Context, base string) finding {
	f := finding{what: "public address " + base}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(base, "/")+"/healthz", nil)
	if err != nil {
		f.trouble = err.Error()
		return f
	}
	sent := time.Now()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		f.trouble = err.Error()
		return f
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.Header.Get("X-Trace-Id") == "" {
		f.trouble = fmt.Sprintf("something else answers there (status %d)", answer.StatusCode)
		return f
	}
	if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		if off := date.Sub(sent).Abs(); off > 5*time.Second {
			f.trouble = fmt.Sprintf("its clock is %s away from this machine's", off.Round(time.Second))
		}
	}
	return f
}
