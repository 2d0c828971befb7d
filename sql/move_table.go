package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

const (
	// moveRows and moveBytes are how much a copy holds in memory, and writes in one statement.
	moveRows  = 1_000
	moveBytes = 4 << 20
)

// moveTable is a table of a line, as the catalog describes it. Its rows travel as the texts that Postgres itself makes of
// their columns and reads again, so that none is changed on the way, whatever types a later migration brings.
type moveTable struct {
	Name    string         `db:"name"`
	Columns pq.StringArray `db:"columns"`
	Types   pq.StringArray `db:"types"`
	Key     pq.StringArray `db:"key"`
}

// asker is a database, one of its connections or a transaction.
type asker interface {
	sqlx.QueryerContext
	sqlx.ExecerContext
}

// moveTables reads what a line's schema consists of.
func moveTables(ctx context.Context, in asker, text string) ([]moveTable, error) {
	var all []moveTable
	if err := sqlx.SelectContext(ctx, in, &all, text); err != nil {
		return nil, err
	}
	for _, t := range all {
		if len(t.Key) == 0 {
			return nil, fmt.Errorf("table %s has no primary key", t.Name)
		}
	}
	return all, nil
}

func quoted(names []string) []string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = pq.QuoteIdentifier(n)
	}
	return all
}

// texts are the columns as they travel.
func (t moveTable) texts() string {
	all := quoted(t.Columns)
	for i, c := range all {
		all[i] = "CAST(t." + c + " AS text)"
	}
	return strings.Join(all, ", ")
}

func (t moveTable) typeOf(column string) string { return t.Types[slices.Index(t.Columns, column)] }

// keyed is "FROM table t" with only the rows whose keys are given, as one array of text for each column of the key.
func (t moveTable) keyed() string {
	arrays, names, equal := make([]string, len(t.Key)), make([]string, len(t.Key)), make([]string, len(t.Key))
	for i, c := range t.Key {
		arrays[i] = fmt.Sprintf("CAST($%d AS text[])", i+1)
		names[i] = fmt.Sprintf("k%d", i)
		equal[i] = fmt.Sprintf("t.%s = CAST(k.k%d AS %s)", pq.QuoteIdentifier(c), i, t.typeOf(c))
	}
	return fmt.Sprintf("unnest(%s) AS k (%s) WHERE %s", strings.Join(arrays, ", "), strings.Join(names, ", "), strings.Join(equal, " AND "))
}

// arrays turns keys into one array for each column.
func (t moveTable) arrays(keys []pq.StringArray) []any {
	all := make([]any, len(t.Key))
	for i := range t.Key {
		column := make(pq.StringArray, len(keys))
		for j, k := range keys {
			column[j] = k[i]
		}
		all[i] = column
	}
	return all
}

// page is the statement that reads the rows behind a key, in the order of keys; the first has none before it.
func (t moveTable) page(first bool) string {
	key := strings.Join(quoted(t.Key), ", t.")
	where := ""
	if !first {
		after := make([]string, len(t.Key))
		for i, c := range t.Key {
			after[i] = fmt.Sprintf("CAST($%d AS %s)", i+1, t.typeOf(c))
		}
		where = fmt.Sprintf("WHERE (t.%s) > (%s)", key, strings.Join(after, ", "))
	}
	return fmt.Sprintf("SELECT %s FROM %s t %s ORDER BY t.%s LIMIT %d", t.texts(), pq.QuoteIdentifier(t.Name), where, key, moveRows)
}

// copy copies what is there, page after page. A row that another one, as it was a moment ago, leaves no room for is left out:
// one of the two has changed since, so that the changes bring both.
func (t moveTable) copy(ctx context.Context, from, to asker, progress func(n int64)) error {
	var after []any
	for n := int64(0); ; {
		rows, err := from.QueryContext(ctx, t.page(after == nil), after...)
		if err != nil {
			return err
		}
		count, last, err := t.pour(ctx, rows, to, "ON CONFLICT DO NOTHING")
		if err != nil {
			return err
		}
		n += int64(count)
		progress(n)
		if count < moveRows {
			return nil
		}
		after = after[:0]
		for _, c := range t.Key {
			after = append(after, last[slices.Index(t.Columns, c)].String)
		}
	}
}

// pour reads rows to their end and writes them; it returns how many there were, and the last.
func (t moveTable) pour(ctx context.Context, rows *stdsql.Rows, to asker, conflict string) (n int, last []stdsql.NullString, err error) {
	defer rows.Close()
	columns := make([][]stdsql.NullString, len(t.Columns))
	held, bytes := 0, 0
	flush := func() error {
		if held == 0 {
			return nil
		}
		args := make([]any, len(columns))
		for i := range columns {
			args[i] = pq.Array(columns[i])
		}
		_, err := to.ExecContext(ctx, t.insert(conflict), args...)
		for i := range columns {
			columns[i] = columns[i][:0]
		}
		held, bytes = 0, 0
		return err
	}
	last = make([]stdsql.NullString, len(columns))
	into := make([]any, len(columns))
	for i := range last {
		into[i] = &last[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return n, nil, err
		}
		for i, v := range last {
			columns[i] = append(columns[i], v)
			bytes += len(v.String)
		}
		n++
		if held++; held == moveRows || bytes >= moveBytes {
			if err := flush(); err != nil {
				return n, nil, err
			}
		}
	}
	return n, last, errors.Join(rows.Err(), flush())
}

func (t moveTable) insert(conflict string) string {
	columns := quoted(t.Columns)
	arrays, names, casts := make([]string, len(columns)), make([]string, len(columns)), make([]string, len(columns))
	for i, typ := range t.Types {
		arrays[i] = fmt.Sprintf("CAST($%d AS text[])", i+1)
		names[i] = fmt.Sprintf("c%d", i)
		casts[i] = fmt.Sprintf("CAST(n.c%d AS %s)", i, typ)
	}
	return fmt.Sprintf("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM unnest(%s) AS n (%s) %s",
		pq.QuoteIdentifier(t.Name), strings.Join(columns, ", "), strings.Join(casts, ", "), strings.Join(arrays, ", "), strings.Join(names, ", "), conflict)
}

// remove deletes the rows of the keys.
func (t moveTable) remove(ctx context.Context, from asker, keys []pq.StringArray) error {
	for some := range slices.Chunk(keys, moveRows) {
		if _, err := from.ExecContext(ctx, "DELETE FROM "+pq.QuoteIdentifier(t.Name)+" t USING "+t.keyed(), t.arrays(some)...); err != nil {
			return err
		}
	}
	return nil
}

// bring copies the rows of the keys, where there are any; none of them is there yet.
func (t moveTable) bring(ctx context.Context, from, to asker, keys []pq.StringArray) error {
	for some := range slices.Chunk(keys, moveRows) {
		rows, err := from.QueryContext(ctx, "SELECT "+t.texts()+" FROM "+pq.QuoteIdentifier(t.Name)+" t, "+t.keyed(), t.arrays(some)...)
		if err != nil {
			return err
		}
		if _, _, err := t.pour(ctx, rows, to, ""); err != nil {
			return err
		}
	}
	return nil
}

// sum counts rows and adds up checksums of their contents: equal sums are equal rows. Without keys it is about all of them.
func (t moveTable) sum(ctx context.Context, in asker, keys []pq.StringArray) (sum string, err error) {
	text := fmt.Sprintf("SELECT concat_ws(' ', count(*), COALESCE(sum(CAST(CAST('x' || left(md5(CAST(ROW(%s) AS text)), 15) AS bit(60)) AS bigint)), 0)) FROM %s t",
		t.texts(), pq.QuoteIdentifier(t.Name))
	if keys == nil {
		return sum, sqlx.GetContext(ctx, in, &sum, text)
	}
	var all strings.Builder
	for some := range slices.Chunk(keys, moveRows) {
		if err := sqlx.GetContext(ctx, in, &sum, text+", "+t.keyed(), t.arrays(some)...); err != nil {
			return "", err
		}
		all.WriteString(sum + "; ")
	}
	return all.String(), nil
}

// sameRows is an error that says in which table two databases differ; without keys it compares all rows.
func sameRows(ctx context.Context, a, b asker, tables []moveTable, keys map[string][]pq.StringArray) error {
	for _, t := range tables {
		some := keys[t.Name]
		if keys != nil && len(some) == 0 {
			continue
		}
		left, err := t.sum(ctx, a, some)
		if err != nil {
			return err
		}
		right, err := t.sum(ctx, b, some)
		if err != nil {
			return err
		}
		if left != right {
			return fmt.Errorf("the copy of %s differs: %s, not %s (rows and their checksums)", t.Name, right, left)
		}
	}
	return nil
}
