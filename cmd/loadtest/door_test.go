package main

import "testing"

func TestSaid(t *testing.T) {
	for want, r := range map[string]reply{
		"503 line_unavailable":               {status: 503, after: 1, body: []byte(`{"code":"line_unavailable","detail":"…"}`)},
		"503 queue_full without Retry-After": {status: 503, after: -1, body: []byte(`{"code":"queue_full"}`)},
		"502":                                {status: 502, after: 1, body: []byte("<html>")},
	} {
		if got := said(r); got != want {
			t.Errorf("it says %q, not %q", got, want)
		}
	}
}
