package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/lib/pq"
)

var errDSN = errors.New("the DSN cannot be read")

// source is where a schema is.
type source struct {
	cfg pq.Config
	// dsn is the same for a listener, without the parameters of cfg.
	dsn string
}

// sourceOf reads a DSN and sets what all our connections have in common, whatever the DSN says. A DSN that says nothing about
// encryption gets what libpq gives it: encryption where the server has it.
func sourceOf(dsn, schema string) (source, error) {
	cfg, err := pq.NewConfig(dsn)
	if err == nil && cfg.SSLMode == "" {
		dsn = withParameter(dsn, "sslmode", string(pq.SSLModePrefer))
		cfg, err = pq.NewConfig(dsn)
	}
	if err != nil {
		return source{}, errDSN // lib/pq's own error may quote the DSN, password and all
	}
	if cfg.ApplicationName == "" {
		cfg.ApplicationName = "unique-support"
	}
	cfg = with(cfg, map[string]string{
		"statement_timeout":                   "3s",
		"lock_timeout":                        "1s",
		"idle_in_transaction_session_timeout": "5s", // a peer that fell silent must not keep its row locks
		"synchronous_commit":                  "on",
		"TimeZone":                            "UTC",
	})
	if schema != "" {
		cfg.Runtime["search_path"] = pq.QuoteIdentifier(schema)
	}
	return source{cfg: cfg, dsn: dsn}, nil
}

// with returns a copy of cfg with these run-time parameters.
func with(cfg pq.Config, parameters map[string]string) pq.Config {
	cfg = cfg.Clone()
	for name, value := range parameters {
		cfg.Runtime[name] = value
	}
	return cfg
}

// withParameter adds a parameter that is not there to a DSN of either form.
func withParameter(dsn, name, value string) string {
	separator := " "
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		if separator = "?"; strings.Contains(dsn, "?") {
			separator = "&"
		}
	}
	return dsn + separator + name + "=" + value
}

// migrator returns connections that may take their time.
func (s source) migrator() *stdsql.DB {
	cfg := with(s.cfg, map[string]string{"statement_timeout": "0", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "0"})
	db := stdsql.OpenDB(connector{cfg: cfg, wait: reachWait})
	db.SetMaxIdleConns(1)
	return db
}

// patient is a dialer for a connection that waits for the server to speak, as a listener does: silence longer than wait ends it.
type patient struct{ wait time.Duration }

// DialContext implements pq.DialerContext.
func (p patient) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{Timeout: connectWait}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &patientConn{Conn: c, wait: p.wait}, nil
}

// Dial implements pq.Dialer.
func (p patient) Dial(network, address string) (net.Conn, error) {
	return p.DialContext(context.Background(), network, address)
}

// DialTimeout implements pq.Dialer.
func (p patient) DialTimeout(network, address string, d time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	return p.DialContext(ctx, network, address)
}

type patientConn struct {
	net.Conn
	wait time.Duration
}

func (c *patientConn) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.wait)); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

func (c *patientConn) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(connectWait)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}
