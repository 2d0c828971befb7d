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
