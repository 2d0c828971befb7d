package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// strays are the processes of Postgres that work in the directory though this process, which holds the lock, has
// started none: a server that is still shutting down, backends that outlive a killed one, an initdb.
func (c *cluster) strays() ([]int, error) {
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		return nil, fmt.Errorf("look for running servers: %w", err)
	}
	var pids []int
	for _, link := range links {
		cwd, err := os.Readlink(link) // fails for a process that has gone, or is another user's
		if err != nil || cwd != c.data && !strings.HasPrefix(cwd, filepath.Join(c.root, "pg.init-")) {
			continue
		}
		proc := filepath.Dir(link)
		name, err := os.ReadFile(filepath.Join(proc, "comm"))
		if err != nil || !isPostgres(strings.TrimSpace(string(name))) {
			continue // somebody's shell, say
		}
		if pid, err := strconv.Atoi(filepath.Base(proc)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

func isPostgres(name string) bool {
	return name == "postgres" || name == "postmaster" || name == "initdb"
}

// forgetPid removes the number of a server that is known to have gone.
func (c *cluster) forgetPid() error {
	if err := os.Remove(filepath.Join(c.data, "postmaster.pid")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove old postmaster.pid: %w", err)
	}
	return nil
}
