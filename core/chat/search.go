package chat

import (
	"slices"
	"strings"
	"unicode"
)

// Hit is where a conversation holds what was looked for: its newest message or note with the words in it, or its visitor.
type Hit struct {
	// Seq is the message's number; for a note, whose number is Note, that of the message before it. Both are 0 when the words stand in
	// what is known of the visitor.
	Seq  int64 `json:"seq,omitempty"`
	Note int64 `json:"note,omitempty"`
	// By is who wrote it, and Name what she was called; empty for the visitor's own facts.
	By   Kind   `json:"by,omitempty"`
	Name string `json:"name,omitempty"`
	// At is when it was written; for the visitor's facts, when the conversation's newest message was.
	At Time `json:"at"`
	// Excerpt is the text around the words, on one line.
	Excerpt []Part `json:"excerpt"`
}

// Part is a stretch of a text that was looked for, or of what stands around it.
type Part struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit,omitempty"`
}

const (
	// excerptBefore is how many characters stand before what was found, excerptMax how many an excerpt has.
	excerptBefore, excerptMax = 12, 80
	// termsMax is how many words are looked for at once.
	termsMax = 8
)

// Terms are the words of a search: all of them must be there.
func Terms(q string) []string {
	t := strings.Fields(q)
	return t[:min(len(t), termsMax)]
}

// Excerpt is the line of a text in which most of the words stand, around the first of them.
func Excerpt(text string, terms []string) []Part {
	var line []rune
	var hits [][2]int
	for l := range strings.Lines(text) {
		r := []rune(strings.TrimSpace(l))
		found := hitsOf(r, terms)
		if line == nil || len(found) > len(hits) {
			line, hits = r, found
		}
	}
	if len(line) == 0 {
		return []Part{}
	}
	from := 0
	if len(hits) > 0 && hits[0][0] > excerptBefore {
		from = hits[0][0] - excerptBefore
	}
	to := min(len(line), from+excerptMax)
	parts := []Part{}
	add := func(from, to int, hit bool) {
		if from < to {
			parts = append(parts, Part{Text: string(line[from:to]), Hit: hit})
		}
	}
	at := from
	for _, h := range hits {
		if h[0] >= to {
			break
		}
		add(at, h[0], false)
		at = min(h[1], to)
		add(h[0], at, true)
	}
	add(at, to, false)
	if from > 0 {
		parts[0].Text = "…" + parts[0].Text
	}
	if last := len(parts) - 1; to < len(line) {
		parts[last].Text += "…"
	}
	return parts
}

// hitsOf is where the words stand in a line, from the left, none within another.
func hitsOf(line []rune, terms []string) (hits [][2]int) {
	low := lower(line)
	var words [][]rune
	for _, t := range terms {
		if t != "" {
			words = append(words, lower([]rune(t)))
		}
	}
	for i := 0; i < len(low); i++ {
		for _, w := range words {
			if i+len(w) <= len(low) && slices.Equal(low[i:i+len(w)], w) {
				hits = append(hits, [2]int{i, i + len(w)})
				i += len(w) - 1
				break
			}
		}
	}
	return hits
}

// lower changes no length, so that places are the same.
func lower(in []rune) []rune {
	out := make([]rune, len(in))
	for i, r := range in {
		out[i] = unicode.ToLower(r)
	}
	return out
}
