package main

import (
	"path/filepath"
	"syscall"

	"github.com/taadis/unique-support/sql"
)

// floor is how much of the disk pictures and files leave to others: a private Postgres without room takes no messages.
const floor = 1 << 30

// blobs opens the folder of what people attach.
func (c *config) blobs() (*sql.Blobs, error) {
	dir, err := c.folder()
	if err != nil {
		return nil, err
	}
	return sql.OpenBlobs(filepath.Join(dir, "files"), floor)
}

// reserve is how many of the open files streams never get, beside a tenth of all: messages are sent, and the databases
// asked, however many only listen.
const reserve = 512

// maxStreams is how many streams may be open at once with the files this process may open; the Go runtime has raised that to
// what the system allows. 0 is no limit.
func maxStreams() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil || l.Cur > 1<<30 {
		return 0
	}
	return streamsOf(int(l.Cur))
}

func streamsOf(files int) int { return max(1, files-max(files/10, reserve)) }
