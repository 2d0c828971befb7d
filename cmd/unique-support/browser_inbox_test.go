package main

import (
	"testing"

	"github.com/chromedp/cdproto/input"

	"github.com/taadis/unique-support/core/chat/sample"
)

// An agent finds what was said, opens it there, names a colleague in a note, who is told and has seen it, and goes on by typing.
func TestConsole_FindsNamesAndGoes(t *testing.T) {
	s := &talk{T: t, desk: startProgram(t)}
	browser := startBrowser(t)
	lin, hang := sits(t, browser, "林晓", 1440, 900, false), sits(t, browser, "周航", 1440, 900, false)
	s.signsIn(lin, sample.Agents()[0])
	s.signsIn(hang, sample.Agents()[1])

	lin.press("[data-search]")
	lin.types("杯口裂")
	lin.sees("what was found, marked", `texts("[data-row] mark").join() === "杯口裂"`)
	lin.sees("it in the address", `decodeURIComponent(location.search).includes("q=杯口裂")`)
	lin.press("[data-row] a.item")
	lin.sees("the message it was found in", `text("main [data-found] .bubble").includes("杯口裂")`)

	lin.press(".composer__tab:has([value=note])")
	lin.press("[data-composer] textarea")
	lin.types("@周")
	lin.sees("the colleague", `all("[data-mates] li:not([hidden])").length === 1 && text("[data-mates] [aria-selected=true] b") === "周航"`)
	lin.enters()
	lin.types("帮忙看下")
	lin.enters()
	lin.sees("the note", `texts(".message--note [data-slot=text]").includes("@周航 帮忙看下")`)

	hang.sees("that she was named", `text(".rail [data-count-view=mentions]") === "1"`)
	hang.press("[data-told] a")
	hang.sees("the note", `texts(".message--note [data-slot=text]").includes("@周航 帮忙看下")`)
	hang.sees("that she has seen it", `text(".rail [data-count-view=mentions]") === "0"`)

	key := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "k", Code: "KeyK", WindowsVirtualKeyCode: 'K', Modifiers: 2} // Ctrl
	lin.must("Ctrl K", call(input.DispatchKeyEvent, key))
	lin.sees("the command bar", `document.querySelector("dialog#bar").open`)
	lin.types("已结束")
	lin.enters()
	lin.sees("the list it went to", `location.search === "?view=closed" && text("#inbox-title").startsWith("已结束")`)
	for _, who := range []*screen{lin, hang} {
		who.wellBehaved(s.desk)
	}
}
