package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// defaultMaxConnections leaves room for several business lines, each with a pool of its own.
const defaultMaxConnections = 200

// Fast shutdown ends in well under a second unless a checkpoint is large; an immediate one loses nothing but costs a recovery.
const (
	fastShutdown      = 20 * time.Second
	immediateShutdown = 5 * time.Second
)

// Options change how Start runs Postgres. The zero value is what a desk in production needs.
type Options struct {
	// BinDir is the directory of initdb and postgres; empty means the one that the function BinDir finds.
	BinDir string
	// MaxConnections is how many connections Postgres accepts; 0 means 200.
	MaxConnections int
	// FastUnsafe trades durability for speed: a kill loses the last transactions, a power cut perhaps all. It is for tests.
	FastUnsafe bool
	// Listen is an address of this machine, such as 127.0.0.9, on which Postgres listens besides its socket, at port 5432 and
	// without a password: for tests that put something between it and the program. Empty means the socket alone.
	Listen string
}

// Server is a running Postgres. It must be stopped, also after it has exited by itself.
type Server struct {
	cluster   *cluster
	postgres  *process
	socket    string
	closeOnce sync.Once
	closeErr  error
}

// Start runs Postgres on the data in dir, made if missing, and returns once it accepts connections.
// The context bounds the start only. The server ends with Stop, or with this process, however that ends.
// The error is ErrInUse where another process serves dir, and ErrNoPostgres where Postgres is not installed.
func Start(ctx context.Context, dir string) (*Server, error) {
	return Options{}.Start(ctx, dir)
}

// Start is the function Start with these options.
func (o Options) Start(ctx context.Context, dir string) (_ *Server, err error) {
	c, err := openCluster(dir)
	if err != nil {
		return nil, err
	}
	s := &Server{cluster: c}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop())
		}
	}()

	bin := o.BinDir
	if bin == "" {
		if bin, err = BinDir(dir); err != nil {
			return nil, err
		}
	}
	if err := c.clear(ctx); err != nil {
		return nil, err
	}
	if err := c.init(ctx, bin, o.FastUnsafe); err != nil {
		return nil, err
	}
	if s.socket, err = c.makeSocketDir(); err != nil {
		return nil, err
	}
	if s.postgres, err = c.spawn(c.data, filepath.Join(bin, "postgres"), o.arguments(c.data, s.socket)...); err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

func (o Options) arguments(data, socket string) []string {
	settings := []string{
		"listen_addresses=" + o.Listen,
		"unix_socket_directories=" + quoteListItem(socket),
		"unix_socket_permissions=0700",
		"max_connections=" + strconv.Itoa(cmp.Or(o.MaxConnections, defaultMaxConnections)),
		"logging_collector=off",
		// A failed statement and the detail of a violated constraint repeat what visitors wrote.
		"log_min_error_statement=panic",
		"log_error_verbosity=terse",
		"log_timezone=UTC",
		"timezone=UTC",
	}
	if o.FastUnsafe {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	args := []string{"-D", data}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	return args
}

// ready waits for the word that Postgres itself leaves for pg_ctl, the eighth line of postmaster.pid. Unlike a
// connection it costs nothing to ask for, and fills no log while a recovery takes its time.
func (s *Server) ready(ctx context.Context) error {
	pid := strconv.Itoa(s.postgres.cmd.Process.Pid)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		b, _ := os.ReadFile(filepath.Join(s.cluster.data, "postmaster.pid"))
		if l := strings.Split(string(b), "\n"); len(l) > 7 && l[0] == pid && strings.TrimSpace(l[7]) == "ready" {
			return nil
		}
		select {
		case <-tick.C:
		case <-s.postgres.done:
			return fmt.Errorf("postgres did not start: %w%s", s.postgres.failure(), s.cluster.logTail())
		case <-ctx.Done():
			return fmt.Errorf("wait for postgres: %w", ctx.Err())
		}
	}
}

// DSN is the data source name of the server's first database, in lib/pq's keyword form.
func (s *Server) DSN() string { return dsn(s.socket) }

// Exited is closed once Postgres has gone, asked to or not. Then Err says why; after Stop the directory can be started anew.
func (s *Server) Exited() <-chan struct{} { return s.postgres.done }

// Err says how Postgres ended: nil while it runs and after a clean end.
func (s *Server) Err() error {
	select {
	case <-s.postgres.done:
		return s.postgres.err
	default:
		return nil
	}
}

// Stop ends Postgres, waits for it and leaves the directory to whoever comes next. Calling it again changes nothing.
// Open connections are cut; their transactions roll back.
func (s *Server) Stop() error {
	s.closeOnce.Do(func() {
		s.closeErr = errors.Join(s.shutdown(), s.cluster.close())
	})
	return s.closeErr
}

func (s *Server) shutdown() error {
	p := s.postgres
	if p == nil || p.signal(syscall.SIGINT, fastShutdown) {
		return nil
	}
	if p.signal(syscall.SIGQUIT, immediateShutdown) {
		return errors.New("postgres needed an immediate shutdown; it will recover at the next start")
	}
	p.killGroup()
	return errors.New("postgres had to be killed; it will recover at the next start")
}
