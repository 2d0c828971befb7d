package main

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestLine(t *testing.T) {
	a, b, worst := line([]float64{0, 10, 20, 30}, []float64{100, 121, 139, 160})
	if math.Abs(a-100.3) > 0.01 || math.Abs(b-1.98) > 0.001 || worst < 0.005 || worst > 0.01 {
		t.Errorf("y = %.3f + %.3f x, off by %.4f", a, b, worst)
	}
	if a, b, worst = line([]float64{5, 5, 5}, []float64{7, 7, 7}); a != 7 || b != 0 || worst != 0 {
		t.Errorf("of points on one spot: y = %.3f + %.3f x, off by %.4f", a, b, worst)
	}
}

func TestTrial_soakFigures(t *testing.T) {
	of := func(perHour float64) (taken []sample) {
		for i := range 100 {
			hours := float64(i) / 10
			taken = append(taken, sample{hours, (100 + perHour*hours) * (1 << 20), 200 + float64(i%7), 50 + float64(i%7)})
		}
		return taken
	}
	calm := window{Accept: series{10 * time.Millisecond}}
	cases := map[string]struct {
		taken []sample
		end   time.Duration
		long  bool
		fails int
	}{
		"OK":                       {of(0.5), 11 * time.Millisecond, true, 0},
		"it grows":                 {of(1.5), 10 * time.Millisecond, true, 1},
		"it gets slower":           {of(0), 20 * time.Millisecond, true, 1},
		"too short to be judged":   {of(30), 30 * time.Millisecond, false, 0},
		"too little that is known": {nil, 10 * time.Millisecond, true, 0},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			one := &trial{strain: 1}
			one.soakFigures(test.taken, calm, window{Accept: series{test.end}}, test.long)
			if len(one.failures) != test.fails {
				t.Errorf("failures %q, want %d", one.failures, test.fails)
			}
			if test.taken == nil && len(one.doubts) == 0 {
				t.Error("it is no pass that nothing was measured")
			}
		})
	}
}

func TestReadMetrics(t *testing.T) {
	m, err := readMetrics(strings.NewReader("# HELP go_goroutines x\ngo_goroutines{node=\"a\"} 12\nstreams{side=\"visitor\"} 2\nstreams{side=\"agent\"} 3\nbare 7\n"))
	if err != nil || m["go_goroutines"] != 12 || m["streams"] != 5 || m[`streams{side="agent"}`] != 3 || m["bare"] != 7 {
		t.Errorf("it reads %v, %v", m, err)
	}
}
