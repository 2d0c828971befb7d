package chat

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestNewID(t *testing.T) {
	t.Parallel()
	start := time.UnixMilli(1_790_000_000_000)
	seen := map[ID]bool{}
	var all []ID
	for i := range 10_000 {
		id := NewID(start.Add(time.Duration(i) * time.Millisecond))
		if got, err := ParseID(string(id)); err != nil || got != id || id[14] != '7' || !strings.ContainsRune("89ab", rune(id[19])) {
			t.Fatalf("got %s, %v", id, err)
		}
		seen[id] = true
		all = append(all, id)
	}
	t.Run("later ones sort after", func(t *testing.T) {
		if !slices.IsSorted(all) {
			t.Fatal("they do not")
		}
	})
	t.Run("none twice, in the same millisecond neither", func(t *testing.T) {
		for range 10_000 {
			seen[NewID(start)] = true
		}
		if len(seen) != 20_000 {
			t.Fatalf("%d different ones", len(seen))
		}
	})
	t.Run("the time stands in front", func(t *testing.T) {
		if id := NewID(time.UnixMilli(0x0123456789ab)); !strings.HasPrefix(string(id), "01234567-89ab-7") {
			t.Fatalf("got %s", id)
		}
	})
}

func TestParseID(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		for s, want := range map[string]ID{
			"0192f0c1-2b3c-7d4e-8f90-a1b2c3d4e5f6": "0192f0c1-2b3c-7d4e-8f90-a1b2c3d4e5f6",
			"0192F0C1-2B3C-4D4E-8F90-A1B2C3D4E5F6": "0192f0c1-2b3c-4d4e-8f90-a1b2c3d4e5f6",
			"00000000-0000-0000-0000-000000000000": "00000000-0000-0000-0000-000000000000",
			"ffffffff-ffff-ffff-ffff-ffffffffffff": "ffffffff-ffff-ffff-ffff-ffffffffffff",
		} {
			if got, err := ParseID(s); err != nil || got != want {
				t.Errorf("%s: got %s, %v", s, got, err)
			}
		}
	})
	t.Run("refusals", func(t *testing.T) {
		for _, s := range []string{
			"", "x", "1", strings.Repeat("0", 36), strings.Repeat("-", 36),
			"0192f0c12b3c7d4e8f90a1b2c3d4e5f6", "{0192f0c1-2b3c-7d4e-8f90-a1b2c3d4e5f6}", "urn:uuid:0192f0c1-2b3c-7d4e-8f90-a1b2c3d4e5f6",
			"0192f0c1-2b3c-7d4e-8f90-a1b2c3d4e5f", "0192f0c1-2b3c-7d4e-8f90-a1b2c3d4e5f60", " 192f0c1-2b3c-7d4e-8f90-a1b2c3d4e5f6",
			"0192f0c1-2b3c-7d4e-8f90-a1b2c3d4e5f6\n", "0192f0c1-2b3c-7d4e-8f90-a1b2c3d4e5g6", "0192f0c12-b3c-7d4e-8f90-a1b2c3d4e5f6",
			"0192f0c1_2b3c_7d4e_8f90_a1b2c3d4e5f6", "0192f0c1-2b3c-7d4e-8f90-a1b2c3d4e5\x00", "0192f0c1-2b3c-7d4e-8f90-a1b2c3d4e\xc3\xa9", "0192f0c1-2b3c-7d4e-8f90-a1b2c3d4'--x",
			"-192f0c1-2b3c-7d4e-8f90-a1b2c3d4e5f6", "0x92f0c1-2b3c-7d4e-8f90-a1b2c3d4e5f6", "+192f0c1-2b3c-7d4e-8f90-a1b2c3d4e5f6",
		} {
			if got, err := ParseID(s); got != "" || CodeOf(err) != CodeInvalid {
				t.Errorf("%q: got %s, %v", s, got, err)
			}
		}
	})
}

func FuzzParseID(f *testing.F) {
	f.Add("0192f0c1-2b3c-7d4e-8f90-a1b2c3d4e5f6")
	f.Add(strings.Repeat("-", 36))
	f.Fuzz(func(t *testing.T, s string) {
		id, err := ParseID(s)
		if err == nil && string(id) != strings.ToLower(s) || err != nil && id != "" {
			t.Fatalf("%q: got %q, %v", s, id, err)
		}
		if again, err := ParseID(string(id)); id != "" && (err != nil || again != id) {
			t.Fatalf("%q: got %q, %v", id, again, err)
		}
	})
}
