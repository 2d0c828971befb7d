package agent

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

func TestFactors_Step(t *testing.T) {
	t.Parallel()
	f, err := NewFactors([]byte(strings.Repeat("s", 32)))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := f.New("lin")
	if err != nil {
		t.Fatal(err)
	}
	secret, err := f.Open("lin", sealed)
	if err != nil || len(secret) != 32 {
		t.Fatal(secret, err)
	}
	now := time.Unix(1_700_000_010, 0)
	for shift, step := range map[time.Duration]int64{0: 1_700_000_010 / 30, -30 * time.Second: 1_700_000_010/30 - 1, 30 * time.Second: 1_700_000_010/30 + 1, -time.Minute: 0, time.Minute: 0} {
		code, err := totp.GenerateCode(secret, now.Add(shift))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.Step("lin", sealed, code, now); err != nil || got != step {
			t.Errorf("%s: %d, %v, not %d", shift, got, err, step)
		}
	}
	for _, code := range []string{"", "12345", "1234567", "abcdef"} {
		if got, err := f.Step("lin", sealed, code, now); err != nil || got != 0 {
			t.Errorf("%q: %d, %v", code, got, err)
		}
	}
	if _, err := f.Open("mo", sealed); err == nil {
		t.Error("a secret opens for somebody else")
	}
	other, err := NewFactors([]byte(strings.Repeat("t", 32)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Open("lin", sealed); err == nil {
		t.Error("a secret opens with another key")
	}
}

func TestRecovery(t *testing.T) {
	t.Parallel()
	codes, hashes := recovery()
	seen := map[string]bool{}
	for i, c := range codes {
		typed := bare(" " + strings.ToUpper(strings.ReplaceAll(c, "-", " - ")) + " ")
		if len(typed) != recoveryLetters || hashCode(typed) != hashes[i] || seen[c] {
			t.Errorf("%s", c)
		}
		seen[c] = true
	}
	if len(codes) != 10 {
		t.Errorf("%d codes", len(codes))
	}
}

func TestKeyAddress(t *testing.T) {
	t.Parallel()
	address := keyAddress("唯一 客服", "lin+a@shop.example", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
	key, err := otp.NewKeyFromURL(address)
	if err != nil || key.Issuer() != "唯一 客服" || key.AccountName() != "lin+a@shop.example" || key.Secret() != "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" || code(address).Size < 29 {
		t.Errorf("%s: %v, %v", address, key, err)
	}
}
