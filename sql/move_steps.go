package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

const (
	// triggerWait is how long a trigger may wait for a table; everybody who wants to write to it waits behind. So it is little,
	// and there are triggerTries.
	triggerWait  = "500ms"
	triggerTries = 20
)

// round kinds: compare compares every row when the changes are there, settle makes the copy complete.
type roundKind int

const (
	changesOnly roundKind = iota
	withCompare
	withSettle
)

// round brings everything that changed, in one transaction of each database: afterwards the copy is what the line was at
// one moment, so that whatever holds there holds here. Deleting all of it first leaves room for rows that exclude each other's
// earlier versions.
func (m *mover) round(ctx context.Context, kind roundKind) (int, error) {
	from, err := m.from.BeginTxx(ctx, &stdsql.TxOptions{Isolation: stdsql.LevelRepeatableRead})
	if err != nil {
		return 0, err
	}
	defer from.Rollback() //nolint:errcheck // after a commit it does nothing
	to, err := m.to.BeginTxx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer to.Rollback() //nolint:errcheck // as above
	var changed []struct {
		Name string         `db:"name"`
		Key  pq.StringArray `db:"key"`
	}
	if err := from.SelectContext(ctx, &changed, m.text("Move_Take")); err != nil {
		return 0, err
	}
	keys := map[string][]pq.StringArray{}
	for _, c := range changed {
		keys[c.Name] = append(keys[c.Name], c.Key)
	}
	if err := m.dropReferences(ctx, to); err != nil {
		return 0, err
	}
	for _, t := range m.tables {
		if err := t.remove(ctx, to, keys[t.Name]); err != nil {
			return 0, err
		}
	}
	for _, t := range m.tables {
		if err := t.bring(ctx, from, to, keys[t.Name]); err != nil {
			return 0, err
		}
	}
	if kind == withCompare {
		keys = nil
	}
	if err := sameRows(ctx, from, to, m.tables, keys); err != nil {
		return 0, err
	}
	if kind == withSettle {
		if err := m.settle(ctx, from, to); err != nil {
			return 0, err
		}
	}
	if err := to.Commit(); err != nil {
		return 0, err
	}
	return len(changed), from.Commit()
}

// settle makes the copy one that can be written to, and looks at the sums that tell of anything lost.
func (m *mover) settle(ctx context.Context, from, to asker) error {
	if err := m.addReferences(ctx, from, to); err != nil {
		return err
	}
	var sequences []struct {
		Table  string `db:"table_name"`
		Column string `db:"column_name"`
		Last   int64  `db:"last_value"`
	}
	if err := sqlx.SelectContext(ctx, from, &sequences, m.text("Move_Sequences")); err != nil {
		return err
	}
	for _, q := range sequences {
		if q.Last == 0 {
			continue
		}
		if _, err := to.ExecContext(ctx, "SELECT setval(pg_get_serial_sequence($1, $2), $3)", pq.QuoteIdentifier(q.Table), q.Column, q.Last); err != nil {
			return err
		}
	}
	var left, right string
	var version int64
	if err := errors.Join(sqlx.GetContext(ctx, from, &left, m.text("Move_Totals")), sqlx.GetContext(ctx, to, &right, m.text("Move_Totals")),
		sqlx.GetContext(ctx, from, &version, m.text("Move_Version"))); err != nil {
		return err
	}
	if left != right {
		return fmt.Errorf("the copy differs: %s, not %s (conversations, sums of their numbers, last position)", right, left)
	}
	if version != m.version {
		return errors.New("the line was migrated to another version meanwhile")
	}
	m.Progress("same rows on both sides: %s (conversations, messages, notes, last position)", right)
	return nil
}

// writers waits until the transactions that were writing when the gate was shut are over.
func (m *mover) writers(ctx context.Context) error {
	var first []string
	if err := m.from.SelectContext(ctx, &first, m.text("Move_Writers")); err != nil {
		return err
	}
	for until := time.Now().Add(writersWait); len(first) > 0; {
		var now []string
		if err := m.from.SelectContext(ctx, &now, m.text("Move_Writers")); err != nil {
			return err
		}
		first = slices.DeleteFunc(first, func(w string) bool { return !slices.Contains(now, w) })
		if len(first) > 0 && (time.Now().After(until) || !sleep(ctx, 2*time.Millisecond)) {
			return errWriters
		}
	}
	return nil
}

// check reports what stands in the way of a move. Unless it is only looking, it makes the schema.
func (m *mover) check(ctx context.Context, looking bool) (err error) {
	if m.tables, err = moveTables(ctx, m.from, m.text("Move_Tables")); err != nil {
		return err
	}
	if err := errors.Join(m.from.GetContext(ctx, &m.version, m.text("Move_Version")), m.from.GetContext(ctx, &m.epoch, m.text("Epoch_Get"))); err != nil {
		return err
	}
	if err := reach(ctx, m.to.DB); err != nil {
		return fmt.Errorf("reach the database to move to: %w", err)
	}
	if err := m.elsewhere(ctx); err != nil {
		return err
	}
	var schema, ours, may bool
	if err := m.to.QueryRowxContext(ctx, `SELECT to_regnamespace($1) IS NOT NULL, to_regclass($2) IS NOT NULL, has_database_privilege(current_database(), 'CREATE')`,
		pq.QuoteIdentifier(schemaOf(m.Line)), pq.QuoteIdentifier(schemaOf(m.Line))+".goose_db_version").Scan(&schema, &ours, &may); err != nil {
		return err
	}
	if !schema && !may {
		return fmt.Errorf("the account may not make the schema %s there", schemaOf(m.Line))
	}
	if schema && !ours {
		var strange int
		if err := m.to.GetContext(ctx, &strange, `SELECT count(*) FROM pg_class c WHERE c.relnamespace = to_regnamespace($1)`, pq.QuoteIdentifier(schemaOf(m.Line))); err != nil {
			return err
		} else if strange > 0 {
			return fmt.Errorf("the schema %s there holds something else", schemaOf(m.Line))
		}
	}
	if !looking {
		if err := migrate(ctx, m.dest, "line", schemaOf(m.Line)); err != nil {
			return fmt.Errorf("migrate the database to move to: %w", err)
		}
	} else if !ours {
		return nil
	}
	return m.empty(ctx)
}

// elsewhere makes sure that the two places are two: an advisory lock is one database's.
func (m *mover) elsewhere(ctx context.Context) error {
	here, err := m.from.Connx(ctx)
	if err != nil {
		return err
	}
	defer here.Close()
	key, free := rand.Int64(), false
	if _, err := here.ExecContext(ctx, "SELECT pg_advisory_lock($1)", key); err != nil {
		return err
	}
	defer here.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock_all()") //nolint:errcheck // the connection is closed soon
	there, err := m.to.Connx(ctx)
	if err != nil {
		return err
	}
	defer there.Close()
	if err := there.GetContext(ctx, &free, "SELECT pg_try_advisory_lock($1)", key); err != nil {
		return err
	}
	if !free {
		return errors.New("the line is in that database already, under another address")
	}
	_, err = there.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", key)
	return err
}

// empty refuses to overwrite anything but the rest of an earlier try to move this very line.
func (m *mover) empty(ctx context.Context) error {
	tables, err := moveTables(ctx, m.to, m.text("Move_Tables"))
	if err != nil {
		return err
	}
	var version int64
	if err := m.to.GetContext(ctx, &version, m.text("Move_Version")); err != nil {
		return err
	}
	if version != m.version || !reflect.DeepEqual(tables, m.tables) {
		return errors.New("the two databases have schemas of different versions")
	}
	gate, err := m.gate(ctx, m.to)
	switch {
	case err != nil:
		return err
	case gate.Role == "source":
		return errors.New("that database holds a copy of this line that an earlier move left behind or did not finish")
	case gate.Role == "target" && gate.Epoch == m.epoch, m.left:
		return nil
	}
	for _, t := range tables {
		var some bool
		if err := m.to.GetContext(ctx, &some, "SELECT EXISTS (SELECT 1 FROM "+pq.QuoteIdentifier(t.Name)+")"); err != nil {
			return err
		}
		if some && t.Name != "epoch" { // a new schema has one
			return fmt.Errorf("the schema %s there holds another line's conversations (table %s is not empty)", schemaOf(m.Line), t.Name)
		}
	}
	return nil
}

// addTriggers has every table record what changes and ask whether it may; one table after the other, so that nobody waits long.
func (m *mover) addTriggers(ctx context.Context) error {
	for _, t := range m.tables {
		arguments := make([]string, len(t.Key))
		for i, c := range t.Key {
			arguments[i] = pq.QuoteLiteral(c)
		}
		table := pq.QuoteIdentifier(t.Name)
		if err := m.alter(ctx,
			"CREATE TRIGGER move_refuse BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "+table+" EXECUTE FUNCTION move_refuse()",
			"CREATE TRIGGER move_record AFTER INSERT OR UPDATE OR DELETE ON "+table+" FOR EACH ROW EXECUTE FUNCTION move_record("+strings.Join(arguments, ", ")+")",
		); err != nil {
			return err
		}
	}
	return nil
}

// removeTriggers removes those of the names, or all.
func (m *mover) removeTriggers(ctx context.Context, names ...string) error {
	var there []struct {
		Name  string `db:"name"`
		Table string `db:"table_name"`
	}
	if err := m.from.SelectContext(ctx, &there, m.text("Move_Triggers")); err != nil {
		return err
	}
	for _, g := range there {
		if len(names) > 0 && !slices.Contains(names, g.Name) {
			continue
		}
		if err := m.alter(ctx, "DROP TRIGGER "+g.Name+" ON "+pq.QuoteIdentifier(g.Table)); err != nil {
			return err
		}
	}
	return nil
}

// alter runs statements that lock a table, all or none of them.
func (m *mover) alter(ctx context.Context, statements ...string) (err error) {
	for range triggerTries {
		if err = m.alterOnce(ctx, statements); pq.As(err, pqerror.LockNotAvailable, pqerror.TRDeadlockDetected) == nil || !sleep(ctx, 200*time.Millisecond) {
			return err
		}
	}
	return err
}

func (m *mover) alterOnce(ctx context.Context, statements []string) error {
	t, err := m.from.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback() //nolint:errcheck // after a commit it does nothing
	for _, s := range append([]string{"SET LOCAL lock_timeout = '" + triggerWait + "'"}, statements...) {
		if _, err := t.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return t.Commit()
}

type referenceRow struct {
	Name       string `db:"name"`
	Table      string `db:"table_name"`
	Definition string `db:"definition"`
	Valid      bool   `db:"valid"`
}

func (m *mover) references(ctx context.Context, in asker) (all []referenceRow, err error) {
	return all, sqlx.SelectContext(ctx, in, &all, m.text("Move_References"))
}

// dropReferences lets the copy's rows come in any order.
func (m *mover) dropReferences(ctx context.Context, in asker) error {
	all, err := m.references(ctx, in)
	if err != nil {
		return err
	}
	for _, r := range all {
		if _, err := in.ExecContext(ctx, "ALTER TABLE "+pq.QuoteIdentifier(r.Table)+" DROP CONSTRAINT "+pq.QuoteIdentifier(r.Name)); err != nil {
			return err
		}
	}
	return nil
}

// addReferences gives the copy the line's foreign keys, to hold for what comes; what is there is checked later.
func (m *mover) addReferences(ctx context.Context, from, to asker) error {
	all, err := m.references(ctx, from)
	if err != nil {
		return err
	}
	for _, r := range all {
		definition := strings.TrimSuffix(r.Definition, " NOT VALID")
		if _, err := to.ExecContext(ctx, "ALTER TABLE "+pq.QuoteIdentifier(r.Table)+" ADD CONSTRAINT "+pq.QuoteIdentifier(r.Name)+" "+definition+" NOT VALID"); err != nil {
			return err
		}
	}
	return nil
}
