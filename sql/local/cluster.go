package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// ErrInUse says that another process, or another Server of this one, serves the directory.
var ErrInUse = errors.New("already in use by another process")

// keepLog is the size at which a start puts the log aside, so that at most two of about this size are kept.
const keepLog = 16 << 20

// cluster is the directory and what is in it. Whoever has one holds the directory's lock.
type cluster struct {
	root string // absolute, without links, as /proc tells it
	data string
	lock *os.File
	as   account
}

func openCluster(dir string) (_ *cluster, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	root, err := resolve(dir)
	if err != nil {
		return nil, err
	}
	c := &cluster{root: root, data: filepath.Join(root, "pg")}
	if c.lock, err = os.OpenFile(filepath.Join(root, "pg.lock"), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	defer func() {
		if err != nil {
			_ = c.unlock()
		}
	}()
	if err := syscall.Flock(int(c.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("data directory %s is %w", root, ErrInUse)
	} else if err != nil {
		return nil, fmt.Errorf("lock data directory %s: %w", root, err)
	}
	if c.as, err = accountFor(c.data); err != nil {
		return nil, err
	}
	return c, nil
}

// resolve gives dir the one name that it has in /proc.
func resolve(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find data directory: %w", err)
	}
	root, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return "", fmt.Errorf("find data directory: %w", err)
	}
	return root, nil
}

// clear ends what a killed predecessor left at work in the directory and removes its litter. Postgres would take a
// zombie, or a stranger that was given the old process number, for a server that still runs.
func (c *cluster) clear(ctx context.Context) error {
	if err := c.endStrays(ctx); err != nil {
		return err
	}
	if err := c.removeSocketDir(); err != nil {
		return err
	}
	unfinished, err := filepath.Glob(filepath.Join(globQuote(c.root), "pg.init-*"))
	if err != nil {
		return fmt.Errorf("find unfinished clusters: %w", err)
	}
	for _, dir := range unfinished {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("remove unfinished cluster: %w", err)
		}
	}
	return c.rotateLog()
}

func (c *cluster) endStrays(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	signals := []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL}
	for deadline := time.Now(); ; {
		pids, err := c.strays()
		if err != nil {
			return err
		}
		if len(pids) == 0 {
			return c.forgetPid()
		}
		if !time.Now().Before(deadline) {
			if len(signals) == 0 {
				return fmt.Errorf("processes %v still work in %s and do not end", pids, c.root)
			}
			for _, pid := range pids {
				_ = syscall.Kill(pid, signals[0]) // gone already, or seen again in the next round
			}
			signals, deadline = signals[1:], time.Now().Add(10*time.Second)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for processes %v in %s to end: %w", pids, c.root, ctx.Err())
		}
	}
}

// init makes the cluster where there is none.
func (c *cluster) init(ctx context.Context, bin string, unsafe bool) error {
	if _, err := os.Stat(filepath.Join(c.data, "PG_VERSION")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	dir, err := os.MkdirTemp(c.root, "pg.init-")
	if err != nil {
		return fmt.Errorf("make cluster: %w", err)
	}
	if err := os.Chown(dir, c.as.uid, c.as.gid); err != nil {
		return fmt.Errorf("make cluster: %w", err)
	}
	args := []string{
		"--pgdata", dir, "--username", role, "--auth", "trust", "--encoding", "UTF8",
		"--locale", "C", "--lc-ctype", ctype, "--data-checksums", "--no-instructions",
	}
	if unsafe {
		args = append(args, "--no-sync")
	}
	p, err := c.spawn(dir, filepath.Join(bin, "initdb"), args...)
	if err != nil {
		return fmt.Errorf("run initdb: %w", err)
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		p.killGroup()
		return fmt.Errorf("run initdb: %w", ctx.Err())
	}
	if p.err != nil {
		return fmt.Errorf("run initdb: %w%s", p.err, c.logTail())
	}
	if err := os.Rename(dir, c.data); err != nil {
		return fmt.Errorf("make cluster: %w", err)
	}
	return syncDir(c.root) // else a power cut could undo the rename, and clear would take the data for litter
}

// spawn starts one of Postgres' programs as the cluster's account, its output in the log.
func (c *cluster) spawn(dir, program string, args ...string) (*process, error) {
	log, err := os.OpenFile(c.logName(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log // by its directory a stray is known again
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = c.as.attributes()
	p, err := spawn(cmd)
	if err != nil {
		return nil, c.as.explain(err)
	}
	return p, nil
}

func (c *cluster) logName() string { return filepath.Join(c.root, "pg.log") }

func (c *cluster) rotateLog() error {
	st, err := os.Stat(c.logName())
	if errors.Is(err, fs.ErrNotExist) || err == nil && st.Size() < keepLog {
		return nil
	}
	if err != nil {
		return fmt.Errorf("rotate log: %w", err)
	}
	if err := os.Rename(c.logName(), c.logName()+".old"); err != nil {
		return fmt.Errorf("rotate log: %w", err)
	}
	return nil
}

// logTail is the end of the log, on lines of its own, for an error's text.
func (c *cluster) logTail() string {
	b, err := os.ReadFile(c.logName())
	if err != nil || len(b) == 0 {
		return ""
	}
	lines := bytes.Split(bytes.TrimSpace(b), []byte("\n"))
	return "\n" + string(bytes.Join(lines[max(0, len(lines)-8):], []byte("\n")))
}

// close gives the directory up.
func (c *cluster) close() error {
	return errors.Join(c.removeSocketDir(), c.unlock())
}

// unlock says so to the kernel itself: closing alone would leave the lock with a child that is just being forked.
func (c *cluster) unlock() error {
	return errors.Join(syscall.Flock(int(c.lock.Fd()), syscall.LOCK_UN), c.lock.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	return nil
}
