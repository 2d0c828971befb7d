// Command unique-support is a self-hosted customer-service desk in one binary: see README.md for what it does and
// docs/operating for how to run it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/taadis/unique-support/core/chat"
)

type commands struct {
	config

	Serve   serveCommand   `cmd:"" default:"withargs" help:"Serve the chat page, the console and the API (the default)."`
	Migrate migrateCommand `cmd:"" help:"Bring the database and that of every line up to this version, then end."`
	Seed    seedCommand    `cmd:"" help:"Create the demo line, its agents and a week of sample conversations."`
	User    userCommand    `cmd:"" help:"Create agents, list them, set passwords, disable them."`
	Line    lineCommand    `cmd:"" help:"Create business lines and list them with their health."`
	APIKey  apikeyCommand  `cmd:"" name:"apikey" help:"Create API keys."`
	Doctor  doctorCommand  `cmd:"" help:"Say in plain words what is wrong with this installation."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "unique-support:", sentence(err))
		os.Exit(1)
	}
}

// run is main as a value: tests call it with their own arguments.
func run(ctx context.Context, args []string) error {
	var c commands
	parser, err := kong.New(&c, kong.Name("unique-support"), kong.Description("唯一客服: a self-hosted customer-service desk."), kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return parsed.Run(&c.config)
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
func (versionCommand) Run() error {
	fmt.Println(version())
	return nil
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
