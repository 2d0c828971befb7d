package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

type doctorCommand struct {
	JSON bool `name:"json" help:"Print a JSON array, one object for each thing looked at."`
}

// finding is one thing the doctor looked at. Trouble is "" when it is well; Note is trouble that can wait.
type finding struct {
	What    string `json:"what"`
	State   string `json:"state"` // ok, note or BAD
	Trouble string `json:"trouble,omitempty"`
	Why     string `json:"why,omitempty"`
	Do      string `json:"do,omitempty"`
}

func well(what string) finding { return finding{What: what, State: "ok"} }

func minor(what, trouble, why, do string) finding { return finding{what, "note", trouble, why, do} }

func bad(what, trouble, why, do string) finding { return finding{what, "BAD", trouble, why, do} }

// Run says what is wrong, why it matters and what to do, and fails when anything is BAD. It changes nothing.
func (d doctorCommand) Run(ctx context.Context, c *config, out io.Writer) error {
	found := c.diagnoseFolder()
	found = append(found, diagnoseFiles())
	found = append(found, c.diagnoseSettings()...)
	found = append(found, c.diagnoseDatabases(ctx)...)
	found = append(found, c.diagnoseURL(ctx)...)
	found = append(found, c.diagnoseMail(ctx))
	found = append(found, c.diagnoseSignOn(ctx)...)
	sick := 0
	for _, f := range found {
		if f.State == "BAD" {
			sick++
		}
	}
	if err := d.print(out, found); err != nil {
		return err
	}
	if sick > 0 {
		return fmt.Errorf("%d of %d things need attention", sick, len(found))
	}
	return nil
}

func (d doctorCommand) print(out io.Writer, found []finding) error {
	if d.JSON {
		e := json.NewEncoder(out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(found)
	}
	var err error
	for _, f := range found {
		line := fmt.Sprintf("%-5s %s", f.State, f.What)
		if f.Trouble != "" {
			line += ": " + f.Trouble
		}
		if more := strings.TrimSpace(f.Why + " " + f.Do); more != "" {
			line += "\n      " + more
		}
		_, e := fmt.Fprintln(out, line)
		err = errors.Join(err, e)
	}
	return err
}
