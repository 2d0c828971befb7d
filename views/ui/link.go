package ui

import (
	"strconv"
	"strings"
)

// Part is a piece of a text: plain, or a link when URL is set.
type Part struct{ Text, URL string }

// longest is the longest address that becomes a link, in bytes.
const longest = 2048

// Parts splits a text into plain pieces and its http and https addresses, in one pass; widget/text.js does the same in a browser.
//
// Addresses are ASCII, as URLs travel: one ends where Chinese words or punctuation begin, and no host can look like another.
// It begins at "http://" or "https://" that no letter or digit precedes, has no user name before its host, and leaves the
// punctuation of the sentence around it outside.
func Parts(s string) []Part {
	var parts []Part
	plain := 0
	for i := 0; i < len(s); {
		n := scheme(s[i:])
		if n == 0 || i > 0 && isWord(s[i-1]) {
			i++
			continue
		}
		end := i + n + address(s[i+n:])
		if end == i+n || end < len(s) && s[end] == '@' || end-i > longest {
			i = end
			continue
		}
		if plain < i {
			parts = append(parts, Part{Text: s[plain:i]})
		}
		parts = append(parts, Part{Text: s[i:end], URL: s[i:end]})
		i, plain = end, end
	}
	if plain < len(s) {
		parts = append(parts, Part{Text: s[plain:]})
	}
	return parts
}

// scheme returns the length of the "http://" or "https://" that s begins with, either case, or 0.
func scheme(s string) int {
	for _, p := range [...]string{"http://", "https://"} {
		if len(s) >= len(p) && strings.EqualFold(s[:len(p)], p) {
			return len(p)
		}
	}
	return 0
}

// address returns the length of host, port and path at the start of s, 0 when there is no host.
func address(s string) int {
	n := 0
	for n < len(s) && (isWord(s[n]) || s[n] == '.' || s[n] == '-') {
		n++
	}
	host := len(strings.TrimRight(s[:n], ".-"))
	switch {
	case host == 0 || !isWord(s[0]):
		return 0
	case host < n:
		return host
	}
	end := host + port(s[host:])
	if end == len(s) || s[end] != '/' && s[end] != '?' && s[end] != '#' {
		return end
	}
	path := end
	for path < len(s) && inPath(s[path]) {
		path++
	}
	return end + trim(s[end:path])
}

// port returns the length of ":8080" at the start of s, 0 when there is none.
func port(s string) int {
	n := 1
	for n < len(s) && n < 6 && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	if s == "" || s[0] != ':' || n == 1 {
		return 0
	}
	if p, err := strconv.Atoi(s[1:n]); err != nil || p > 65535 {
		return 0
	}
	return n
}

// inPath reports whether a byte may stand in a path, a query or a fragment.
func inPath(c byte) bool {
	return isWord(c) || strings.IndexByte("!#$%&'()*+,-./:;=?@[]_~", c) >= 0
}

// trim returns the length of a path without the end of the sentence around it; a closing bracket stays when its pair is inside.
func trim(s string) int {
	round := strings.Count(s, ")") - strings.Count(s, "(")
	square := strings.Count(s, "]") - strings.Count(s, "[")
	for n := len(s); n > 0; n-- {
		switch c := s[n-1]; {
		case c == ')' && round > 0:
			round--
		case c == ']' && square > 0:
			square--
		case strings.IndexByte(".,;:!?'*_~", c) >= 0:
		default:
			return n
		}
	}
	return 0
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
