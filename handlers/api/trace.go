package api

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
)

// Trace answers with when a message passed each hop.
func (h *Handlers) Trace(c echo.Context) error {
	id, err := chat.ParseID(c.Param("id"))
	if err != nil {
		return chat.NotFound()
	}
	t, err := h.desk.Trace(c.Request().Context(), id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, t)
}
