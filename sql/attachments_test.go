package sql_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/sql"
)

func TestBlobs(t *testing.T) {
	t.Parallel()
	open := func(t *testing.T, floor uint64) (*sql.Blobs, string) {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "files")
		b, err := sql.OpenBlobs(dir, floor)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = b.Close() })
		return b, dir
	}
	count := func(dir string) (n int) {
		_ = fs.WalkDir(os.DirFS(dir), ".", func(_ string, d fs.DirEntry, _ error) error {
			if !d.IsDir() {
				n++
			}
			return nil
		})
		return n
	}
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		b, dir := open(t, 0)
		if err := b.Put(t.Context(), "shop/4b/one", strings.NewReader("bytes")); err != nil {
			t.Fatal(err)
		}
		f, err := b.Open(t.Context(), "shop/4b/one")
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		if err = errors.Join(err, f.Close()); err != nil || string(got) != "bytes" {
			t.Errorf("read %q, %v", got, err)
		}
		for range 2 {
			if err := b.Delete(t.Context(), "shop/4b/one"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Open(t.Context(), "shop/4b/one"); chat.CodeOf(err) != chat.CodeNotFound {
			t.Errorf("what is deleted opens with %v", err)
		}
		if n := count(dir); n != 0 {
			t.Errorf("%d files are left", n)
		}
	})
	t.Run("of what cannot be read to its end nothing is kept", func(t *testing.T) {
		t.Parallel()
		b, dir := open(t, 0)
		half := io.MultiReader(bytes.NewReader(make([]byte, 1<<16)), &failing{})
		if err := b.Put(t.Context(), "shop/4b/one", half); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got %v", err)
		}
		if n := count(dir); n != 0 {
			t.Errorf("%d files are left", n)
		}
	})
	t.Run("a full disk takes nothing", func(t *testing.T) {
		t.Parallel()
		b, _ := open(t, 1<<62)
		if err := b.Put(t.Context(), "shop/4b/one", strings.NewReader("bytes")); chat.CodeOf(err) != chat.CodeLineUnavailable {
			t.Errorf("got %v", err)
		}
	})
	t.Run("nothing outside the folder is touched", func(t *testing.T) {
		t.Parallel()
		b, dir := open(t, 0)
		outside := filepath.Join(filepath.Dir(dir), "secret")
		if err := os.WriteFile(outside, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := b.Put(t.Context(), "../secret", strings.NewReader("y")); err == nil {
			t.Error("it was written")
		}
		if f, err := b.Open(t.Context(), "../secret"); err == nil {
			t.Error("it was read", f.Close())
		}
		if err := b.Delete(t.Context(), "../secret"); err == nil {
			t.Error("it was deleted")
		}
	})
}

type failing struct{}

func (*failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
