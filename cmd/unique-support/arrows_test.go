package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/taadis/unique-support/"

// arrows says which rooms a room may import; a room's subfolders follow it. docs and the map in README.md draw the same.
var arrows = map[string][]string{
	"core/chat":     {},
	"widget":        {},
	"core/router":   {"core/chat"},
	"sql":           {"core/chat"},
	"handlers/push": {"core/chat"},
	"core/desk":     {"core/chat", "core/router"},
	"core/jobs":     {"core/chat", "core/desk"},
	"static":        {"widget"},
	"views":         {"core/chat", "static"},
	"handlers":      {"core/chat", "core/desk", "handlers/push", "views", "static"},
	"cmd":           {"core", "handlers", "views", "static", "sql", "widget"},
}

// alone says which room is the only one to see a dependency.
var alone = map[string]string{
	"database/sql":               "sql",
	"github.com/jmoiron/sqlx":    "sql",
	"github.com/lib/pq":          "sql",
	"github.com/r3labs/sse":      "handlers/push",
	"github.com/labstack/echo":   "handlers",
	"github.com/alecthomas/kong": "cmd",
}

// folders are all there may be at the top.
var folders = []string{"cmd", "core", "handlers", "views", "static", "widget", "sql", "docs"}

func TestArrows(t *testing.T) {
	root := filepath.Join("..", "..")
	t.Run("the top holds the known folders and no Go file", func(t *testing.T) {
		entries, err := os.ReadDir(root)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			name := e.Name()
			switch {
			case strings.HasPrefix(name, "."), name == "bin", name == "data": // the last two are built and ignored
			case e.IsDir() && !contains(folders, name):
				t.Errorf("folder %s is not on the map", name)
			case strings.HasSuffix(name, ".go"):
				t.Errorf("%s stands at the root", name)
			}
		}
	})
	t.Run("imports only go down", func(t *testing.T) {
		files := 0
		for _, top := range folders {
			err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
					return err
				}
				files++
				rel, err := filepath.Rel(root, path)
				if err != nil {
					return err
				}
				for _, imported := range imports(t, path) {
					if complaint := refuse(filepath.ToSlash(filepath.Dir(rel)), imported, strings.HasSuffix(path, "_test.go")); complaint != "" {
						t.Errorf("%s: %s", rel, complaint)
					}
				}
				return nil
			})
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
		}
		if files < 50 {
			t.Fatalf("only %d files were read", files)
		}
	})
}

// refuse says why a package of the folder may not import a path; "" when it may.
func refuse(folder, imported string, test bool) string {
	from := room(folder)
	for dependency, only := range alone {
		if strings.HasPrefix(imported, dependency) && !within(folder, only) && !test {
			return "only " + only + " may import " + imported
		}
	}
	to, ours := strings.CutPrefix(imported, module)
	if ours && test {
		return "" // a test brings what it needs to stand on: real Postgres, sample people
	}
	if !ours {
		third := strings.Contains(strings.Split(imported, "/")[0], ".")
		if third && strings.HasPrefix(folder, "core/") && !strings.HasPrefix(imported, "golang.org/x/sync") && !test {
			return "core imports the standard library only, not " + imported
		}
		return ""
	}
	if within(to, from) {
		return ""
	}
	for _, allowed := range arrows[from] {
		if within(to, allowed) {
			return ""
		}
	}
	return from + " may not import " + to
}

// room is the room on the map that a folder belongs to: the longest name that begins it.
func room(folder string) string {
	best := ""
	for name := range arrows {
		if within(folder, name) && len(name) > len(best) {
			best = name
		}
	}
	return best
}

func within(folder, room string) bool {
	return folder == room || strings.HasPrefix(folder, room+"/")
}

func imports(t *testing.T, path string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, i := range f.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

func TestRefuse(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		for _, pair := range [][2]string{{"core/desk", module + "core/router"}, {"handlers/api", module + "core/desk"}, {"views/window", module + "views/ui"}, {"cmd/loadtest", "time"}} {
			if c := refuse(pair[0], pair[1], false); c != "" {
				t.Errorf("%v: %s", pair, c)
			}
		}
	})
	t.Run("refusals", func(t *testing.T) {
		for _, pair := range [][2]string{{"core/desk", module + "sql"}, {"sql", module + "core/desk"}, {"core/chat", module + "core/desk"}, {"core/router", "github.com/google/uuid"},
			{"views/window", module + "handlers"}, {"handlers/api", "database/sql"}, {"handlers/api", "github.com/r3labs/sse/v2"}, {"handlers/push", module + "core/desk"}} {
			if refuse(pair[0], pair[1], false) == "" {
				t.Errorf("%v was let through", pair)
			}
		}
	})
}
