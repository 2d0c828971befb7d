// Package handlers is the door: it knows HTTP, calls the desk once per request and answers. routes.go lists every path
// with what it asks of the caller; visitor, agent and api are the three doors behind it, push the streams.
package handlers
