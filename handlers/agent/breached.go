package agent

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"strings"
)

// breached is the list of the 50,000 passwords of ten characters or more that stand most often in stolen collections, in small letters,
// sorted, a line each: those of Mark Burnett's ten million, which are in the public domain. Shorter ones nobody may have anyhow.
//
//go:embed breached.txt.gz
var breached []byte

// stolen reports whether a password is among those that are tried first: as it is, or with marks behind it that hide it from
// nobody. The list is unpacked for each question, which is asked when somebody chooses a password, and kept nowhere.
func stolen(password string) (bool, error) {
	password = strings.ToLower(password)
	bare := strings.TrimRight(password, "!?.*#")
	unpacked, err := gzip.NewReader(bytes.NewReader(breached))
	if err != nil {
		return false, err
	}
	lines := bufio.NewScanner(unpacked)
	for lines.Scan() {
		if s := lines.Text(); s == password || s == bare {
			return true, nil
		}
	}
	return false, lines.Err()
}

// monotonous reports whether a password is one to three characters over and over.
func monotonous(password string) bool {
	r := []rune(password)
	for n := 1; n <= 3; n++ {
		again := true
		for i := n; i < len(r) && again; i++ {
			again = r[i] == r[i-n]
		}
		if again {
			return true
		}
	}
	return false
}
