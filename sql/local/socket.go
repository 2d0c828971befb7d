package local

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrNotRunning says that no server runs on the directory.
var ErrNotRunning = errors.New("no server runs")

const (
	role       = "support"
	socketFile = ".s.PGSQL.5432"
	// maxSocketName is what fits everywhere (Linux takes 107 bytes, macOS 103), less Postgres' own lock file beside it.
	maxSocketName = 103 - len("/"+socketFile+".lock")
)

// DSN is the data source name of the server that another process runs on dir, for a command beside it.
// The error is ErrNotRunning where there is none.
func DSN(dir string) (string, error) {
	root, err := resolve(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w on %s", ErrNotRunning, dir)
	}
	if err != nil {
		return "", err
	}
	socket, err := filepath.EvalSymlinks(socketLink(root))
	if err == nil {
		err = knock(socket)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return "", fmt.Errorf("%w on %s", ErrNotRunning, root)
	case err != nil:
		return "", fmt.Errorf("reach the server on %s: %w", root, err)
	}
	return dsn(socket), nil
}

// knock finds out whether anyone listens.
func knock(socket string) error {
	var d net.Dialer
	c, err := d.DialContext(context.Background(), "unix", filepath.Join(socket, socketFile))
	if err != nil {
		return err
	}
	return c.Close()
}

func dsn(socket string) string {
	host := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(socket)
	return fmt.Sprintf("host='%s' port=5432 user=%s dbname=postgres sslmode=disable", host, role)
}

func socketLink(root string) string { return filepath.Join(root, "pg.socket") }

// makeSocketDir makes the directory of the socket, elsewhere where the data directory's name does not suit one: it is too
// long, or has the comma at which lib/pq parts one host from the next.
func (c *cluster) makeSocketDir() (string, error) {
	link := socketLink(c.root)
	dir := link
	if len(dir) <= maxSocketName && !strings.Contains(dir, ",") {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return "", fmt.Errorf("make socket directory: %w", err)
		}
	} else {
		// The same every time, so that whoever has the data source name also reaches a server that was started again.
		dir = filepath.Join(os.TempDir(), fmt.Sprintf("unique-support-%.10x", sha256.Sum256([]byte(c.root))))
		err := os.Mkdir(dir, 0o700)
		if errors.Is(err, fs.ErrExist) { // somebody else's: this directory's own was removed before
			dir, err = os.MkdirTemp("", "unique-support-")
		}
		if err != nil {
			return "", fmt.Errorf("make socket directory: %w", err)
		}
		if err := os.Symlink(dir, link); err != nil {
			return "", errors.Join(fmt.Errorf("make socket directory: %w", err), os.Remove(dir))
		}
	}
	if err := os.Chown(dir, c.as.uid, c.as.gid); err != nil {
		return "", fmt.Errorf("make socket directory: %w", err)
	}
	return dir, nil
}

// removeSocketDir removes the directory and the link to it, if there are any.
func (c *cluster) removeSocketDir() error {
	link := socketLink(c.root)
	if dir, err := filepath.EvalSymlinks(link); err == nil {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("remove socket directory: %w", err)
		}
	}
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove socket directory: %w", err)
	}
	return nil
}

// quoteListItem quotes one item of a setting that is a list, where a comma or a quote would mean something.
func quoteListItem(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// globQuote takes the meaning from what filepath.Glob would not take literally.
func globQuote(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}
