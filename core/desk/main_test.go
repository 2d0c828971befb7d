package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/sql"
	"github.com/taadis/unique-support/sql/sqltest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(sqltest.Main{M: m, Prepare: prepare}) }

// prepare leaves two lines, shop and mall, two agents of the shop, one of the mall, and an auditor of both.
func prepare(ctx context.Context, dsn string) (err error) {
	s, err := sql.Open(ctx, sql.Options{DSN: dsn})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Migrate(ctx); err != nil {
		return err
	}
	for _, name := range []string{"shop", "mall"} {
		if err := s.PutLine(ctx, chat.Line{Name: name, Title: name, Color: "#2e6e52", Locale: "en"}); err != nil {
			return err
		}
	}
	for _, a := range []chat.Agent{
		{Name: "lin", Role: "agent", Lines: []string{"shop"}},
		{Name: "max", Role: "agent", Lines: []string{"shop"}},
		{Name: "mo", Role: "agent", Lines: []string{"mall"}},
		{Name: "audit", Role: "auditor", Lines: []string{"shop", "mall"}},
	} {
		a.ID, a.Email, a.Capacity, a.Presence = chat.NewID(time.Now()), a.Name+"@example.com", 2, chat.Online
		if err := s.PutAgent(ctx, a); err != nil {
			return err
		}
	}
	return nil
}
