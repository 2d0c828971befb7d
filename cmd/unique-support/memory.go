package main

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
)

const (
	// aside is the memory that streams never get: the program with its pools, and a password that is being hashed, take it.
	aside = 96 << 20
	// perStream is what a stream may cost while its reader is slow, in this process and in the kernel together; idle it is a quarter of that.
	perStream = 16 << 10
	// boundless is from where on a limit is none: control groups write one as a very large number.
	boundless = 1 << 50
)

// memoryLimit is how many bytes the control groups of this process let it use, on a system whose own files are at root; 0 is no limit.
func memoryLimit(root string) (least int64) {
	groups, err := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(groups)) {
		of := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(of) != 3 {
			continue
		}
		where, file := "sys/fs/cgroup", "memory.max"
		switch of[1] {
		case "":
		case "memory":
			where, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		// A limit of any group above holds too. In a container the path may be the host's, and only the top be there.
		for path := filepath.Clean("/" + of[2]); ; path = filepath.Dir(path) {
			b, err := os.ReadFile(filepath.Join(root, where, path, file))
			if n, bad := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64); err == nil && bad == nil && n > 0 && n < boundless && (least == 0 || n < least) {
				least = n
			}
			if path == "/" {
				break
			}
		}
	}
	return least
}

// frugal has the runtime collect garbage before the limit is reached, unless an operator chose otherwise. The kernel takes its part
// for sockets.
func frugal(limit int64) {
	if limit > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit - limit/4)
	}
}

// streamsIn is how many streams there is room for in so much memory; 0 is no limit.
func streamsIn(memory int64) int {
	if memory <= 0 {
		return 0
	}
	return int(max(1, (memory-aside)/perStream))
}

// fewer is the smaller of two limits, 0 being none.
func fewer(a, b int) int {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
