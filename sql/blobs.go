package sql

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// Blobs keeps the bytes of files in a folder. Names are paths in it: nothing outside is ever touched.
type Blobs struct {
	root *os.Root
	dir  string
	// floor is how many bytes of the disk are left for others, of which the private Postgres may be one.
	floor uint64
}

// OpenBlobs opens the folder, and makes it if need be. Nothing is written while the disk has less than floor bytes left.
func OpenBlobs(dir string, floor uint64) (*Blobs, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of files: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of files: %w", err)
	}
	return &Blobs{root: root, dir: dir, floor: floor}, nil
}

// Close lets go of the folder.
func (b *Blobs) Close() error { return b.root.Close() }

// Put keeps all of what is read under the name, or nothing: it is written beside it, brought to the disk, and moved.
func (b *Blobs) Put(_ context.Context, name string, from io.Reader) (err error) {
	if err := b.room(); err != nil {
		return err
	}
	if err := b.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return full(fmt.Errorf("keep a file: %w", err))
	}
	part := name + ".part"
	f, err := b.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return full(fmt.Errorf("keep a file: %w", err))
	}
	_, err = io.Copy(f, from)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = errors.Join(b.root.Rename(part, name), b.sync(path.Dir(name)))
	}
	if err != nil {
		_ = b.root.Remove(part) // the error of interest is the first
		return full(fmt.Errorf("keep a file: %w", err))
	}
	return nil
}

// sync brings a folder to the disk, so that what was moved into it stays.
func (b *Blobs) sync(dir string) error {
	d, err := b.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open returns what is kept under the name, or chat.NotFound.
func (b *Blobs) Open(_ context.Context, name string) (io.ReadSeekCloser, error) {
	f, err := b.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, chat.NotFound()
	}
	if err != nil {
		return nil, fmt.Errorf("open a file: %w", err)
	}
	return f, nil
}

// Delete forgets what is kept under the name, and what an attempt to keep it left; the folder stays.
func (b *Blobs) Delete(_ context.Context, name string) error {
	for _, n := range []string{name, name + ".part"} {
		if err := b.root.Remove(n); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("delete a file: %w", err)
		}
	}
	return nil
}

func (b *Blobs) room() error {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(b.dir, &disk); err == nil && disk.Bavail*uint64(disk.Bsize) < b.floor {
		return full(syscall.ENOSPC)
	}
	return nil
}

// full makes an error of a full disk one that asks for another try later.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &chat.Error{Code: chat.CodeLineUnavailable, Key: "disk_full", Detail: "There is no room for files right now. Please try again later.", RetryAfter: time.Minute, Err: err}
	}
	return err
}
