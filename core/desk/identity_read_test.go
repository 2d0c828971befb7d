package desk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// jwt signs a header and claims.
func jwt(secret, head, said string) string {
	part := base64.RawURLEncoding.EncodeToString
	body := part([]byte(head)) + "." + part([]byte(said))
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(body))
	return body + "." + part(m.Sum(nil))
}

func TestReadIdentity(t *testing.T) {
	const hs256 = `{"alg":"HS256","typ":"JWT"}`
	now := time.Unix(1_800_000_000, 0)
	exp := func(d time.Duration) string { return `"exp":` + strconv.FormatInt(now.Add(d).Unix(), 10) }
	mine, old := strings.Repeat("m", 32), strings.Repeat("o", 32)
	secrets := []string{mine, old}

	t.Run("OK", func(t *testing.T) {
		said := `{"sub":"u-1",` + exp(time.Hour) + `,"name":"周明玥","email":"zhou@example.com","phone":"138","attributes":{"vip":1},"card":{"title":"杯"},"iat":1,"aud":"x"}`
		for _, secret := range secrets { // two are valid while the host changes from one to the other
			c, err := readIdentity(jwt(secret, hs256, said), secrets, now)
			if err != nil || c.Subject != "u-1" || c.Profile.Name != "周明玥" || c.Profile.Email != "zhou@example.com" || c.Profile.Phone != "138" ||
				string(c.Profile.Attributes) != `{"vip":1}` || string(c.Card) != `{"title":"杯"}` {
				t.Fatalf("got %+v, %v", c, err)
			}
		}
	})
	t.Run("the example of RFC 7515 A.1 has a good signature", func(t *testing.T) {
		key, err := base64.RawURLEncoding.DecodeString("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
		if err != nil {
			t.Fatal(err)
		}
		_, err = readIdentity("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
			[]string{string(key)}, time.Unix(1_300_000_000, 0))
		if err == nil || !strings.Contains(err.Error(), "sub") { // it names nobody, which is read after the signature
			t.Fatalf("got %v", err)
		}
	})
	t.Run("clocks may differ by a minute", func(t *testing.T) {
		for _, c := range []struct {
			said string
			good bool
		}{
			{exp(-59 * time.Second), true}, {exp(-60 * time.Second), false},
			{exp(time.Hour) + `,"nbf":` + strconv.FormatInt(now.Unix()+60, 10), true},
			{exp(time.Hour) + `,"nbf":` + strconv.FormatInt(now.Unix()+61, 10), false},
		} {
			if _, err := readIdentity(jwt(mine, hs256, `{"sub":"u",`+c.said+`}`), secrets, now); (err == nil) != c.good {
				t.Errorf("%s: %v", c.said, err)
			}
		}
	})
	t.Run("refused", func(t *testing.T) {
		good := `{"sub":"u-1",` + exp(time.Hour) + `}`
		token := jwt(mine, hs256, good)
		for name, bad := range map[string]string{
			"another secret":       jwt(strings.Repeat("x", 32), hs256, good),
			"no secret":            jwt("", hs256, good),
			"no signature":         token[:strings.LastIndexByte(token, '.')+1],
			"a changed signature":  token[:len(token)-2] + "AA",
			"padding":              token + "=",
			"none":                 jwt(mine, `{"alg":"none"}`, good),
			"unsigned":             strings.Join(append(strings.Split(jwt(mine, `{"alg":"none"}`, good), ".")[:2], ""), "."),
			"HS512":                jwt(mine, `{"alg":"HS512"}`, good),
			"RS256":                jwt(mine, `{"alg":"RS256"}`, good),
			"hs256":                jwt(mine, `{"alg":"hs256"}`, good),
			"ALG":                  jwt(mine, `{"ALG":"HS256"}`, good),
			"crit":                 jwt(mine, `{"alg":"HS256","crit":["b64"],"b64":false}`, good),
			"no header":            jwt(mine, `null`, good),
			"no claims":            jwt(mine, hs256, `null`),
			"claims in a list":     jwt(mine, hs256, `[]`),
			"no exp":               jwt(mine, hs256, `{"sub":"u-1"}`),
			"exp null":             jwt(mine, hs256, `{"sub":"u-1","exp":null}`),
			"exp as text":          jwt(mine, hs256, `{"sub":"u-1","exp":"1900000000"}`),
			"EXP":                  jwt(mine, hs256, `{"sub":"u-1","EXP":1900000000}`),
			"no sub":               jwt(mine, hs256, `{`+exp(time.Hour)+`}`),
			"an empty sub":         jwt(mine, hs256, `{"sub":"  ",`+exp(time.Hour)+`}`),
			"sub as a number":      jwt(mine, hs256, `{"sub":7,`+exp(time.Hour)+`}`),
			"a long sub":           jwt(mine, hs256, `{"sub":"`+strings.Repeat("s", 201)+`",`+exp(time.Hour)+`}`),
			"NUL in sub":           jwt(mine, hs256, `{"sub":"a\u0000b",`+exp(time.Hour)+`}`),
			"attributes in a list": jwt(mine, hs256, `{"sub":"u",`+exp(time.Hour)+`,"attributes":[]}`),
			"a card as text":       jwt(mine, hs256, `{"sub":"u",`+exp(time.Hour)+`,"card":"x"}`),
			"too long":             jwt(mine, hs256, `{"sub":"u",`+exp(time.Hour)+`,"x":"`+strings.Repeat("x", identityMax)+`"}`),
			"two parts":            strings.Join(strings.Split(token, ".")[:2], "."),
			"nothing":              "..",
		} {
			if c, err := readIdentity(bad, secrets, now); err == nil || chat.CodeOf(err) == chat.CodeInternal {
				t.Errorf("%s: got %+v, %v", name, c, err)
			}
		}
		if _, err := readIdentity(jwt("", hs256, good), nil, now); err == nil {
			t.Error("a line without a secret believes")
		}
	})
}
