// Package widget holds what runs in a browser: the loader for other people's sites, the visitor's page and the console's
// live parts. They are plain ES modules without a build, a framework or a dependency; test/ runs them under node --test.
//
// Read chat.js first (the visitor's page), then pane.js (one conversation on a screen), outbox.js and stream.js (how words go
// up and come down), gap.js (how they are put in order), thread.js (how they are drawn). console.js is the agents' door.
package widget

import "embed"

// Files are the scripts: loader.js, a classic script for hosts, and the modules. The tests are not among them.
//
//go:embed *.js
var Files embed.FS
