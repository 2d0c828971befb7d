package visitor

import (
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
)

// contact reads where the visitor is to be answered, "" for nowhere in particular. While the line does not work and nobody has her
// conversation she has to say, once: the page may have been drawn before it closed.
func (h *Handlers) contact(c echo.Context, line chat.Line) (string, error) {
	said := strings.TrimSpace(c.FormValue("contact"))
	open, _ := line.Hours.At(h.clock.Now())
	if open && said == "" || line.Hours.Always() {
		return "", nil
	}
	if said == "" {
		found, err := h.desk.Current(c.Request().Context())
		if err != nil && chat.CodeOf(err) != chat.CodeNotFound {
			return "", err
		}
		if waits := err != nil || found.Status == chat.StatusNew || found.Status == chat.StatusWaiting; !waits || !found.Left.IsZero() {
			return "", nil
		}
	}
	return said, chat.CheckContact(said)
}

// begin takes what the line asks before the first words. Nothing is made of somebody whose answers are not right.
func (h *Handlers) begin(c echo.Context, line chat.Line) error {
	given, locale := answered(c, line), h.door.Locale(c)
	_, wrong := line.Questions.Fill(given, locale)
	for _, q := range line.Questions {
		if err := wrong[q.Name]; err != nil {
			return err
		}
	}
	conversation, err := h.enter(c, line, false)
	if err != nil {
		return err
	}
	return h.desk.Answer(c.Request().Context(), conversation, given, locale)
}

// answered is what stands in the fields of the line's questions.
func answered(c echo.Context, line chat.Line) map[string]string {
	given := map[string]string{}
	for _, q := range line.Questions {
		given[q.Name] = c.FormValue(q.Name)
	}
	return given
}
