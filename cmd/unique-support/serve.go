package main

import (
	"cmp"
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/core/jobs"
	"github.com/taadis/unique-support/handlers"
	"github.com/taadis/unique-support/handlers/agent"
	"github.com/taadis/unique-support/handlers/mail"
	"github.com/taadis/unique-support/handlers/media"
	"github.com/taadis/unique-support/handlers/push"
	"github.com/taadis/unique-support/sql"
	"golang.org/x/sync/errgroup"
)

var (
	_ desk.Store   = (*sql.Store)(nil)
	_ desk.Bus     = (*sql.Bus)(nil)
	_ desk.Pusher  = (*push.Hub)(nil)
	_ desk.Watcher = (*push.Hub)(nil)
	_ desk.Blobs   = (*sql.Blobs)(nil)
	_ jobs.Store   = (*sql.Store)(nil)
	_ jobs.Mails   = (*sql.Store)(nil)
	_ jobs.Writer  = (*desk.Desk)(nil)
	_ jobs.Postman = (*mail.Sender)(nil)

	_ desk.Inspector = (*media.Inspector)(nil)
)

const (
	// leave is how long, at most, the streams of a node that ends are sent away over.
	leave = 20 * time.Second
	// finish is how long requests under way then get.
	finish = 10 * time.Second
)

type serveCommand struct{}

// clock tells the real time.
type clock struct{}

func (clock) Now() time.Time { return time.Now() }

// Run serves until the context ends, then leaves without losing anything accepted.
func (serveCommand) Run(ctx context.Context, c *config, out io.Writer) error {
	s, err := start(ctx, c, out)
	if err != nil {
		return err
	}
	return s.wait(ctx)
}

// server is a running desk: the program as a value that tests can run on port 0.
type server struct {
	// URL is where the public listener is reached from this machine.
	URL string
	// Password is the first administrator's, when this start created her.
	Password string

	db     *database
	blobs  *sql.Blobs
	desk   *desk.Desk
	hub    *push.Hub
	jobs   *jobs.Runner
	caller *jobs.Caller
	tracer *tracer
	door   *handlers.Handlers
	public *http.Server
	ops    *http.Server
	group  *errgroup.Group
	// failed ends when one of the group did.
	failed context.Context
	cancel context.CancelFunc
	log    *slog.Logger
	// notice is how long a balancer is given to notice that this node leaves.
	notice time.Duration
}

// start makes everything and joins it: the one place where rooms that do not know each other meet.
func start(ctx context.Context, c *config, out io.Writer) (*server, error) {
	log := c.logger()
	secret, err := c.secret()
	if err != nil {
		return nil, err
	}
	base, err := c.base()
	if err != nil {
		return nil, err
	}
	proxies, err := c.proxies()
	if err != nil {
		return nil, err
	}
	hookNetworks, err := c.hookNetworks()
	if err != nil {
		return nil, err
	}
	postman, err := c.postman(base)
	if err != nil {
		return nil, err
	}
	signOn, err := c.signOn(base)
	if err != nil {
		return nil, err
	}
	if c.Limits == "off" {
		log.Warn("RATE LIMITS ARE OFF: anybody may send and try passwords without end; for load tests only")
	}
	public, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	node := c.node(public.Addr())
	if err := chat.CheckText(node, 64); err != nil {
		return nil, errors.Join(errors.New("SUPPORT_NODE is a text of at most 64 characters"), public.Close())
	}
	log = log.With("node", node)
	if c.Canary != 0 && c.Canary < time.Second {
		return nil, errors.Join(errors.New("SUPPORT_CANARY is 1s or more, or 0 for never"), public.Close())
	}
	if c.FileMB < 1 || c.FileMB > 200 {
		return nil, errors.Join(errors.New("SUPPORT_FILE_MB is 1 to 200"), public.Close())
	}
	db, err := c.ready(ctx, log, false)
	if err != nil {
		return nil, errors.Join(err, public.Close())
	}
	s := &server{db: db, log: log, notice: c.LeaveNotice, URL: address(public.Addr())}
	passwords := agent.NewPasswords()
	if s.Password, err = c.firstAdmin(ctx, db, passwords); err == nil && c.Demo {
		err = c.seed(ctx, db, passwords)
	}
	if err != nil {
		return nil, errors.Join(err, public.Close(), db.Close())
	}

	if s.tracer, err = tracing(ctx, node, log); err != nil {
		return nil, errors.Join(err, public.Close(), db.Close())
	}
	memory := memoryLimit("/")
	frugal(memory)
	s.hub = push.New(push.Options{Log: log, Streams: fewer(maxStreams(), streamsIn(memory)), Pushed: func(e *chat.Event) { s.desk.Pushed(e) }})
	if s.blobs, err = c.blobs(); err != nil {
		return nil, errors.Join(err, public.Close(), db.Close())
	}
	bus := db.Bus(string(chat.NewID(time.Now())))
	o := desk.Options{Store: db.Store, Bus: bus, Pusher: s.hub, Clock: clock{}, Blobs: s.blobs, Inspector: media.New(c.FileMB << 20), Node: node, Canary: desk.CanaryOptions{Every: c.Canary, Watch: s.hub}, Log: log}
	if s.tracer != nil {
		o.Tracer = s.tracer
	}
	if o.JoinKey, err = hkdf.Key(sha256.New, secret, nil, "join v1", 32); err != nil {
		return nil, errors.Join(err, public.Close(), db.Close())
	}
	o.Mail = postman != nil
	o.SSO = desk.SSO{Domains: c.OIDCDomains, Role: c.OIDCRole, Lines: c.OIDCLines, Capacity: 6}
	s.desk = desk.New(o)
	s.caller = jobs.NewCaller(hookNetworks, "unique-support/"+version())
	s.jobs = jobs.New(jobs.Options{Store: db.Store, Poster: s.caller, Link: func(line string) string { return base + "/c/" + line }, Log: log})
	s.door, err = handlers.New(handlers.Options{Desk: s.desk, Hub: s.hub, Sessions: db.Sessions(), Secret: secret, BaseURL: base, Demo: c.Demo,
		FileMax: c.FileMB << 20, Unlimited: c.Limits == "off", Proxies: proxies, Passwords: passwords, Mail: postman != nil, SSO: signOn, SSOName: c.OIDCName, Factor: handlers.Factor(c.SecondFactor), Clock: clock{}, Log: log,
		Node: node, Build: build(), Databases: func() map[string]handlers.Database { return databases(db.Store, bus) }, Measures: []prometheus.Collector{disk{c.Data}, hooks{s.jobs}}})
	if err != nil {
		return nil, errors.Join(err, public.Close(), db.Close())
	}
	quiet := slog.NewLogLogger(log.Handler(), slog.LevelDebug)
	s.public = &http.Server{Handler: s.door.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10, ErrorLog: quiet,
		ConnContext: push.ConnContext}
	s.ops = &http.Server{Addr: c.OpsAddr, Handler: s.door.Ops(), ReadHeaderTimeout: 5 * time.Second, ErrorLog: quiet}

	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	s.group, s.failed = errgroup.WithContext(running)
	s.group.Go(func() error { return s.hub.Run(s.failed) })
	s.group.Go(func() error { return s.desk.Run(s.failed) })
	s.group.Go(func() error { return s.jobs.Run(s.failed) })
	if postman != nil {
		s.group.Go(func() error {
			return jobs.NewEscalator(jobs.EscalationOptions{Store: db.Store, Postman: postman, Now: time.Now, Log: log}).Run(s.failed)
		})
		s.group.Go(func() error {
			return jobs.NewMailer(jobs.MailOptions{Mails: db.Store, Writer: s.desk, Postman: postman, Log: log}).Run(s.failed)
		})
	}
	s.group.Go(func() error { return db.refresh(s.failed) })
	s.group.Go(func() error { return paceGarbage(s.failed) })
	s.group.Go(func() error { return ended(s.public.Serve(public)) })
	if c.OpsAddr != "" {
		ops, err := net.Listen("tcp", c.OpsAddr)
		if err != nil { // a second server on the machine: it serves all the same
			log.Warn("operator's address not served", "error", err)
		} else {
			s.group.Go(func() error { return ended(s.ops.Serve(ops)) })
		}
	}
	s.greet(c, out)
	return s, nil
}

// wait serves until ctx ends or something fails for good, then leaves.
func (s *server) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
	case <-s.failed.Done():
	}
	return s.stop()
}

// stop leaves: a balancer is given time to notice, streams are told to go elsewhere, requests under way are finished, what
// the routers accepted is written. A request that does not end in time is cut; nobody was told that it was accepted.
func (s *server) stop() error {
	s.door.Leave()
	time.Sleep(s.notice)
	n := s.hub.Stats()
	streams := n.Visitors + n.Agents
	s.log.Info("leaving", "streams", streams)
	s.door.Drain(min(leave, time.Duration(streams)*20*time.Millisecond))
	err := shut(s.public)
	ctx, cancel := context.WithTimeout(context.Background(), finish)
	defer cancel()
	err = errors.Join(err, s.ops.Close(), s.desk.Close(ctx))
	s.cancel()
	err = errors.Join(s.group.Wait(), err)
	s.caller.Close()
	if lost := s.tracer.close(); lost != nil { // diagnosis: the node has left well all the same
		s.log.Warn("spans not sent", "error", lost)
	}
	return errors.Join(err, s.blobs.Close(), s.db.Close())
}

// shut lets requests under way finish, and cuts those that do not.
func shut(s *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), finish)
	defer cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return s.Close()
}

// ended is the error of a server that did not end because it was told to.
func ended(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// refresh looks every few seconds for lines that another process created or changed.
func (d *database) refresh(ctx context.Context) error {
	tick := time.NewTicker(3 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := d.Refresh(ctx); err != nil && ctx.Err() == nil {
				d.log.Warn("lines not read again", "error", err)
			}
		}
	}
}

// greet prints where everything is.
func (s *server) greet(c *config, out io.Writer) {
	base, _ := c.base() // start has read it already
	base = cmp.Or(base, s.URL)
	for _, l := range s.desk.Lines() {
		fmt.Fprintf(out, "%-10s %s/c/%s\n", "chat page", base, l.Name)
	}
	if c.Demo {
		fmt.Fprintf(out, "%-10s %s/demo\n", "demo shop", base)
	}
	fmt.Fprintf(out, "%-10s %s/console\n", "console", base)
	password := "(the password was printed when it was made; `unique-support user password` sets a new one)"
	if s.Password != "" {
		password = s.Password
	}
	fmt.Fprintf(out, "%-10s %s  %s\n", "sign in", c.AdminEmail, password)
}

// address is how a listener is reached from this machine.
func address(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
