package sql

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// grams are what a text is found by: of its Latin words and numbers every three letters in a row, with a space before the first,
// of all other scripts every two. Chinese is written without spaces and most of its words are two letters; a Latin word says
// little by twos. Each gram is a number, so that comparing and keeping them costs little: threes of ASCII fill 21 bits, twos begin
// with a letter above them. Two rare letters may share a number: what is found is compared with the words themselves.
//
// To ask is to name the grams that a text with these words in it must have: the middle of a word is enough, and of a Latin word with
// two letters it is the beginning. One letter has none.
func grams(text string, asks bool) []int32 {
	var all []int32
	var run []rune
	plain := false
	end := func() {
		all = append(all, gramsOf(run, plain, asks)...)
		run = run[:0]
	}
	for _, r := range strings.ToLower(text) {
		ascii := r < unicode.MaxASCII
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) {
			end()
			continue
		}
		if ascii != plain {
			end()
			plain = ascii
		}
		run = append(run, r)
	}
	end()
	slices.Sort(all)
	return slices.Compact(all)
}

// gramsOf are those of one word, or of one stretch of letters where words have no ends.
func gramsOf(run []rune, plain, asks bool) (all []int32) {
	if !plain {
		for i := 1; i < len(run); i++ {
			all = append(all, int32(uint32(run[i-1])<<16|uint32(run[i])&0xffff))
		}
		return all
	}
	if len(run) >= 2 && (!asks || len(run) == 2) {
		all = append(all, ' '<<14|run[0]<<7|run[1])
	}
	for i := 2; i < len(run); i++ {
		all = append(all, run[i-2]<<14|run[i-1]<<7|run[i])
	}
	return all
}

// array writes numbers as Postgres reads them.
func array(of []int32) string {
	b := []byte{'{'}
	for i, n := range of {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(n), 10)
	}
	return string(append(b, '}'))
}
