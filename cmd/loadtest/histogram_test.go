package main

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestHistogram_at(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var h, a, b histogram
	var all []time.Duration
	for i := range 20_000 {
		d := time.Duration(math.Exp(r.Float64()*18)) * time.Microsecond // up to a minute
		all = append(all, d)
		h.add(d)
		[]*histogram{&a, &b}[i%2].add(d)
	}
	slices.Sort(all)
	a.merge(&b)
	text, err := json.Marshal(&a)
	if err != nil {
		t.Fatal(err)
	}
	var read histogram
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	for _, percent := range []float64{0.01, 10, 50, 90, 99, 99.9, 100} {
		want := all[int(math.Ceil(percent/100*float64(len(all))))-1]
		for name, got := range map[string]time.Duration{"one": h.at(percent), "two added": a.at(percent), "read back": read.at(percent)} {
			if got < want || float64(got) > float64(want)*1.016+1000 {
				t.Errorf("%s: P%v is %v, want %v", name, percent, got, want)
			}
		}
	}
	if h.max != all[len(all)-1] || read.count != 20_000 || h.mean() != read.mean() {
		t.Errorf("max %v, count %d, means %v %v", h.max, read.count, h.mean(), read.mean())
	}
	if (&histogram{}).at(99) != 0 || (&histogram{}).mean() != 0 {
		t.Error("nothing counted is something")
	}
}
