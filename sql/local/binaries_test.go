package local_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/taadis/unique-support/sql/local"
)

func TestBinDir(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)

	t.Run("OK", func(t *testing.T) {
		bin, err := local.BinDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, program := range []string{"initdb", "postgres"} {
			if _, err := os.Stat(filepath.Join(bin, program)); err != nil {
				t.Error(err)
			}
		}
	})

	t.Run("data of a version that is not here", func(t *testing.T) {
		if err := os.Mkdir(filepath.Join(dir, "pg"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "pg", "PG_VERSION"), []byte("9\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := local.BinDir(dir)
		if err == nil || !strings.Contains(err.Error(), "apt-get install postgresql-9") {
			t.Errorf("error = %v, want what to install", err)
		}
	})
}

func TestErrNoPostgres(t *testing.T) {
	t.Parallel()
	if err := local.ErrNoPostgres; !strings.Contains(err.Error(), "apt-get install postgresql") || errors.Unwrap(err) != nil {
		t.Errorf("ErrNoPostgres = %v, want what to install", err)
	}
}
