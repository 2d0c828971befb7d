package local

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ErrNoPostgres says that Postgres' programs are not on this machine.
var ErrNoPostgres = errors.New("no Postgres found: apt-get install postgresql, or set DATABASE_URL")

// places are where packages put initdb and postgres, which are seldom on the PATH.
var places = []string{
	"/usr/lib/postgresql/*/bin",            // Debian, Ubuntu
	"/usr/pgsql-*/bin",                     // PGDG on Red Hat
	"/usr/libexec/postgresql*",             // Alpine
	"/usr/local/pgsql/bin",                 // from source
	"/opt/homebrew/opt/postgresql@*/bin",   // macOS
	"/usr/local/opt/postgresql@*/bin",      // macOS on Intel
	"/Library/PostgreSQL/*/bin",            // the macOS installer
	"/nix/var/nix/profiles/default/bin",    // Nix
	"/run/current-system/sw/bin",           // NixOS
	"/home/linuxbrew/.linuxbrew/opt/*/bin", // Homebrew on Linux
}

// BinDir finds the directory of initdb and postgres for the data in dir: the newest on the machine, or, where dir
// already holds a cluster, that of the major version which wrote it and which alone can read it.
func BinDir(dir string) (string, error) {
	written, err := writtenBy(dir)
	if err != nil {
		return "", err
	}
	var best string
	var newest int
	var others []string
	for _, bin := range candidates() {
		major, err := majorVersion(bin)
		if err != nil {
			continue
		}
		if written != 0 && major != written {
			others = append(others, strconv.Itoa(major))
			continue
		}
		if major > newest {
			best, newest = bin, major
		}
	}
	switch {
	case best != "":
		return best, nil
	case len(others) > 0:
		slices.Sort(others)
		return "", fmt.Errorf("the data in %s were written by Postgres %d, but this machine has %s: apt-get install postgresql-%d",
			dir, written, strings.Join(slices.Compact(others), ", "), written)
	default:
		return "", ErrNoPostgres
	}
}

// writtenBy is the major version of the cluster in dir, 0 where there is none.
func writtenBy(dir string) (int, error) {
	b, err := os.ReadFile(filepath.Join(dir, "pg", "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read version of the data: %w", err)
	}
	v, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return 0, fmt.Errorf("read version of the data: %w", err)
	}
	return v, nil
}

func candidates() []string {
	var dirs []string
	if p, err := exec.LookPath("postgres"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	for _, place := range places {
		found, _ := filepath.Glob(place) // fails only on a bad pattern
		dirs = append(dirs, found...)
	}
	return slices.DeleteFunc(dirs, func(dir string) bool {
		_, err := exec.LookPath(filepath.Join(dir, "initdb"))
		return err != nil
	})
}

// majorVersion asks postgres, whose answer is like "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
func majorVersion(bin string) (int, error) {
	out, err := exec.Command(filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return 0, fmt.Errorf("ask for the version of postgres: %w", err)
	}
	_, v, ok := strings.Cut(string(out), "(PostgreSQL) ")
	if !ok {
		return 0, fmt.Errorf("unknown version of postgres: %q", out)
	}
	digits := strings.IndexFunc(v, func(r rune) bool { return r < '0' || r > '9' }) // 15.18, 19devel
	if digits < 0 {
		digits = len(v)
	}
	return strconv.Atoi(v[:digits])
}
