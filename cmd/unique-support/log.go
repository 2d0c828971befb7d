package main

import (
	"io"
	"log/slog"
	"os"
)

// logger writes text at a terminal, JSON elsewhere, unless the settings say which.
func (c *config) logger() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // the settings allow only names of levels
	o := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "text" || c.LogFormat == "auto" && terminal(c.log) {
		return slog.New(slog.NewTextHandler(c.log, o))
	}
	return slog.New(slog.NewJSONHandler(c.log, o))
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
