package main

import "testing"

func TestStreamsOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ files, streams int }{{256, 1}, {1024, 512}, {4096, 3584}, {20_000, 18_000}, {1_048_576, 943_719}} {
		if n := streamsOf(c.files); n != c.streams {
			t.Errorf("%d files: %d streams, want %d", c.files, n, c.streams)
		}
	}
	if n := maxStreams(); n < 0 {
		t.Errorf("%d", n)
	}
}
