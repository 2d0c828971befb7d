//go:build !linux

package main

import "os/exec"

// leash does nothing where a child cannot be ended with its parent.
func leash(*exec.Cmd) {}
