package agent

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/console"
	"github.com/taadis/unique-support/views/ui"
)

// replyColumns are those of the file that replies come and go in.
var replyColumns = []string{"scope", "category", "shortcut", "title", "body", "locale"}

// repliesMost is how many replies a file may hold.
const repliesMost = 2000

// RepliesCSV sends the replies the agent may use.
func (h *Handlers) RepliesCSV(c echo.Context) error {
	all, err := h.desk.CannedReplies(c.Request().Context())
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="replies.csv"`)
	_, _ = c.Response().Write([]byte("\ufeff")) // by which spreadsheets know the encoding
	w := csv.NewWriter(c.Response())
	_ = w.Write(replyColumns)
	for _, x := range all {
		_ = w.Write([]string{console.ScopeOf(x), plain(x.Category), plain(x.Shortcut), plain(x.Title), plain(x.Body), x.Locale})
	}
	w.Flush()
	return w.Error()
}

// ImportPage shows the form that takes a file.
func (h *Handlers) ImportPage(c echo.Context) error {
	return h.replies(c, http.StatusOK, func(p *console.RepliesPage) error {
		p.Import = true
		return nil
	})
}

// Import keeps what stands in a file, all of it or nothing.
func (h *Handlers) Import(c echo.Context) error {
	replies, row, err := h.replyFile(c)
	var added, changed int
	if err == nil {
		added, changed, row, err = h.desk.Import(c.Request().Context(), replies)
		row += 2 // the first is the heading, and people count from one
	}
	if err == nil {
		q := url.Values{"told": {"imported"}, "added": {strconv.Itoa(added)}, "changed": {strconv.Itoa(changed)}}
		return c.Redirect(http.StatusSeeOther, "/console/canned?"+q.Encode())
	}
	status, ours := refusal(err)
	if ours {
		return err
	}
	return h.replies(c, status, func(p *console.RepliesPage) error {
		p.Import = true
		p.Error = ui.Problem(p.Text, err, chat.TraceFrom(c.Request().Context()))
		if e, ok := errors.AsType[*chat.Error](err); ok && e.Key == "canned_variable" && row >= 2 && row-2 < len(replies) {
			p.Error = p.Text.F("console.replies.unknown", "Names", "{{"+strings.Join(replies[row-2].Unknown(), "}} {{")+"}}")
		}
		if row >= 2 {
			p.Error = p.Text.F("console.replies.wrong_row", "Row", row, "Why", p.Error)
		}
		return nil
	})
}

// replyFile reads the file of a form; row is where it cannot be read, 0 for all of it.
func (h *Handlers) replyFile(c echo.Context) (replies []chat.Canned, row int, err error) {
	file, _, err := c.Request().FormFile("file")
	if errors.Is(err, http.ErrMissingFile) {
		return nil, 0, chat.Invalid("replies_file", "This is not a file of replies.")
	}
	if err != nil {
		return nil, 0, err
	}
	defer file.Close()
	defer c.Request().MultipartForm.RemoveAll() //nolint:errcheck // it is small, and in memory
	in := bufio.NewReader(file)
	if mark, _, err := in.ReadRune(); err == nil && mark != '\ufeff' {
		_ = in.UnreadRune() // the rune that was read just now
	}
	r := csv.NewReader(in)
	r.FieldsPerRecord = -1
	heading, err := r.Read()
	if err != nil || !slices.Contains(heading, "shortcut") || !slices.Contains(heading, "body") {
		return nil, 0, chat.Invalid("replies_file", "This is not a file of replies.")
	}
	by := chat.ActorFrom(c.Request().Context())
	for row = 2; ; row++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return replies, 0, nil
		}
		if err != nil || row > repliesMost+1 {
			return nil, row, chat.Invalid("replies_file", "This is not a file of replies.")
		}
		at := func(name string) string {
			if i := slices.Index(heading, name); i >= 0 && i < len(cells) {
				return unplain(cells[i])
			}
			return ""
		}
		x := chat.Canned{Category: at("category"), Shortcut: at("shortcut"), Title: at("title"), Body: strings.ReplaceAll(at("body"), "\r\n", "\n"), Locale: at("locale")}
		if strings.TrimSpace(x.Title) == "" {
			x.Title = x.Shortcut
		}
		replies = append(replies, scoped(x, at("scope"), by))
	}
}

// unplain takes away what plain put before a text.
func unplain(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && plain(rest) != rest {
		return rest
	}
	return s
}
