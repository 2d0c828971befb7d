package handlers

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// tokenLife is how long a visitor's token lets her in; every new session makes a new one.
const tokenLife = 90 * 24 * time.Hour

// tokens signs and reads visitors' tokens: "v1.<line>.<visitor>.<expiry>.<signature>", with v2 for
// a session that began with a signed identity. Nothing is stored for them.
type tokens struct{ key []byte }

func newTokens(secret []byte) (tokens, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "visitor token v1", 32)
	return tokens{key: key}, err
}

func (t tokens) issue(line string, visitor chat.ID, signed bool, now time.Time) (string, time.Time) {
	expires := now.Add(tokenLife).Truncate(time.Second)
	kind := "v1."
	if signed {
		kind = "v2."
	}
	body := kind + line + "." + string(visitor) + "." + strconv.FormatInt(expires.Unix(), 10)
	return body + "." + t.sign(body), expires
}

// read returns whom a token stands for; the zero Actor for one that stands for nobody.
func (t tokens) read(token string, now time.Time) chat.Actor {
	i := strings.LastIndexByte(token, '.')
	if i < 0 || !hmac.Equal([]byte(token[i+1:]), []byte(t.sign(token[:i]))) {
		return chat.Actor{}
	}
	part := strings.Split(token[:i], ".")
	if len(part) != 4 || part[0] != "v1" && part[0] != "v2" {
		return chat.Actor{}
	}
	expires, err := strconv.ParseInt(part[3], 10, 64)
	if err != nil || now.Unix() >= expires {
		return chat.Actor{}
	}
	return chat.Actor{Kind: chat.KindVisitor, ID: chat.ID(part[2]), Line: part[1], Signed: part[0] == "v2"}
}

func (t tokens) sign(body string) string {
	m := hmac.New(sha256.New, t.key)
	m.Write([]byte(body))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}
