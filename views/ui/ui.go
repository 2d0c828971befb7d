// Package ui holds the parts that both the visitor's page and the console are made of: the head, icons, avatars, the text of
// messages with its links, and the sentence of an error.
package ui

import (
	"context"
	"errors"
	"hash/fnv"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/a-h/templ"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

// Head is what stands in a page's <head>.
type Head struct {
	Title string
	// Theme is "light", "dark" or "" for the reader's own.
	Theme string
	// Styles and Scripts are names of assets, Links the paths of other style sheets; empty paths are left out.
	Styles, Links, Scripts []string
}

func (h Head) scheme() string {
	if h.Theme == "" {
		return "light dark"
	}
	return h.Theme
}

// The colours of the browser's own bars: --paper of tokens.css, in light and in dark.
const (
	paperLight = "#f7f6f4"
	paperDark  = "#171614"
)

// Theme reads the query option theme: "light" and "dark" are themselves, everything else follows the system and is "".
func Theme(s string) string {
	if s == "light" || s == "dark" {
		return s
	}
	return ""
}

// Initial returns what an avatar shows of a name: its first letter or sign, upper case; "?" for nobody.
func Initial(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsSymbol(r) {
			return strings.ToUpper(string(r))
		}
	}
	return "?"
}

// Hue returns the class that colours somebody's avatar, "hue-0" to "hue-11": the same for the same id, everywhere.
func Hue(id chat.ID) string {
	h := fnv.New32a()
	_, _ = io.WriteString(h, string(id))
	return "hue-" + strconv.Itoa(int(h.Sum32()%12))
}

// Problem returns the sentence of an error in the reader's language: her own words for a chat.Error, else that something
// went wrong here, with the trace id to ask about.
func Problem(t i18n.Text, err error, trace string) string {
	e, ok := errors.AsType[*chat.Error](err)
	if !ok || e.Code == chat.CodeInternal {
		return t.F("error.internal", "Trace", trace)
	}
	for _, key := range []string{"error." + e.Key, "error." + string(e.Code)} {
		if t.Has(key) {
			return t.S(key)
		}
	}
	return e.Detail
}

// Text draws what somebody typed: escaped, its http and https addresses as links.
func Text(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		for _, p := range Parts(s) {
			if p.URL == "" {
				b.WriteString(templ.EscapeString(p.Text))
				continue
			}
			b.WriteString(`<a href="` + templ.EscapeString(p.URL) + `" rel="noopener noreferrer" target="_blank">` + templ.EscapeString(p.Text) + `</a>`)
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// media limits a browser bar's colour to the system's theme where the page follows it.
func media(chosen, scheme string) string {
	if chosen != "" {
		return "all"
	}
	return "(prefers-color-scheme: " + scheme + ")"
}
