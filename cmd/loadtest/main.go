// Command loadtest puts a deployment under load, or an installation of its own under every fault it is made to survive, and
// checks that nothing is lost, repeated or out of order.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

type commands struct {
	Load   loadCommand   `cmd:"" default:"withargs" help:"Put a deployment under load and check what came of it (the default)."`
	Faults faultsCommand `cmd:"" help:"Run the fault matrix on an installation of its own."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		if _, wrong := errors.AsType[usageError](err); wrong {
			os.Exit(2)
		}
		if _, open := errors.AsType[unknownError](err); open {
			os.Exit(3)
		}
		os.Exit(1)
	}
}

// usageError says that the command line makes no sense; anything else that goes wrong says something about the server.
type usageError struct{ error }

// run is main as a value.
func run(ctx context.Context, args []string, out io.Writer) error {
	var c commands
	parser, err := kong.New(&c, kong.Name("loadtest"), kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(out, (*io.Writer)(nil)))
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return usageError{err}
	}
	return parsed.Run()
}
