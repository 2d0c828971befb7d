package api

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/taadis/unique-support/core/chat"
)

// Device reads what the visitor holds from her request: "iPhone · iOS 18.1 · WeChat". It only ever names what an agent
// can use; anything else stays unnamed.
func Device(r *http.Request) chat.Device {
	ua := r.UserAgent()
	if len(ua) > 500 || chat.CheckText(ua, 500) != nil {
		return chat.Device{}
	}
	var parts []string
	for _, group := range [][]mark{machines, systems, programs} {
		for _, m := range group {
			if found := m.match.FindStringSubmatch(ua); found != nil {
				name := m.name
				if len(found) > 1 {
					name += " " + strings.ReplaceAll(found[1], "_", ".")
				}
				parts = append(parts, name)
				break
			}
		}
	}
	return chat.Device{UserAgent: ua, Name: strings.Join(parts, " · ")}
}

// mark is a sign in a User-Agent header and what it means; its group, if it has one, is the version.
type mark struct {
	match *regexp.Regexp
	name  string
}

var (
	machines = []mark{
		{regexp.MustCompile(`iPhone`), "iPhone"},
		{regexp.MustCompile(`iPad`), "iPad"},
		{regexp.MustCompile(`Macintosh`), "Mac"},
	}
	systems = []mark{
		{regexp.MustCompile(`OpenHarmony ([\d.]+)`), "HarmonyOS"},
		{regexp.MustCompile(`Android ([\d.]+)`), "Android"},
		{regexp.MustCompile(`(?:iPhone|iPad).* OS ([\d_]+)`), "iOS"},
		{regexp.MustCompile(`Windows NT`), "Windows"},
		{regexp.MustCompile(`Mac OS X`), "macOS"},
		{regexp.MustCompile(`CrOS`), "ChromeOS"},
		{regexp.MustCompile(`Linux`), "Linux"},
	}
	programs = []mark{
		{regexp.MustCompile(`miniProgram|miniprogram`), "Mini Program"},
		{regexp.MustCompile(`MicroMessenger/(\d+)`), "WeChat"},
		{regexp.MustCompile(`AlipayClient`), "Alipay"},
		{regexp.MustCompile(`Edg/(\d+)`), "Edge"},
		{regexp.MustCompile(`Firefox/(\d+)`), "Firefox"},
		{regexp.MustCompile(`; wv\).*Chrome/(\d+)`), "WebView"},
		{regexp.MustCompile(`Chrome/(\d+)`), "Chrome"},
		{regexp.MustCompile(`Version/(\d+).*Safari`), "Safari"},
	}
)
