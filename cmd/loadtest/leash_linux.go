package main

import (
	"os/exec"
	"syscall"
)

// leash ends a child with this program, however that ends, and keeps the terminal's Ctrl-C from it.
func leash(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
