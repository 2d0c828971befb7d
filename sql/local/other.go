//go:build !linux

package local

import (
	"errors"
	"os"
	"syscall"
)

// What a developer's other systems lack: no death signal, so a killed program leaves Postgres running, and no /proc to
// find it by. Postgres itself then refuses to start twice, and says so.

const ctype = "UTF-8"

type account struct{ uid, gid int }

func accountFor(string) (account, error) {
	if os.Geteuid() == 0 {
		return account{}, errors.New("postgres does not run as root: start this program as another user")
	}
	return account{uid: os.Geteuid(), gid: os.Getegid()}, nil
}

func (a account) attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func (a account) explain(err error) error { return err }

func (c *cluster) strays() ([]int, error) { return nil, nil }

func (c *cluster) forgetPid() error { return nil }
