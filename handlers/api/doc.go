// Package api is the JSON door, version 1: what the page, the widget, the console and any app speak. Every handler
// parses, calls the desk once and answers; errors are chat.Errors, which the room above turns into RFC 9457 problems.
package api
