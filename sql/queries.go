package sql

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx/reflectx"
)

//go:embed queries
var queryFiles embed.FS

// query is a statement as Postgres takes it, and where its arguments come from.
type query struct {
	text string
	// names are the fields of the one struct that holds the arguments; none when the arguments are positional.
	names []string
}

var (
	queryHead = regexp.MustCompile(`(?m)^-- name: (\S+)[ \t]*$`)
	queryName = regexp.MustCompile(`^[A-Z][A-Za-z]*_[A-Z][A-Za-z]*$`)
	namedArg  = regexp.MustCompile(`:([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)?)`)
)

// loadQueries reads the statements of a directory's files, by name.
func loadQueries(files fs.FS, dir string) (map[string]query, error) {
	paths, err := fs.Glob(files, path.Join(dir, "*.sql"))
	if err != nil {
		return nil, err
	}
	all := map[string]query{}
	for _, p := range paths {
		b, err := fs.ReadFile(files, p)
		if err != nil {
			return nil, err
		}
		text := string(b)
		heads := queryHead.FindAllStringSubmatchIndex(text, -1)
		for i, h := range heads {
			end := len(text)
			if i+1 < len(heads) {
				end = heads[i+1][0]
			}
			name, body := text[h[2]:h[3]], strings.TrimSpace(text[h[1]:end])
			if _, twice := all[name]; twice {
				return nil, fmt.Errorf("%s: there are two statements %s", p, name)
			}
			if !queryName.MatchString(name) {
				return nil, fmt.Errorf("%s: %s is not a Noun_Verb", p, name)
			}
			if all[name], err = parseQuery(body); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", p, name, err)
			}
		}
	}
	return all, nil
}

// parseQuery numbers named arguments in the order they are met. A colon means nothing else here: casts are written CAST(x AS t).
func parseQuery(body string) (query, error) {
	body = strings.TrimSuffix(body, ";")
	if body == "" {
		return query{}, errors.New("there is no statement")
	}
	lines := slices.DeleteFunc(strings.Split(body, "\n"), func(l string) bool { return strings.HasPrefix(strings.TrimSpace(l), "--") })
	body = strings.Join(lines, "\n")
	if strings.Contains(body, "::") {
		return query{}, errors.New("a cast is written CAST(x AS t)")
	}
	var q query
	q.text = namedArg.ReplaceAllStringFunc(body, func(m string) string {
		i := slices.Index(q.names, m[1:])
		if i < 0 {
			i = len(q.names)
			q.names = append(q.names, m[1:])
		}
		return "$" + strconv.Itoa(i+1)
	})
	if len(q.names) > 0 && strings.Contains(body, "$1") {
		return query{}, errors.New("arguments are either named or numbered")
	}
	return q, nil
}

// bind returns the arguments in the order of the statement.
func (q query) bind(m *reflectx.Mapper, args []any) ([]any, error) {
	if len(q.names) == 0 {
		return args, nil
	}
	if len(args) != 1 {
		return nil, fmt.Errorf("named arguments come from one struct, not from %d values", len(args))
	}
	v := reflect.Indirect(reflect.ValueOf(args[0]))
	if v.Kind() != reflect.Struct {
		return nil, fmt.Errorf("named arguments come from a struct, not from %T", args[0])
	}
	bound := make([]any, len(q.names))
	for i, path := range m.TraversalsByName(v.Type(), q.names) {
		if len(path) == 0 {
			return nil, fmt.Errorf("%T has no field %q", args[0], q.names[i])
		}
		bound[i] = reflectx.FieldByIndexesReadOnly(v, path).Interface()
	}
	return bound, nil
}
