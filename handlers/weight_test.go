package handlers

import (
	"bytes"
	"compress/gzip"
	"path"
	"regexp"
	"strings"
	"testing"
)

// The chat page's first view, everything it asks for, packed as a browser gets it: what it weighs is how long a phone on a bad network waits.
func TestPages_weight(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	b := browser(t)
	weigh := func(t *testing.T) {
		r := r.at(t)
		page := r.want(r.with(b, "GET", "/c/shop", "", "Accept", "text/html"), 200, "").body
		total, kinds := packed(page), map[string]int{}
		seen := map[string]bool{}
		for _, m := range regexp.MustCompile(`(?:href|src)="(/assets/[^"#]+)`).FindAllSubmatch(page, -1) {
			asset := string(m[1])
			if seen[asset] || strings.HasPrefix(asset, "/assets/theme/") {
				continue
			}
			seen[asset] = true
			n := packed(r.want(r.call("GET", asset, ""), 200, "").body)
			kinds[path.Ext(asset)] += n
			total += n
		}
		t.Logf("%d in all, %d the page, %v", total, packed(page), kinds)
		if total > 28_500 || kinds[".js"] > mostScript || kinds[".css"] > 4500 || kinds[".svg"] > 1500 {
			t.Errorf("%d in all, %v", total, kinds)
		}
	}
	t.Run("of somebody new", weigh)
	t.Run("of somebody who has said ten things", func(t *testing.T) {
		r := r.at(t)
		for _, c := range "0123456789" {
			r.want(r.form(b, "/c/shop", "text", "杯口裂了一道，能换一只吗？", "client_id", "0192f0c1-0000-7000-8000-0000000000e"+string(c)), 303, "")
		}
		weigh(t)
	})
}

// mostScript is the bound of the script; docs/adr/0032 says what is left to the budget of 12 KB.
const mostScript = 17_050

func packed(body []byte) int {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Len()
}
