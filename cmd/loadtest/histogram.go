package main

import (
	"encoding/json"
	"math"
	"math/bits"
	"time"
)

const (
	// subBits is how finely a histogram tells times apart: 64 steps for each doubling, so a value is at most 1.6 % off.
	subBits = 6
	octaves = 32
)

// histogram counts times, from a microsecond to over an hour. Histograms of several processes can be added.
type histogram struct {
	count   int64
	sum     time.Duration
	max     time.Duration
	buckets [octaves << subBits]int64
}

// add counts one time.
func (h *histogram) add(d time.Duration) {
	d = max(0, d)
	h.count++
	h.sum += d
	h.max = max(h.max, d)
	h.buckets[bucketOf(d)]++
}

func bucketOf(d time.Duration) int {
	us := uint64(d / time.Microsecond)
	if us < 1<<subBits {
		return int(us)
	}
	shift := bits.Len64(us) - subBits - 1
	return min((shift+1)<<subBits|int(us>>shift)&(1<<subBits-1), octaves<<subBits-1)
}

// upTo is the largest time a bucket holds.
func upTo(bucket int) time.Duration {
	octave, sub := bucket>>subBits, bucket&(1<<subBits-1)
	if octave == 0 {
		return time.Duration(sub) * time.Microsecond
	}
	return time.Duration((1<<subBits|sub)<<(octave-1)+1<<(octave-1)-1) * time.Microsecond
}

// merge adds another's counts.
func (h *histogram) merge(o *histogram) {
	h.count += o.count
	h.sum += o.sum
	h.max = max(h.max, o.max)
	for i, n := range o.buckets {
		h.buckets[i] += n
	}
}

// at is the time that so many per cent stay within; 0 when nothing was counted.
func (h *histogram) at(percent float64) time.Duration {
	rank := int64(math.Ceil(percent / 100 * float64(h.count)))
	for i, n := range h.buckets {
		if rank -= n; rank <= 0 && h.count > 0 {
			return min(upTo(i), h.max)
		}
	}
	return h.max
}

// mean is the average; 0 when nothing was counted.
func (h *histogram) mean() time.Duration {
	if h.count == 0 {
		return 0
	}
	return h.sum / time.Duration(h.count)
}

type histogramJSON struct {
	Count int64         `json:"count"`
	Sum   int64         `json:"sum_us"`
	Max   int64         `json:"max_us"`
	Of    map[int]int64 `json:"buckets"`
}

// MarshalJSON writes the buckets that hold something.
func (h *histogram) MarshalJSON() ([]byte, error) {
	j := histogramJSON{Count: h.count, Sum: h.sum.Microseconds(), Max: h.max.Microseconds(), Of: map[int]int64{}}
	for i, n := range h.buckets {
		if n > 0 {
			j.Of[i] = n
		}
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (h *histogram) UnmarshalJSON(b []byte) error {
	var j histogramJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*h = histogram{count: j.Count, sum: time.Duration(j.Sum) * time.Microsecond, max: time.Duration(j.Max) * time.Microsecond}
	for i, n := range j.Of {
		if i >= 0 && i < len(h.buckets) {
			h.buckets[i] = n
		}
	}
	return nil
}
