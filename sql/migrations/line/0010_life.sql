-- +goose Up
-- How long those who were served had waited: what the others' estimates are made of. One who waits twice stands here with the last time.
CREATE TABLE waits (
    conversation_id uuid PRIMARY KEY REFERENCES conversations ON DELETE CASCADE,
    since           timestamptz NOT NULL,
    until           timestamptz NOT NULL
);
CREATE INDEX waits_until ON waits (until);
