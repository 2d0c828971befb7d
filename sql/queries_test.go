package sql

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx/reflectx"
)

// Every statement that is written down fits the schema it is for.
func TestQueries_prepare(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	shop, err := s.line("shop")
	if err != nil {
		t.Fatal(err)
	}
	for dir, p := range map[string]*pool{"main": s.main, "line": shop} {
		names := 0
		for name := range p.queries {
			if _, err := p.stmt(t.Context(), name); err != nil {
				t.Errorf("%s: %v", dir, err)
			}
			names++
		}
		if names == 0 {
			t.Errorf("there is no statement in queries/%s", dir)
		}
	}
	loose, err := fs.Glob(queryFiles, "queries/*.sql")
	if err != nil || len(loose) > 0 {
		t.Errorf("%v stand in neither directory (%v)", loose, err)
	}
}

func TestQueries_load(t *testing.T) {
	t.Parallel()
	load := func(text string) (map[string]query, error) {
		return loadQueries(fstest.MapFS{"q/a.sql": {Data: []byte(text)}}, "q")
	}
	t.Run("OK", func(t *testing.T) {
		all, err := load("-- a word before\n\n-- name: Line_Get\n-- why\nSELECT $1;\n\n-- name: Line_Put\nSELECT :name, :title,\n :name;\n")
		want := map[string]query{"Line_Get": {text: "SELECT $1"}, "Line_Put": {text: "SELECT $1, $2,\n $1", names: []string{"name", "title"}}}
		if diff := cmp.Diff(want, all, cmp.AllowUnexported(query{})); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
	for what, text := range map[string]string{
		"two of a name":       "-- name: A_B\nSELECT 1;\n-- name: A_B\nSELECT 2;",
		"not a Noun_Verb":     "-- name: get\nSELECT 1;",
		"nothing":             "-- name: A_B\n",
		"x::t":                "-- name: A_B\nSELECT 1::text;",
		"named and numbered":  "-- name: A_B\nSELECT :a, $1;",
		"two, the last empty": "-- name: A_B\nSELECT 1;\n-- name: A_C\n",
	} {
		t.Run(what, func(t *testing.T) {
			if all, err := load(text); err == nil {
				t.Fatalf("got %v", all)
			}
		})
	}
}

func TestQuery_bind(t *testing.T) {
	t.Parallel()
	mapper := reflectx.NewMapperFunc("db", strings.ToLower)
	type inner struct {
		Name string `db:"name"`
	}
	type outer struct {
		inner
		N int `db:"n"`
	}
	named := query{names: []string{"n", "name"}}
	t.Run("OK", func(t *testing.T) {
		for _, arg := range []any{outer{inner{"shop"}, 2}, &outer{inner{"shop"}, 2}} {
			got, err := named.bind(mapper, []any{arg})
			if err != nil || !slices.Equal(got, []any{2, "shop"}) {
				t.Fatalf("got %v, %v", got, err)
			}
		}
	})
	t.Run("numbered", func(t *testing.T) {
		got, err := query{}.bind(mapper, []any{1, "a"})
		if err != nil || !slices.Equal(got, []any{1, "a"}) {
			t.Fatalf("got %v, %v", got, err)
		}
	})
	for what, args := range map[string][]any{"no argument": nil, "two": {1, 2}, "not a struct": {1}, "a field short": {inner{}}} {
		t.Run(what, func(t *testing.T) {
			if got, err := named.bind(mapper, args); err == nil {
				t.Fatalf("got %v", got)
			}
		})
	}
}

// A name that no statement has is a mistake in the program, told by name.
func TestQueries_used(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.main.get(t.Context(), new(int), "No_Such"); err == nil || !strings.Contains(err.Error(), "No_Such") {
		t.Fatalf("got %v", err)
	}
	if err := s.main.tx(t.Context(), func(t *tx) error { return t.get(new(int), "No_Such") }); err == nil {
		t.Fatal("got no error")
	}
}
