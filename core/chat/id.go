package chat

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// ID is a UUID in its 36-character text form, lower case.
// What the desk names gets version 7 (RFC 9562, sorted by time); what a client names may have any version.
type ID string

// NewID names something that was made at the given time: a version 7 UUID with 74 random bits.
// It panics when the system has no randomness, as crypto/rand does.
func NewID(at time.Time) ID {
	var b [16]byte
	_, _ = rand.Read(b[:])
	ms := uint64(at.UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return format(b)
}

// NewSecretID names something whose name must not be guessed: a version 4 UUID, 122 random bits.
func NewSecretID() ID {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return format(b)
}

// Part names the n-th thing that comes with what the id names: always the same.
func (id ID) Part(n int) ID {
	sum := sha256.Sum256([]byte(string(id) + " " + strconv.Itoa(n)))
	b := [16]byte(sum[:16])
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	return format(b)
}

// ParseID reads a UUID of any version in its 36-character text form, either case.
func ParseID(s string) (ID, error) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return "", Invalid("id", "This is not a valid id.")
	}
	var b [16]byte
	if _, err := hex.Decode(b[:], []byte(s[:8]+s[9:13]+s[14:18]+s[19:23]+s[24:])); err != nil {
		return "", Invalid("id", "This is not a valid id.")
	}
	return ID(strings.ToLower(s)), nil
}

func format(b [16]byte) ID {
	var t [36]byte
	hex.Encode(t[0:8], b[0:4])
	hex.Encode(t[9:13], b[4:6])
	hex.Encode(t[14:18], b[6:8])
	hex.Encode(t[19:23], b[8:10])
	hex.Encode(t[24:36], b[10:16])
	t[8], t[13], t[18], t[23] = '-', '-', '-', '-'
	return ID(t[:])
}
