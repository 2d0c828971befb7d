// Package desk is what the product does: it accepts messages, gives conversations to agents, keeps what everybody has read.
// It knows neither HTTP nor Postgres; ports.go says what it asks of the world.
package desk
