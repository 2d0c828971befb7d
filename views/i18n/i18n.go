// Package i18n says the product's sentences in the reader's language and tells time as she does: zh-CN and English.
//
// A sentence is an entry of the JSON files beside this one, by key; what goes into it is go-i18n template data. A page's
// script gets the same sentences with "{name}" in place of the values, so that no sentence is written twice.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"time"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// The locales there are.
const (
	Chinese = "zh-CN"
	English = "en"
)

//go:embed *.json
var files embed.FS

// tags stand in the matcher's order: the first is what an unreadable fallback becomes.
var tags = []language.Tag{language.MustParse(Chinese), language.English}

var locales = []string{Chinese, English}

var bundle = sync.OnceValue(func() *goi18n.Bundle {
	b := goi18n.NewBundle(language.English)
	b.RegisterUnmarshalFunc("json", json.Unmarshal)
	names, _ := fs.Glob(files, "*.json")
	for _, name := range names {
		if _, err := b.LoadMessageFileFS(files, name); err != nil {
			panic(fmt.Errorf("read sentences: %w", err)) // embedded and tested
		}
	}
	return b
})

var matcher = sync.OnceValue(func() language.Matcher { return language.NewMatcher(tags) })

// Match chooses the locale of a page: what the query asks for, else what the browser accepts, else the fallback.
// Any Chinese reads zh-CN.
func Match(query, acceptLanguage, fallback string) string {
	for _, wish := range []string{query, acceptLanguage, fallback} {
		if slices.Contains(locales, wish) {
			return wish
		}
		want, _, err := language.ParseAcceptLanguage(wish)
		if err != nil || len(want) == 0 {
			continue
		}
		if _, i, sure := matcher().Match(want...); sure > language.No {
			return locales[i]
		}
	}
	return Chinese
}

// Text speaks one language in one time zone. It is a value, cheap to make, and safe to share.
type Text struct {
	locale string
	zone   *time.Location
	say    *goi18n.Localizer
}

// For returns the Text of a locale, zh-CN for one that there is not. A nil zone is the server's own.
func For(locale string, zone *time.Location) Text {
	locale = Match(locale, "", "")
	if zone == nil {
		zone = time.Local
	}
	return Text{locale: locale, zone: zone, say: goi18n.NewLocalizer(bundle(), locale)}
}

// Locale returns "zh-CN" or "en".
func (t Text) Locale() string { return t.locale }

// Zone returns the name of the reader's time zone.
func (t Text) Zone() string { return t.zone.String() }

// Has reports whether there is a sentence of the key.
func (t Text) Has(key string) bool {
	_, err := t.say.Localize(&goi18n.LocalizeConfig{MessageID: key})
	return err == nil
}

// S returns the sentence of a key; the key itself when there is none.
func (t Text) S(key string) string { return t.F(key) }

// F returns the sentence of a key with values in it, given as name, value, name, value.
func (t Text) F(key string, pairs ...any) string {
	return t.localize(key, &goi18n.LocalizeConfig{MessageID: key, TemplateData: data(pairs)})
}

// N returns the sentence of a key in the form for n things; the sentence may name {{.N}} and the values of pairs.
func (t Text) N(key string, n int, pairs ...any) string {
	d := data(pairs)
	d["N"] = n
	return t.localize(key, &goi18n.LocalizeConfig{MessageID: key, TemplateData: d, PluralCount: n})
}

func (t Text) localize(key string, c *goi18n.LocalizeConfig) string {
	s, err := t.say.Localize(c)
	if err != nil && s == "" {
		return key
	}
	return s
}

func data(pairs []any) map[string]any {
	d := make(map[string]any, len(pairs)/2+1)
	for i := 0; i+1 < len(pairs); i += 2 {
		d[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return d
}
