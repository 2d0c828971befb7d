package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// outcome is what a row says.
type outcome int

const (
	rowOK outcome = iota
	// rowFailed says that something is wrong, however busy the machine.
	rowFailed
	// rowUnknown says that nothing is wrong but something could not be judged: no pass.
	rowUnknown
	// rowSkipped says that this machine lacks what the row needs.
	rowSkipped
)

func (v outcome) String() string { return [...]string{"ok", "FAIL", "unknown", "skipped"}[v] }

// print writes the table's line of a row that ended with err, and returns its verdict.
func (t *trial) print(w io.Writer, number, fault string, err error) (v outcome) {
	lacks, skip := errors.AsType[skipped](err)
	if err != nil && !skip {
		t.failures = append(t.failures, err.Error())
	}
	if t.busy() {
		t.doubts = append(t.doubts, fmt.Sprintf("the machine is too busy: before anything was done to it, it took %.1f times as long as it should", t.strain))
	}
	var why []string
	switch {
	case len(t.failures) > 0:
		v, why = rowFailed, t.failures
	case skip:
		v, why = rowSkipped, []string{lacks.Error()}
	case len(t.doubts) > 0:
		v, why = rowUnknown, t.doubts
	}
	fmt.Fprintf(w, layout, number, fault, v, strings.Join(t.figures, ", "))
	for _, one := range why {
		fmt.Fprintf(w, "      ! %s\n", strings.ReplaceAll(one, "\n", "\n        "))
	}
	return v
}

// summing counts verdicts.
type summing [4]int

func (s *summing) add(v outcome) { s[v]++ }

func (s summing) String() string {
	return fmt.Sprintf("%d ok, %d failed, %d unknown, %d skipped", s[rowOK], s[rowFailed], s[rowUnknown], s[rowSkipped])
}

// err is how the program ends: a failure comes before what is unknown, and what was skipped is told only.
func (s summing) err() error {
	switch {
	case s[rowFailed] > 0:
		return fmt.Errorf("%d failed", s[rowFailed])
	case s[rowUnknown] > 0:
		return unknownError{fmt.Errorf("%d unknown: neither passed nor failed", s[rowUnknown])}
	}
	return nil
}

// unknownError says that nothing is known to be wrong, and that not everything could be judged.
type unknownError struct{ error }
