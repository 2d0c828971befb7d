package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/taadis/unique-support/core/chat/sample"
)

// A visitor begins with a photo, an agent looks at it and pastes a file, the visitor drops another; a page that is left while a
// file is on its way asks for it again.
func TestFiles_BetweenTwoBrowsers(t *testing.T) {
	s := &talk{T: t, desk: startProgram(t)}
	browser := startBrowser(t)
	s.visitor = sits(t, browser, "the visitor", 390, 844, true)
	s.linxiao = sits(t, browser, "林晓", 1440, 900, false)
	s.signsIn(s.linxiao, sample.Agents()[0])
	dir := t.TempDir()
	cup := filepath.Join(dir, "杯口.jpg")
	if err := os.WriteFile(cup, picture(t, 1200, 900), 0o600); err != nil {
		t.Fatal(err)
	}

	v, a := s.visitor, s.linxiao
	v.goes(s.desk.url + "/c/demo")
	v.press("[data-attach]")
	v.sees("what may be sent, before it is", `text(".tiles__rules").includes("不超过 20 MB") && texts(".tile").join() === "相册,拍照,文件"`)
	v.picks(".tile input", cup)
	v.sees("her photo, accepted, as the first message", `all(".message--own .photo img")[0]?.naturalWidth > 0 && text(".message--own .message__state") === "已发送"`)
	v.sees("its address at the server", `all(".message--own a.photo")[0].pathname.includes("/attachments/")`)
	v.sees("the ways to attach folded up", `all(".tiles").length === 0 && !text(".composer__error")`)
	if len(v.words()) == 0 {
		t.Fatal("the page is empty")
	}

	a.sees("the photo in the list", `all("[data-row]")[0]?.innerText.includes("[图片]")`)
	a.press("[data-row] a.item")
	a.sees("the photo", `all(".pane .photo img")[0]?.naturalWidth > 0 && all(".pane .photo img")[0].naturalWidth <= 480`)
	a.press(".pane .photo")
	a.sees("it large", `all("dialog.viewer")[0]?.open && page.querySelector(".viewer__picture").naturalWidth === 1200`)
	a.sees("the cross under the cursor", `page.activeElement.matches('[data-slot="shut"]')`)
	a.must("go back", chromedp.Evaluate[chromedp.Void](`history.back()`))
	a.sees("the conversation again", `all("dialog.viewer").length === 0 && all(".pane .photo").length === 1`)

	a.press(".pane textarea")
	a.must("paste a file", chromedp.Evaluate[chromedp.Void](hands("paste", "clipboardData", "报价.txt", "text/plain", ".pane textarea")))
	a.sees("her file, accepted", `text(".pane .message--own .file__name") === "报价.txt" && !text(".pane .upload")`)
	v.sees("the file, to download", `text(".message:not(.message--own) .file__name") === "报价.txt" && all(".file")[0].download === "报价.txt" && text(".file [data-slot=file_size]") === "5 B"`)

	v.must("drop a page", chromedp.Evaluate[chromedp.Void](hands("drop", "dataTransfer", "x.html", "text/html", "main")))
	v.sees("that a page cannot be sent", `text(".composer__error").includes("x.html")`)
	v.must("drop a file", chromedp.Evaluate[chromedp.Void](hands("drop", "dataTransfer", "订单.csv", "text/csv", "main")))
	v.sees("that it has gone", `texts(".message--own .file__name").join() === "订单.csv" && all(".upload").length === 0 && !text(".composer__error")`)

	s.aLostFileIsAskedForAgain(cup)
	v.wellBehaved(s.desk)
	a.wellBehaved(s.desk)
}

func (s *talk) aLostFileIsAskedForAgain(file string) {
	v := s.visitor
	v.must("walk into a lift", call(network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: true, DownloadThroughput: -1, UploadThroughput: -1}),
		call(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{{Offline: true, DownloadThroughput: -1, UploadThroughput: -1}}}))
	v.press("[data-attach]")
	v.picks(".tile input", file)
	v.sees("that it was not sent, and what to do", `text(".message--failed .message__reason").includes("检查网络") && all(".message--failed .message__retry").length === 1`)
	v.must("walk out of it", call(network.OverrideNetworkState, network.OverrideNetworkStateParams{DownloadThroughput: -1, UploadThroughput: -1}),
		call(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{{
			URLPattern: s.desk.url + "/api/v1/conversations/*/attachments", DownloadThroughput: -1, UploadThroughput: 10}}}))
	v.sees("it going up again, with a way to stop it", `all(".upload progress").length === 1 && text(".upload__stop") === "取消"`)
	v.must("lose the page", chromedp.Navigate(s.desk.url+"/c/demo"))
	v.sees("that it is asked for again", `text(".message--failed .message__reason").includes("重新选择") && text(".upload__stop") === "移除"`)
	v.press(".upload__stop")
	v.sees("that it is gone", `all(".message--failed").length === 0 && all(".message--own").length === 2`)
	v.must("reload", call(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{}}), chromedp.Navigate(s.desk.url+"/c/demo"))
	v.sees("what was sent, and nothing else", `page.readyState === "complete" && all(".message--own").length === 2 && all(".message--own .photo img")[0].naturalWidth > 0`)
}

// picks chooses files as a picker does.
func (s *screen) picks(input string, files ...string) {
	s.t.Helper()
	s.must("pick", chromedp.SetUploadFiles(input, files))
}

// hands is a script that hands a file of five bytes to a page, as pasting and dropping do.
func hands(event, by, name, kind, to string) string {
	return fmt.Sprintf(`(() => { const had = new DataTransfer(); had.items.add(new File(["words"], %[3]q, { type: %[4]q }));
		const event = new Event(%[1]q, { bubbles: true, cancelable: true }); Object.defineProperty(event, %[2]q, { value: had });
		document.querySelector(%[5]q).dispatchEvent(event); })()`, event, by, name, kind, to)
}

// picture is a JPEG with something on it.
func picture(t *testing.T, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(x * 200 / w), uint8(y * 200 / h), 120, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
