package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// ctype makes upper, lower and ILIKE know more than ASCII; the order stays that of the bytes.
const ctype = "C.UTF-8"

// account is whom Postgres runs as: it refuses root, and wants to find itself in the list of users.
type account struct {
	uid, gid int // who owns the files, as seen by this process
	// Either of these, where Postgres cannot simply run as this process does:
	become *user.User // another user, whom root may become
	pose   *user.User // a name inside a user namespace for the unchanged account outside
}

// accountFor chooses the account for a cluster. Whoever owns one that exists has to go on with it.
func accountFor(data string) (account, error) {
	me := account{uid: os.Geteuid(), gid: os.Getegid()}
	owner, err := ownerOf(data)
	if err != nil {
		return account{}, err
	}
	if me.uid != 0 {
		if owner >= 0 && owner != me.uid {
			return account{}, fmt.Errorf("%s belongs to user %d, but this process runs as user %d", data, owner, me.uid)
		}
		if _, err := user.LookupId(strconv.Itoa(me.uid)); err == nil {
			return me, nil
		}
		return me.posing()
	}
	for _, name := range []string{"postgres", "nobody"} {
		a, ok := become(name)
		if ok && (owner == a.uid || owner < 0 && reachable(data, a)) {
			return a, nil
		}
	}
	if owner > 0 {
		return account{}, fmt.Errorf("%s belongs to user %d, who is neither postgres nor nobody", data, owner)
	}
	return me.posing() // some parent, /root say, is closed to everyone else
}

func ownerOf(data string) (int, error) {
	var st syscall.Stat_t
	if err := syscall.Stat(data, &st); errors.Is(err, fs.ErrNotExist) {
		return -1, nil
	} else if err != nil {
		return 0, fmt.Errorf("find the owner of %s: %w", data, err)
	}
	return int(st.Uid), nil
}

func become(name string) (account, bool) {
	u, err := user.Lookup(name)
	if err != nil {
		return account{}, false
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	return account{uid: uid, gid: gid, become: u}, err1 == nil && err2 == nil
}

func (a account) posing() (account, error) {
	u, err := user.Lookup("nobody")
	if err != nil {
		return account{}, fmt.Errorf("find a user to run postgres as: %w", err)
	}
	a.pose = u
	return a, nil
}

// reachable tells whether every directory above path lets a through.
func reachable(path string, a account) bool {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		var st syscall.Stat_t
		if err := syscall.Stat(dir, &st); err != nil {
			return false
		}
		pass := uint32(0o001)
		switch {
		case int(st.Uid) == a.uid:
			pass = 0o100
		case int(st.Gid) == a.gid:
			pass = 0o010
		}
		if st.Mode&pass == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

// attributes put a child into its account, out of reach of the terminal's Ctrl-C, and end it with this process.
func (a account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
	switch {
	case a.become != nil:
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	case a.pose != nil:
		uid, gid := number(a.pose.Uid), number(a.pose.Gid)
		attr.Cloneflags = syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: a.uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: a.gid, Size: 1}}
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), NoSetGroups: true}
	}
	return attr
}

// number reads an id, which on Linux is always one.
func number(id string) int {
	n, _ := strconv.Atoi(id)
	return n
}

// explain adds to a failed start what a system without user namespaces leaves unsaid.
func (a account) explain(err error) error {
	if a.pose != nil && (errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EINVAL)) {
		return fmt.Errorf("%w: this system has no user namespaces; use a data directory whose parents are open to the user postgres", err)
	}
	return err
}
