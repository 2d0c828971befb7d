package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a person waits for anything to show.
const patience = 20 * time.Second

// startBrowser starts a browser that asks for nothing by itself; people get a screen each in it.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if path, err = exec.LookPath("google-chrome"); err != nil {
			t.Fatal("there is no Chromium: .tools/install-chromium installs it")
		}
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("no-first-run", true),
		chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN,zh"))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), flags...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return ctx
}

// screen is what one person has before her: a browser of her own, with its own cookies. Whatever it asks of a server or
// complains about is remembered.
type screen struct {
	t     *testing.T
	who   string
	ctx   context.Context
	touch bool
	// page is how script reaches the document she looks at.
	page string

	// crashed is closed when the page was killed.
	crashed chan struct{}

	mu     sync.Mutex
	asked  []string
	faults []string
}

// sits gives a person a screen. A phone's is touched, a desk's is clicked.
func sits(t *testing.T, browser context.Context, who string, width, height int64, touch bool) *screen {
	t.Helper()
	return sitsAt(t, browser, who, width, height, touch, chromedp.WithNewBrowserContext())
}

// sitsAt gives a person a tab.
func sitsAt(t *testing.T, browser context.Context, who string, width, height int64, touch bool, where chromedp.ContextOption) *screen {
	t.Helper()
	s := &screen{t: t, who: who, touch: touch, page: "document", crashed: make(chan struct{})}
	ctx, cancel := chromedp.NewContext(browser, where, chromedp.WithListener(s.hear))
	t.Cleanup(cancel)
	t.Cleanup(func() {
		if t.Failed() {
			s.picture()
		}
	})
	s.ctx = ctx
	if err := chromedp.Do(ctx); err != nil { // the tab lives as long as the context of its first step
		t.Fatalf("%s sits down: %v", who, err)
	}
	var hand []chromedp.EmulateViewportOption
	if touch {
		hand = append(hand, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	s.must("sit down", chromedp.EmulateViewport(width, height, hand...), call(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}),
		call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}}))
	return s
}

// call is a command of the browser as a step.
func call[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// hear remembers what matters of what the browser tells.
func (s *screen) hear(event any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		s.asked = append(s.asked, e.Request.URL)
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		s.faults = append(s.faults, "exception: "+text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			s.faults = append(s.faults, fmt.Sprintf("console: %s", e.Args[0].Value))
		}
	case *inspector.EventTargetCrashed:
		close(s.crashed)
	case *log.EventEntryAdded: // a server that is away is written there too, and is no fault of the page
		if e.Entry.Source != log.EntrySourceNetwork && e.Entry.Level == log.EntryLevelError {
			s.faults = append(s.faults, string(e.Entry.Source)+": "+e.Entry.Text)
		}
	}
}

// requests lists what was asked for so far; a path of the program's, anything else in full.
func (s *screen) requests(p *program) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var paths []string
	for _, u := range s.asked {
		if strings.HasPrefix(u, "data:") || strings.HasPrefix(u, "blob:"+p.url+"/") { // her own picture, before it is sent
			continue
		}
		paths = append(paths, strings.TrimPrefix(u, p.url))
	}
	return paths
}

// wellBehaved fails for a script error, a broken policy, or a word to any other server.
func (s *screen) wellBehaved(p *program) {
	s.t.Helper()
	for _, path := range s.requests(p) {
		if !strings.HasPrefix(path, "/") {
			s.t.Errorf("%s: her browser asked %s", s.who, path)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, fault := range s.faults {
		s.t.Errorf("%s: %s", s.who, fault)
	}
}

func (s *screen) must(what string, steps ...chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		s.t.Fatalf("%s: %s: %v", s.who, what, err)
	}
}

// goes opens an address.
func (s *screen) goes(address string) {
	s.t.Helper()
	s.must("open "+address, chromedp.Navigate(address))
}

// prelude is what every question about a page may use: the page, what is shown in it, and its words.
const prelude = `const page = %s; if (!page) return null;
const shown = (e) => e.checkVisibility({ visibilityProperty: true });
const all = (s) => [...page.querySelectorAll(s)].filter(shown);
const text = (s) => all(s)[0]?.innerText.trim() ?? "";
const texts = (s) => all(s).map((e) => e.innerText.trim());
`

// ask evaluates an expression, or an async one, in the page. What there is no page for is nothing.
func ask[T any](s *screen, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	script := "(async () => { " + fmt.Sprintf(prelude, s.page) + " return (" + expression + ") ?? null; })().then(JSON.stringify)"
	var answer T
	said, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err == nil {
		err = json.Unmarshal([]byte(said), &answer)
	}
	return answer, err
}

// sees waits until an expression is true of the page.
func (s *screen) sees(what, expression string) {
	s.t.Helper()
	if err := s.waits(func() (bool, error) { return ask[bool](s, "Boolean("+expression+")") }); err != nil {
		s.t.Fatalf("%s does not see %s (%s): %v\n%s", s.who, what, expression, err, strings.Join(s.words(), "\n"))
	}
}

// waits polls until done says so.
func (s *screen) waits(done func() (bool, error)) error {
	poll := time.NewTicker(25 * time.Millisecond)
	defer poll.Stop()
	late := time.After(patience)
	for {
		ok, err := done()
		if ok {
			return nil
		}
		select {
		case <-late:
			if err == nil {
				err = context.DeadlineExceeded
			}
			return err
		case <-poll.C:
		}
	}
}

// words are all that stands on the page.
func (s *screen) words() []string {
	said, _ := ask[string](s, "page.body.innerText")
	return strings.FieldsFunc(said, func(r rune) bool { return r == '\n' })
}

// press brings a finger or the pointer down on what a selector finds, once it stands still and nothing covers it.
func (s *screen) press(selector string) {
	s.t.Helper()
	var before, at []float64
	where := fmt.Sprintf(`(() => { const e = all(%q)[0]; if (!e) return null; e.scrollIntoView({ block: "nearest" });
		const r = e.getBoundingClientRect(), f = page.defaultView?.frameElement?.getBoundingClientRect() ?? { x: 0, y: 0 };
		const x = r.x + r.width / 2, y = r.y + r.height / 2, top = e.getRootNode().elementFromPoint(x, y);
		return top && (e.contains(top) || top.contains(e)) ? [x + f.x, y + f.y] : null; })()`, selector)
	err := s.waits(func() (bool, error) {
		var err error
		before = at
		at, err = ask[[]float64](s, where)
		return err == nil && len(at) == 2 && slices.Equal(before, at), err
	})
	if err != nil {
		s.t.Fatalf("%s cannot reach %s: %v\n%s", s.who, selector, err, strings.Join(s.words(), "\n"))
	}
	step := chromedp.MouseClickXY(at[0], at[1])
	if s.touch {
		step = chromedp.TapXY(at[0], at[1])
	}
	s.must("press "+selector, step)
}

// types writes words where the cursor is, as an input method does.
func (s *screen) types(words string) {
	s.t.Helper()
	s.must("type", call(input.InsertText, input.InsertTextParams{Text: words}))
}

// enters presses Enter, as one stroke: its letter comes only where the page lets the key do what keys do.
func (s *screen) enters() {
	s.t.Helper()
	key := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", Text: "\r", WindowsVirtualKeyCode: 13}
	up := key
	up.Type, up.Text = input.DispatchKeyEventTypeKeyUp, ""
	s.must("press Enter", call(input.DispatchKeyEvent, key), call(input.DispatchKeyEvent, up))
}

// writes puts the cursor into a field and writes.
func (s *screen) writes(field, words string) {
	s.t.Helper()
	s.press(field)
	s.sees("the cursor in "+field, fmt.Sprintf("page.activeElement?.matches(%q)", field))
	s.types(words)
}

// picture keeps what she saw last, outside the test's own folder, which goes with it.
func (s *screen) picture() {
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	name := filepath.Join(os.TempDir(), url.PathEscape(s.t.Name()+" "+s.who)+".png")
	if err == nil {
		err = os.WriteFile(name, shot, 0o600)
	}
	s.t.Logf("%s last saw %s (%v)", s.who, name, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, fault := range s.faults {
		s.t.Logf("%s: %s", s.who, fault)
	}
}
