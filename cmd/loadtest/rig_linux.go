package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// leash ends a child with this program, however that ends, and keeps the terminal's Ctrl-C from it.
func leash(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// mounted puts a file system of so many megabytes, in memory, on a folder; release takes it away.
func mounted(dir string, megabytes int) (release func(), err error) {
	err = unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("size=%dm", megabytes))
	if errors.Is(err, unix.EPERM) {
		return nil, skipped("needs root, to mount a file system of its own")
	}
	if err != nil {
		return nil, fmt.Errorf("mount a file system on %s: %w", dir, err)
	}
	return func() { _ = unix.Unmount(dir, unix.MNT_DETACH) }, nil
}

// narrow has a connection take little before it is read.
func narrow(_, _ string, c syscall.RawConn) (err error) {
	failed := c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 4096) })
	return errors.Join(failed, err)
}

// elsewhere is a network of its own on this machine, behind a wire that can be harmed.
type elsewhere struct {
	name string
	// here is the near end of the wire, there the far one.
	here, there string
	// host is this machine's address on the wire.
	host string
}

// newElsewhere makes it; release takes it away.
func newElsewhere(ctx context.Context) (e *elsewhere, release func(), err error) {
	id := rand.IntN(60_000) // the kernel takes its time to forget the one before
	e = &elsewhere{name: fmt.Sprint("faults", id), here: fmt.Sprint("fa", id), there: fmt.Sprint("fb", id)}
	e.host = fmt.Sprintf("10.%d.%d.1", 200+id%50, id/50%250)
	guest := strings.TrimSuffix(e.host, "1") + "2"
	release = func() { _ = e.do(context.WithoutCancel(ctx), "ip netns del "+e.name) } // the wire goes with it
	for i, command := range []string{
		"ip netns add " + e.name,
		"ip link add " + e.here + " address 02:00:00:00:00:01 type veth peer name " + e.there + " address 02:00:00:00:00:02 netns " + e.name,
		"ip addr add " + e.host + "/30 dev " + e.here,
		"ip link set " + e.here + " up",
		"ip -n " + e.name + " addr add " + guest + "/30 dev " + e.there,
		"ip -n " + e.name + " link set " + e.there + " up",
		// Nobody has to ask whose address is whose: the answer could be lost.
		"ip neigh add " + guest + " lladdr 02:00:00:00:00:02 dev " + e.here + " nud permanent",
		"ip -n " + e.name + " neigh add " + e.host + " lladdr 02:00:00:00:00:01 dev " + e.there + " nud permanent",
	} {
		if err := e.do(ctx, command); err != nil {
			if i == 0 {
				return nil, nil, skipped("needs root and ip, to make a network of its own: " + err.Error())
			}
			release()
			return nil, nil, err
		}
	}
	return e, release, nil
}

func (e *elsewhere) do(ctx context.Context, command string) error {
	words := strings.Fields(command)
	if out, err := exec.CommandContext(ctx, words[0], words[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w %s", command, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// deafen loses everything this machine sends over the wire: a queue that has room for no packet.
func (e *elsewhere) deafen(ctx context.Context) error {
	return e.do(ctx, "tc qdisc add dev "+e.here+" root tbf rate 8bit burst 10 limit 10")
}

// unplug takes the far end of the wire down.
func (e *elsewhere) unplug(ctx context.Context) error {
	return e.do(ctx, "ip -n "+e.name+" link set "+e.there+" down")
}

// dial connects from there to a port of this machine.
func (e *elsewhere) dial(ctx context.Context, network, address string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	there, err := os.Open(filepath.Join("/run/netns", e.name))
	if err != nil {
		return nil, err
	}
	defer there.Close()
	here, err := os.Open("/proc/self/ns/net")
	if err != nil {
		return nil, err
	}
	defer here.Close()
	runtime.LockOSThread() // a socket belongs to the network its thread is in when it is made
	if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	c, err := (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort(e.host, port))
	if back := unix.Setns(int(here.Fd()), unix.CLONE_NEWNET); back != nil {
		return nil, errors.Join(err, back) // the thread stays locked and ends with its goroutine
	}
	runtime.UnlockOSThread()
	return c, err
}

// group is a control group that bounds the memory of who joins it.
type group struct{ dir, peak, events string }

// bounded makes a group for so many bytes; release takes it away once nobody is in it.
func bounded(bytes int64) (g *group, release func(), err error) {
	name := fmt.Sprint("faults", os.Getpid())
	for _, v := range []struct{ top, limit, peak, events string }{
		{"/sys/fs/cgroup", "memory.max", "memory.peak", "memory.events"},
		{"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.max_usage_in_bytes", "memory.oom_control"},
	} {
		dir := filepath.Join(v.top, name)
		if os.Mkdir(dir, 0o755) != nil {
			continue
		}
		release := func() { _ = os.Remove(dir) }
		limit, err := os.OpenFile(filepath.Join(dir, v.limit), os.O_WRONLY, 0) // it is there where groups for memory are
		if err == nil {
			_, err = fmt.Fprint(limit, bytes)
			err = errors.Join(err, limit.Close())
		}
		if err == nil {
			return &group{dir, v.peak, v.events}, release, nil
		}
		release()
	}
	return nil, nil, skipped("needs root and a control group for memory")
}

// join is a prefix that puts a program into the group.
func (g *group) join() []string { return limited("echo $$ > " + g.dir + "/cgroup.procs") }

// used is how many bytes the group took at most, kills how many of its processes the kernel ended for want of memory.
func (g *group) used() (most int64, kills int, err error) {
	b, err1 := os.ReadFile(filepath.Join(g.dir, g.peak))
	text, err2 := os.ReadFile(filepath.Join(g.dir, g.events))
	if err := errors.Join(err1, err2); err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		if name, n, _ := strings.Cut(strings.TrimSpace(line), " "); name == "oom_kill" {
			kills = numbers(n)[0]
		}
	}
	_, err = fmt.Sscan(string(b), &most)
	return most, kills, err
}
