package local

import (
	"errors"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// process is a child that ends with this process.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed once it has gone
	err  error         // how it ended, to be read after done
}

func spawn(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go p.watch(started)
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// watch starts the child and waits for it on a thread of its own: Linux sends the death signal when the thread that
// forked the child ends, not the process, and Go may end an ordinary thread at any time.
func (p *process) watch(started chan<- error) {
	runtime.LockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	p.err = p.cmd.Wait()
	close(p.done)
}

// signal sends s and tells whether the child went within d.
func (p *process) signal(s syscall.Signal, d time.Duration) bool {
	_ = p.cmd.Process.Signal(s) // fails only where it has gone, which done tells
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-p.done:
		return true
	case <-t.C:
		return false
	}
}

// killGroup ends the child and its own children, and waits.
func (p *process) killGroup() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.done
}

// failure is how a child ended that should not have ended at all.
func (p *process) failure() error {
	if p.err != nil {
		return p.err
	}
	return errors.New("it ended without an error")
}
