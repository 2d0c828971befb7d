package main

import (
	"os"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
)

// administered are the pages of those who run the desk, as somebody finds them who may everything.
var administered = []string{
	"/console/settings", "/console/settings/new", "/console/settings/demo/brand", "/console/settings/demo/questions", "/console/settings/demo/hours", "/console/settings/demo/attributes",
	"/console/settings/demo/embed", "/console/settings/demo/identity", "/console/settings/demo/push", "/console/settings/demo/database",
	"/console/canned", "/console/canned/new", "/console/canned/import", "/console/team/keys",
}

// The pages of those who run the desk keep nobody out, as far as axe-core can tell; and what is typed in a line's settings is seen in the preview, which
// blinks not, before it is kept.
func TestConsole_Administration(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile("../../bin/axe/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal("there is no axe-core: .tools/install-axe installs it")
	}
	p := startProgram(t)
	browser := startBrowser(t)
	l := &looked{talk: &talk{T: t, desk: p, visitor: sits(t, browser, "the owner", 1280, 860, false)}}
	l.visitor.must("be examined", call(cdppage.SetBypassCSP, cdppage.SetBypassCSPParams{Enabled: true}),
		call(cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: string(axe)}))
	l.visitor.goes(p.url + "/console/login?locale=en")
	l.visitor.writes("[name=email]", "admin@example.com")
	l.visitor.writes("[name=password]", "browser-test-password")
	l.visitor.enters()
	l.visitor.sees("the console", `location.pathname === "/console"`)
	for _, path := range administered {
		l.visitor.goes(p.url + path)
		l.visitor.sees("the page", `page.readyState === "complete" && location.pathname === "`+path+`"`)
		for _, theme := range []string{"light", "dark"} {
			l.examine(path+", "+theme, theme)
		}
	}

	l.visitor.goes(p.url + "/console/settings/demo/welcome?locale=en")
	const preview = `all("iframe:not([data-behind])")[0].contentDocument`
	l.visitor.sees("the greeting as it is kept", preview+`?.querySelector(".hello") !== null`)
	l.visitor.press("[data-look='locale=en']")
	l.visitor.writes("[name='greeting.en']", "Typed just now. ")
	l.visitor.sees("that it is not kept yet", `!all("[data-edited]")[0]?.hidden`)
	l.visitor.sees("how it would be", preview+`?.body.innerText.includes("Typed just now") && all("iframe").length === 1`)
	l.visitor.press(".savebar [value=save]")
	l.visitor.sees("that it is kept", `text("[role=status]") !== ""`)
	l.visitor.wellBehaved(p)
}
