package main

import "testing"

func TestScreen_begin(t *testing.T) {
	begun := func(resets bool) (*screen, *crew) {
		c := &crew{crewOptions: crewOptions{Resets: resets}}
		k := &talk{guest: guest{Epoch: "old"}}
		s := &screen{crew: c, talk: k, other: &pending{}, fetching: true} // nobody is there to be asked
		s.take(shownMessage{Seq: 1})
		s.begin(`{"epoch":"new"}`)
		return s, c
	}
	t.Run("OK", func(t *testing.T) {
		s, c := begun(true)
		if s.stands() != 0 || s.standing() != "new" || c.losses.screens != 1 || len(c.tally.wrongs) > 0 {
			t.Errorf("it stands at %d of %q, %d have begun anew, %q", s.stands(), s.standing(), c.losses.screens, c.tally.wrongs)
		}
		s.take(shownMessage{Seq: 1})
		if s.begin(`{"line":"a","epoch":"new"}`); s.stands() != 1 || c.losses.screens != 1 {
			t.Error("told twice, it begins twice")
		}
	})
	t.Run("where none is to come", func(t *testing.T) {
		if s, c := begun(false); s.stands() != 1 || len(c.tally.wrongs) != 1 {
			t.Errorf("it stands at %d, and %q", s.stands(), c.tally.wrongs)
		}
	})
}
