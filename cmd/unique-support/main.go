// Command unique-support is a self-hosted customer-service desk in one binary: see README.md for what it does and
// docs/operating for how to run it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"

	_ "time/tzdata" // readers are in every zone, machines often know none

	"github.com/alecthomas/kong"
	"github.com/taadis/unique-support/core/chat"
)

type commands struct {
	config

	Serve   serveCommand   `cmd:"" default:"withargs" help:"Serve the chat page, the console and the API (the default)."`
	Migrate migrateCommand `cmd:"" help:"Bring the database and that of every line up to this version, then end."`
	Seed    seedCommand    `cmd:"" help:"Create the demo line, its agents and a week of sample conversations."`
	User    userCommand    `cmd:"" help:"Create agents, list them, set passwords, disable them."`
	Team    teamCommand    `cmd:"" help:"Make teams of agents, and say what an agent knows."`
	Line    lineCommand    `cmd:"" help:"Create business lines, list them with their health, move them between databases."`
	APIKey  apikeyCommand  `cmd:"" name:"apikey" help:"Create, list and revoke API keys."`
	Doctor  doctorCommand  `cmd:"" help:"Say in plain words what is wrong with this installation."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "unique-support:", sentence(err))
		os.Exit(1)
	}
}

// run is main as a value: tests call it with their own arguments. What a command was asked for goes to out, everything else to log.
func run(ctx context.Context, args []string, out, log io.Writer) error {
	c := commands{config: config{log: log}}
	parsed, err := c.parse(args, kong.Writers(out, log), kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(out, (*io.Writer)(nil)))
	if err != nil {
		return err
	}
	return parsed.Run(&c.config)
}

// parse reads arguments and environment.
func (c *commands) parse(args []string, options ...kong.Option) (*kong.Context, error) {
	options = append(options, kong.Name("unique-support"), kong.Description("唯一客服: a self-hosted customer-service desk."), kong.UsageOnError(), kong.PostBuild(ignoreEmpty))
	parser, err := kong.New(c, options...)
	if err != nil {
		return nil, err
	}
	return parser.Parse(args)
}

// ignoreEmpty makes a variable that is set to nothing, as compose files do, mean the default. Only for the operator's
// address nothing means something.
func ignoreEmpty(k *kong.Kong) error {
	for _, flag := range k.Model.Flags {
		flag.Tag.Envs = slices.DeleteFunc(flag.Tag.Envs, func(name string) bool { return os.Getenv(name) == "" && name != "SUPPORT_OPS_ADDR" })
	}
	return nil
}

// sentence is what a person at a terminal reads of an error.
func sentence(err error) string {
	if e, ok := err.(*chat.Error); ok && e.Err == nil {
		return e.Detail
	}
	return err.Error()
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(out io.Writer) error {
	_, err := fmt.Fprintln(out, version())
	return err
}

// version is the module's version, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return "devel"
}
