//go:build !linux

package main

import (
	"context"
	"net"
	"os/exec"
	"syscall"
)

// leash is Linux's; elsewhere a child outlives this program when that is killed.
func leash(*exec.Cmd) {}

const needsLinux = skipped("needs Linux")

func mounted(string, int) (release func(), err error) { return nil, needsLinux }

func narrow(string, string, syscall.RawConn) error { return needsLinux }

type elsewhere struct{}

func newElsewhere(context.Context) (*elsewhere, func(), error) { return nil, nil, needsLinux }

func (*elsewhere) deafen(context.Context) error { return needsLinux }

func (*elsewhere) unplug(context.Context) error { return needsLinux }

func (*elsewhere) dial(context.Context, string, string) (net.Conn, error) { return nil, needsLinux }

type group struct{}

func bounded(int64) (*group, func(), error) { return nil, nil, needsLinux }

func (*group) join() []string { return nil }

func (*group) used() (int64, int, error) { return 0, 0, needsLinux }
