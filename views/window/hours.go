package window

import (
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

// Hours is whether the line works now, for a visitor.
type Hours struct {
	// Set says that the line closes at all.
	Set bool
	// Now is "Closed now · back tomorrow at 09:00", "" while the line works; Then is what it will be after Turns seconds, 0 for never.
	Now, Then string
	Turns     int64
	// Left says that she has left a message already.
	Left bool
}

func hours(h chat.Hours, t i18n.Text, now time.Time) Hours {
	open, turns := h.At(now)
	o := Hours{Set: !h.Always()}
	if !open {
		o.Now = shut(turns, t, now)
	}
	if turns.IsZero() {
		return o
	}
	o.Turns = int64(turns.Sub(now)/time.Second) + 1
	if open, next := h.At(turns); !open {
		o.Then = shut(next, t, turns)
	}
	return o
}

// shut says that the line does not work, and when it does again.
func shut(back time.Time, t i18n.Text, now time.Time) string {
	if back.IsZero() {
		return t.S("window.shut")
	}
	return t.F("window.shut_back", "Back", t.Soon(back, now))
}

// attributes tell the page's script what it shows when the line opens or closes before its eyes.
func (h Hours) attributes(t i18n.Text) templ.Attributes {
	if !h.Set {
		return nil
	}
	return templ.Attributes{"data-shut": h.Now, "data-then": h.Then, "data-turns": strconv.FormatInt(h.Turns, 10), "data-zone": t.Zone(), "data-left": truth(h.Left)}
}
