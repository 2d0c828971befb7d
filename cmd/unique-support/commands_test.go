package main

import (
	"bytes"
	"database/sql"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/taadis/unique-support/core/chat/sample"
	"github.com/taadis/unique-support/sql/local"
)

// typist types commands, with the settings of a data folder.
type typist struct {
	t   *testing.T
	dir string
}

func (c typist) at(t *testing.T) typist { return typist{t, c.dir} }

func (c typist) run(args ...string) (string, error) {
	var out bytes.Buffer
	log := &said{}
	err := run(c.t.Context(), append([]string{args[0], "--data", c.dir, "--database-url=", "--base-url="}, args[1:]...), &out, log)
	if strings.Contains(log.String(), `"level":"ERROR"`) {
		c.t.Errorf("%v logged:\n%s", args, log)
	}
	return out.String(), err
}

// prints runs a command that succeeds.
func (c typist) prints(args ...string) string {
	c.t.Helper()
	out, err := c.run(args...)
	if err != nil {
		c.t.Fatalf("%v: %v", args, err)
	}
	return out
}

// refuses runs a command that fails, with words for a person.
func (c typist) refuses(words string, args ...string) {
	c.t.Helper()
	out, err := c.run(args...)
	if err == nil {
		c.t.Fatalf("%v went through", args)
	}
	if got := sentence(err); !strings.Contains(got, words) || strings.Contains(got, "SQLSTATE") || strings.Contains(got, "pq:") || out != "" {
		c.t.Errorf("%v says %q and prints %q, not %q", args, got, out, words)
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	c := typist{t, folder(t)}
	// Without a server a command starts the private Postgres itself, and stops it.
	c.prints("line", "create", "shop", "--title", "Shop", "--locale", "en", "--origin", "https://shop.example")
	n := running(t, c.dir, "--admin-password", "the-admin's-password")

	t.Run("line", func(t *testing.T) {
		c := c.at(t)
		c.prints("line", "create", "mall", "--title", "Mall", "--color", "#112233")
		c.prints("line", "create", "mall", "--title", "The Mall")
		if out := c.prints("line", "list"); !matches(out, `NAME +TITLE +DATABASE +PING +OPEN +WAITING +MESSAGES +IDENTITY +HEALTH`, `mall +The Mall +main \(.*\) +[0-9.µm]+s +0 +0 +0 +off +ok`, `shop +Shop +main \(.*\) +.* +ok`) {
			t.Errorf("it lists\n%s", out)
		}
		c.refuses("a-z", "line", "create", "The Shop", "--title", "x")
		c.refuses("#rrggbb", "line", "create", "kiosk", "--title", "x", "--color", "red")
		c.refuses("", "line", "create", "kiosk")
		c.refuses("keeps its database", "line", "create", "mall", "--dsn", "postgres://elsewhere/mall")
	})
	t.Run("line with a database of its own", func(t *testing.T) {
		c := c.at(t)
		dsn, err := local.DSN(filepath.Join(c.dir, "postgres"))
		if err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("postgres", dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(t.Context(), "CREATE DATABASE own"); err != nil {
			t.Fatal(err)
		}
		c.prints("line", "create", "vip", "--title", "VIP", "--dsn", dsn+" dbname=own")
		if out := c.prints("line", "list"); !matches(out, `vip +VIP +\S+/own +[0-9.µm]+s +0 +0 +0 +off +ok`) || strings.Contains(out, "dbname") {
			t.Errorf("it lists\n%s", out)
		}
		eventually(t, "a line the server has", func() bool {
			a, err := request(t.Context(), "GET", n.URL+"/c/vip", "", "")
			return err == nil && a.status == 200
		})
		if a := want(t, 200, "GET", n.URL+"/c/mall", "", ""); !strings.Contains(a.body, "The Mall") {
			t.Errorf("the other new line is\n%s", a.body)
		}
		v := enters(t, n.URL, "vip")
		v.says(t, "hello")

		c.refuses("one of", "line", "move", "vip")
		c.refuses("one of", "line", "move", "vip", "--to", "main", "--abort")
		c.refuses("no unfinished move", "line", "move", "vip", "--abort")
		c.refuses("no line", "line", "move", "nowhere", "--to", "main")
		c.refuses("there already", "line", "move", "vip", "--to", dsn+" dbname=own", "--dry-run")
		c.refuses("under another address", "line", "move", "vip", "--to", dsn+" dbname=own application_name=x", "--dry-run")
		c.prints("line", "move", "vip", "--to", "main", "--dry-run")
		if out := c.prints("line", "move", "vip", "--to", "main"); !strings.Contains(out, "has moved") {
			t.Errorf("it prints\n%s", out)
		}
		if out := c.prints("line", "list"); !matches(out, `vip +VIP +main .* +1 +1 +off +ok; a read-only copy is left in \S+/own`) {
			t.Errorf("it lists\n%s", out)
		}
		v.says(t, "still there")
		c.prints("line", "move", "vip", "--drop-old")
		if out := c.prints("line", "list"); strings.Contains(out, "copy") || !matches(out, `vip +VIP +main .* +1 +2 +off +ok`) {
			t.Errorf("it lists\n%s", out)
		}
		c.refuses("", "line", "create", "lost", "--title", "Lost", "--dsn", dsn+" dbname=nowhere")
	})
	c.setsLife(t)
	c.setsRouting(t)
	t.Run("line identity", func(t *testing.T) {
		c := c.at(t)
		if out := c.prints("line", "identity", "shop"); !matches(out, `identities: off`, `secrets: +0`) {
			t.Errorf("it says\n%s", out)
		}
		c.refuses("secret first", "line", "identity", "shop", "--mode", "enforce")
		first := strings.TrimSuffix(c.prints("line", "identity", "shop", "--rotate", "--mode", "report"), "\n")
		if !regexp.MustCompile(`^\S{43}$`).MatchString(first) {
			t.Fatalf("it printed %q", first)
		}
		c.refuses("no two secrets", "line", "identity", "shop", "--retire")
		if out := c.prints("line", "identity", "shop", "--set", strings.Repeat("h", 32)); out != "" {
			t.Errorf("it printed %q", out)
		}
		c.refuses("two secrets", "line", "identity", "shop", "--rotate")
		c.refuses("can't be used together", "line", "identity", "shop", "--rotate", "--retire")
		if out := c.prints("line", "identity", "shop"); !matches(out, `identities: report`, `secrets: +2`) {
			t.Errorf("it says\n%s", out)
		}
		c.prints("line", "identity", "shop", "--retire", "--mode", "enforce")
		eventually(t, "a server that enforces", func() bool {
			a, err := request(t.Context(), "POST", n.URL+"/api/v1/lines/shop/session", "", "{}")
			return err == nil && a.status == 403
		})
		c.prints("line", "identity", "shop", "--mode", "report")
		eventually(t, "a server that lets in", func() bool {
			a, err := request(t.Context(), "POST", n.URL+"/api/v1/lines/shop/session", "", "{}")
			return err == nil && a.status == 201
		})
		if out := c.prints("line", "list"); !matches(out, `shop +Shop +main .* +report: 0 signed, [1-9]\d* not +ok`) {
			t.Errorf("it lists\n%s", out)
		}
		c.refuses("find the line", "line", "identity", "nowhere")
	})
	t.Run("user", func(t *testing.T) {
		c := c.at(t)
		password := strings.TrimSuffix(c.prints("user", "create", "lin@shop.example", "--name", "Lin", "--line", "shop"), "\n")
		if !regexp.MustCompile(`^\S{20}$`).MatchString(password) {
			t.Fatalf("it printed %q", password)
		}
		if out := c.prints("user", "create", "mo@mall.example", "--name", "Mo", "--role", "supervisor", "--password", "chosen-by-hand"); out != "" {
			t.Errorf("it printed %q", out)
		}
		if got := signIn(t, n.URL, "lin@shop.example", password); got != 303 {
			t.Errorf("the printed password is answered %d", got)
		}
		if out := c.prints("user", "list"); !matches(out, `lin@shop.example +Lin +agent +shop +6 +online`, `mo@mall.example +Mo +supervisor +mall,shop,vip +6 +online`, `admin@example.com +Admin +owner +mall,shop,vip`) {
			t.Errorf("it lists\n%s", out)
		}
		c.prints("user", "join", "lin@shop.example", "mall")
		if out := c.prints("user", "list"); !matches(out, `lin@shop.example +Lin +agent +(shop,mall|mall,shop) `) {
			t.Errorf("it lists\n%s", out)
		}
		again := strings.TrimSpace(c.prints("user", "password", "lin@shop.example"))
		if was, is := signIn(t, n.URL, "lin@shop.example", password), signIn(t, n.URL, "LIN@shop.example", again); was != 401 || is != 303 {
			t.Errorf("the old password is answered %d, the new one %d", was, is)
		}
		c.refuses("already", "user", "create", "Lin@shop.example", "--name", "Lin")
		c.refuses("e-mail", "user", "create", "Lin <lin@shop.example>", "--name", "Lin")
		c.refuses("80 characters", "user", "create", "x@shop.example", "--name", strings.Repeat("x", 81))
		c.refuses("no such role", "user", "create", "x@shop.example", "--name", "X", "--role", "king")
		c.refuses("", "user", "create", "x@shop.example", "--name", "X", "--line", "nowhere")
		c.refuses("nothing here", "user", "password", "nobody@shop.example")
		c.refuses("nowhere", "user", "join", "lin@shop.example", "nowhere")
		if out := c.prints("user", "list"); strings.Contains(out, "x@shop.example") {
			t.Errorf("it lists\n%s", out)
		}
	})
	t.Run("apikey", func(t *testing.T) {
		c := c.at(t)
		g := enters(t, n.URL, "shop")
		g.says(t, "is anybody there?")
		key := c.prints("apikey", "create", "--user", "lin@shop.example", "--name", "test")
		if !regexp.MustCompile(`^sk_\S{43}\n$`).MatchString(key) {
			t.Fatalf("it printed %q", key)
		}
		key = strings.TrimSpace(key)
		want(t, 200, "GET", n.URL+"/api/v1/inbox?view=all", key, "")
		want(t, 201, "POST", g.at+"/messages", key, words("0192f0c1-0000-7000-8000-000000000001", "yes"))
		reader := strings.TrimSpace(c.prints("apikey", "create", "--user", "lin@shop.example", "--name", "reads", "--scope", "conversation:read"))
		want(t, 200, "GET", g.at+"/messages", reader, "")
		want(t, 403, "POST", g.at+"/messages", reader, words("0192f0c1-0000-7000-8000-000000000002", "no"))
		c.refuses(`no scope "everything"`, "apikey", "create", "--user", "lin@shop.example", "--name", "test", "--scope", "everything")
		c.refuses("find nobody@shop.example", "apikey", "create", "--user", "nobody@shop.example", "--name", "test")
	})
	shut := func(t *testing.T, key string) { // what a key opens is believed for half a second
		t.Helper()
		eventually(t, "refused", func() bool {
			a, err := request(t.Context(), "GET", n.URL+"/api/v1/inbox", key, "")
			return err == nil && a.status == 401
		})
	}
	t.Run("a revoked key opens nothing, and its stream ends", func(t *testing.T) {
		c := c.at(t)
		key := strings.TrimSpace(c.prints("apikey", "create", "--user", "lin@shop.example", "--name", "leaked", "--scope", "conversation:read"))
		id := regexp.MustCompile(`(?m)^(\S+) +lin@shop.example +leaked .* valid +conversation:read$`).FindStringSubmatch(c.prints("apikey", "list"))
		if id == nil || strings.Contains(c.prints("apikey", "list"), key) {
			t.Fatalf("it lists\n%s", c.prints("apikey", "list"))
		}
		ended := opens(t, n.URL, key)
		c.prints("apikey", "revoke", id[1])
		if err := <-ended; err != nil {
			t.Errorf("the stream: %v", err)
		}
		shut(t, key)
		c.prints("apikey", "revoke", id[1])
		if out := c.prints("apikey", "list"); !matches(out, `.* leaked .* revoked .*`) {
			t.Errorf("it lists\n%s", out)
		}
		c.refuses("nothing here", "apikey", "revoke", "0192f0c1-0000-7000-8000-000000000001")
		c.refuses("nothing here", "apikey", "revoke", "leaked")
	})
	t.Run("a disabled agent is out, an enabled one in again", func(t *testing.T) {
		c := c.at(t)
		key := strings.TrimSpace(c.prints("apikey", "create", "--user", "mo@mall.example", "--name", "console"))
		ended := opens(t, n.URL, key)
		c.prints("user", "disable", "mo@mall.example")
		if err := <-ended; err != nil {
			t.Errorf("the stream: %v", err)
		}
		shut(t, key)
		if got := signIn(t, n.URL, "mo@mall.example", "chosen-by-hand"); got != 401 {
			t.Errorf("the sign-in is answered %d", got)
		}
		if out := c.prints("user", "list"); !matches(out, `mo@mall.example .* disabled`) {
			t.Errorf("it lists\n%s", out)
		}
		c.prints("user", "enable", "mo@mall.example")
		want(t, 200, "GET", n.URL+"/api/v1/inbox", key, "")
		if got := signIn(t, n.URL, "mo@mall.example", "chosen-by-hand"); got != 303 {
			t.Errorf("the sign-in is answered %d", got)
		}
	})
	t.Run("what they change of the team is in the audit log", func(t *testing.T) {
		dsn, err := local.DSN(filepath.Join(c.dir, "postgres"))
		if err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("postgres", dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		var said []string
		rows, err := db.QueryContext(t.Context(), "SELECT action || ' ' || CAST(detail AS text) FROM audit WHERE subject = 'mo@mall.example' AND actor_name = 'unique-support' ORDER BY seq")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				t.Fatal(err)
			}
			said = append(said, s)
		}
		if n := len(said); rows.Err() != nil || n < 3 || !strings.HasPrefix(said[0], "member:create ") || said[n-2] != `member:change {"disabled": "true"}` || said[n-1] != `member:change {"disabled": "false"}` {
			t.Errorf("it says %q, %v", said, rows.Err())
		}
	})
	t.Run("migrate", func(t *testing.T) {
		if out := c.at(t).prints("migrate"); out != "The databases are up to date.\n" {
			t.Errorf("it printed %q", out)
		}
	})
	t.Run("seed, twice", func(t *testing.T) {
		c := c.at(t)
		first := c.prints("seed")
		if !strings.Contains(first, sample.Agents()[0].Email) || !strings.Contains(first, sample.Password) {
			t.Errorf("it printed %q", first)
		}
		key := strings.TrimSpace(c.prints("apikey", "create", "--user", sample.Agents()[0].Email, "--name", "test"))
		list := n.URL + "/api/v1/inbox?view=all&line=demo"
		var before reply
		eventually(t, "the demo served", func() bool {
			before = want(t, 200, "GET", list, key, "")
			return strings.Count(before.body, `"visitor"`) > 0
		})
		c.refuses("would be mixed", "seed", "--week")
		if again := c.prints("seed"); again != first {
			t.Errorf("then %q", again)
		}
		if after := want(t, 200, "GET", list, key, ""); len(after.body) != len(before.body) {
			t.Errorf("the inbox was\n%s\nand is\n%s", before.body, after.body)
		}
		if got := signIn(t, n.URL, sample.Agents()[1].Email, sample.Password); got != 303 {
			t.Errorf("the sample agent is answered %d", got)
		}
	})
	t.Run("doctor", func(t *testing.T) {
		c := c.at(t)
		if out := c.prints("doctor", "--base-url", n.URL); strings.Contains(out, "BAD") || !matches(out, `ok +data folder `+regexp.QuoteMeta(c.dir), `ok +open files`, `ok +database`, `ok +line shop`, `ok +line vip`, `ok +public address`) {
			t.Errorf("it says\n%s", out)
		}
		for _, sick := range []struct{ words, flag, value string }{
			{`BAD +database: `, "--database-url", "postgres://127.0.0.1:1/support?sslmode=disable"},
			{`BAD +public address http://127.0.0.1:1: `, "--base-url", "http://127.0.0.1:1"},
			{`BAD +public address .*: something else answers there`, "--base-url", n.URL + "/demo"},
		} {
			out, err := c.run("doctor", sick.flag, sick.value)
			if err == nil || !strings.Contains(err.Error(), "need") || !matches(out, sick.words) || strings.Contains(out, "\n\n") {
				t.Errorf("%v: %v\n%s", sick, err, out)
			}
		}
	})
	t.Run("version", func(t *testing.T) {
		if out := c.at(t).prints("version"); strings.Count(out, "\n") != 1 || len(out) < 2 {
			t.Errorf("it printed %q", out)
		}
	})
	t.Run("what is no command is refused", func(t *testing.T) {
		c := c.at(t)
		c.refuses("unexpected argument", "dance")
		c.refuses("--user", "apikey", "create", "--name", "x")
		c.refuses("must be one of", "migrate", "--limits", "some")
	})
	if a := want(t, http.StatusOK, "GET", n.URL+"/readyz", "", ""); strings.Contains(a.body, "unavailable") {
		t.Errorf("after all this: %s", a.body)
	}
}

// matches reports whether each expression matches a whole line's beginning.
func matches(out string, expressions ...string) bool {
	for _, e := range expressions {
		if !regexp.MustCompile(`(?m)^` + e).MatchString(out) {
			return false
		}
	}
	return true
}

// opens opens an agent's stream and returns what it ends with.
func opens(t *testing.T, url, key string) <-chan error {
	t.Helper()
	opened, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- listen(t.Context(), url+"/api/v1/inbox/events", key, "", func() { close(opened) }, func(event) bool { return true })
	}()
	select {
	case <-opened:
	case err := <-ended:
		t.Fatal(err)
	}
	return ended
}
