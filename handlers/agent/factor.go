package agent

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"github.com/taadis/unique-support/core/chat"
)

const (
	// period is how long a code is shown; one before and one after are taken too, for phones whose clock is off.
	period = 30
	// recoveryLetters is how long a recovery code is: 80 bits, in base 32.
	recoveryLetters = 16
)

// Factors makes and checks what agents show besides their passwords. Secrets are sealed where they are kept: whoever has the database
// makes no codes of it.
type Factors struct{ seal cipher.AEAD }

// NewFactors returns one whose seal is made of the server's secret.
func NewFactors(secret []byte) (*Factors, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "second factor v1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	return &Factors{seal}, err
}

// New makes a secret for an agent, sealed for her alone.
func (f *Factors) New(agent chat.ID) ([]byte, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "-", AccountName: "-", SecretSize: 20})
	if err != nil {
		return nil, fmt.Errorf("make a secret: %w", err)
	}
	return f.seal.Seal(nil, nil, []byte(key.Secret()), []byte(agent)), nil
}

// Open returns a secret as it is typed into a phone, in base 32.
func (f *Factors) Open(agent chat.ID, sealed []byte) (string, error) {
	secret, err := f.seal.Open(nil, nil, sealed, []byte(agent))
	if err != nil {
		return "", errors.New("a second factor was sealed with another SUPPORT_SECRET")
	}
	return string(secret), nil
}

// Step returns the half minute that a code is of, 0 when it is of none near now.
func (f *Factors) Step(agent chat.ID, sealed []byte, code string, now time.Time) (int64, error) {
	secret, err := f.Open(agent, sealed)
	if err != nil {
		return 0, err
	}
	var found int64
	for d := int64(-1); d <= 1; d++ {
		step := now.Unix()/period + d
		want, err := totp.GenerateCodeCustom(secret, time.Unix(step*period, 0), totp.ValidateOpts{Period: period, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = step
		}
	}
	return found, nil
}

// keyAddress is a secret as a phone's camera reads it: https://github.com/google/google-authenticator/wiki/Key-Uri-Format.
func keyAddress(issuer, account, secret string) string {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account, RawQuery: "secret=" + secret + "&issuer=" + url.PathEscape(issuer)}
	return u.String()
}

// recovery makes codes to write down and their hashes to keep.
func recovery() (codes, hashes []string) {
	for range chat.RecoveryCodes {
		code := strings.ToLower(rand.Text()[:recoveryLetters])
		codes = append(codes, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
		hashes = append(hashes, hashCode(code))
	}
	return codes, hashes
}

// bare is a code as it was typed, without what people put between.
func bare(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "\u3000", "").Replace(strings.TrimSpace(code)))
}

func hashCode(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}
