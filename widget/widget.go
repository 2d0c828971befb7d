// Package widget holds what runs in a browser: the loader for other people's sites, the visitor's page and the console's
// live parts. They are plain ES modules without a framework or a dependency; test/ runs them under node --test as written,
// and `make generate` bundles them into dist/, so that a phone asks for one file and not for thirty, one behind another.
//
// Read chat.js first (the visitor's page), then pane.js (one conversation on a screen), outbox.js and stream.js (how words go
// up and come down), gap.js (how they are put in order), thread.js (how they are drawn). console.js is the agents' door.
package widget

import (
	"embed"
	"io/fs"
)

//go:embed dist/*.js
var dist embed.FS

// Files are the scripts as they are served: loader.js, a classic script for hosts, the modules chat.js and console.js, and
// classic scripts that these fetch when somebody needs them (needs.js, later.js).
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is valid
	}
	return files
}
