package static

import (
	"bytes"
	"fmt"
	"strings"
)

// Theme returns the style sheet that gives a page its accent, "#rrggbb"; nil when the colour is not one.
// A sheet of its own, because pages may carry no inline style.
func Theme(color string) []byte {
	if !isColor(color) {
		return nil
	}
	return []byte(":root{--brand:" + strings.ToLower(color) + "}\n")
}

// ThemePath returns the path of the sheet of a colour; "" when the colour is not one.
func ThemePath(color string) string {
	if !isColor(color) {
		return ""
	}
	return Prefix + "theme/" + strings.ToLower(color[1:]) + ".css"
}

// Lines returns the style sheet that colours the squares of business lines: the n-th colour is that of .line--n.
func Lines(colors []string) []byte {
	var b bytes.Buffer
	for n, color := range colors {
		if isColor(color) {
			fmt.Fprintf(&b, ".line--%d{--c:%s}\n", n, strings.ToLower(color))
		}
	}
	return b.Bytes()
}

// isColor keeps anything but "#rrggbb" out of a style sheet.
func isColor(s string) bool {
	if len(s) != 7 || s[0] != '#' {
		return false
	}
	for _, c := range []byte(s[1:]) {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
			return false
		}
	}
	return true
}
