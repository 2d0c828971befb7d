package visitor

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/window"
)

const (
	// doctorCookie is whether cookies come back; it says nothing of anybody.
	doctorCookie = "support_doctor"
	// ticks and tick are how many events the doctor's stream has, and the time between two: enough to tell one by one from all at once.
	ticks = 5
	tick  = 150 * time.Millisecond
)

// Doctor is a page that tries, on the device at hand, what the chat needs: for whoever builds it into an app.
func (h *Handlers) Doctor(c echo.Context) error {
	line, err := h.line(c)
	if err != nil {
		return h.sorry(c, chat.Line{}, err, "")
	}
	c.SetCookie(&http.Cookie{Name: doctorCookie, Value: "1", Path: "/c/" + line.Name, MaxAge: 600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return render(c, http.StatusOK, window.Checkup(window.Doctor{Text: h.text(c), Look: window.ReadLook(c.QueryParams()), Line: line.Name, Title: line.Title, Color: line.Color}))
}

// DoctorEvents is a short stream for that page: whether its cookie came, then a few events, one by one.
func (h *Handlers) DoctorEvents(c echo.Context) error {
	if _, err := h.desk.Line(c.Param("line")); err != nil {
		return err
	}
	if err := h.limits.Enter(c.RealIP()); err != nil {
		return err
	}
	w := c.Response()
	w.Header().Set(echo.HeaderContentType, "text/event-stream")
	w.Header().Set("Cache-Control", "no-store, no-transform")
	w.Header().Set("X-Accel-Buffering", "no")
	_, err := c.Cookie(doctorCookie)
	fmt.Fprintf(w, "event: cookie\ndata: {\"came\":%t}\n\n", err == nil)
	pace := time.NewTicker(tick)
	defer pace.Stop()
	for n := range ticks {
		fmt.Fprintf(w, "event: tick\ndata: {\"n\":%d}\n\n", n+1)
		w.Flush()
		select {
		case <-pace.C:
		case <-c.Request().Context().Done():
			return nil
		}
	}
	return nil
}
