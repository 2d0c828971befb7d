package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

func TestTrial_print(t *testing.T) {
	cases := map[string]struct {
		trial trial
		err   error
		want  outcome
		says  string
	}{
		"OK":                                {trial{strain: 1}, nil, rowOK, ""},
		"something is wrong":                {trial{failures: []string{"C1: gone"}}, nil, rowFailed, "C1: gone"},
		"it could not be run":               {trial{}, errors.New("no Postgres"), rowFailed, "no Postgres"},
		"a busy machine":                    {trial{strain: 4.5}, nil, rowUnknown, "4.5 times"},
		"a busy machine, something wrong":   {trial{strain: 4.5, failures: []string{"C2: a hole"}}, nil, rowFailed, "C2: a hole"},
		"the machine lacks something":       {trial{}, fmt.Errorf("row: %w", skipped("needs root")), rowSkipped, "skipped: needs root"},
		"it lacks something, and was wrong": {trial{failures: []string{"C3: twice"}}, skipped("needs root"), rowFailed, "C3: twice"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			if v := test.trial.print(&out, "1", "a fault", test.err); v != test.want || !strings.Contains(out.String(), test.want.String()) || !strings.Contains(out.String(), test.says) {
				t.Errorf("it is %s, want %s: %s", v, test.want, &out)
			}
		})
	}
}

func TestTrial_within(t *testing.T) {
	cases := map[string]struct {
		strain float64
		took   time.Duration
		fails  bool
	}{
		"in time":                           {1, time.Second, false},
		"late":                              {1, 1001 * time.Millisecond, true},
		"in time on a strained machine":     {4, 4 * time.Second, false},
		"late on a strained machine":        {3.9, 4 * time.Second, true},
		"a machine too busy to be asked":    {4.1, time.Minute, false},
		"one that answers faster than calm": {0.2, 900 * time.Millisecond, false},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			one := &trial{strain: test.strain}
			one.within(test.took, time.Second, "it")
			if fails := len(one.failures) > 0; fails != test.fails {
				t.Errorf("it fails: %v, want %v", fails, test.fails)
			}
			if test.strain > strainMost && one.print(io.Discard, "1", "", nil) != rowUnknown {
				t.Error("that it could not be judged is not told")
			}
		})
	}
}

func TestTrial_untouched(t *testing.T) {
	one := &trial{strain: 100}
	one.untouched("a", window{Answers: map[int]int{201: 5, 503: 1}})
	if len(one.failures) != 1 {
		t.Errorf("errors of a line nothing was done to are judged however busy the machine: %q", one.failures)
	}
}

func TestSumming_err(t *testing.T) {
	of := func(answers ...outcome) error {
		var s summing
		for _, v := range answers {
			s.add(v)
		}
		return s.err()
	}
	t.Run("OK", func(t *testing.T) {
		if err := of(rowOK, rowSkipped); err != nil {
			t.Error(err)
		}
	})
	t.Run("what is unknown is no pass, and has an ending of its own", func(t *testing.T) {
		if _, open := errors.AsType[unknownError](of(rowOK, rowUnknown)); !open {
			t.Error("it has not")
		}
	})
	t.Run("a failure comes first", func(t *testing.T) {
		err := of(rowUnknown, rowFailed)
		if _, open := errors.AsType[unknownError](err); err == nil || open {
			t.Errorf("it ends with %v", err)
		}
	})
}
