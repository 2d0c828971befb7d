-- +goose Up
-- Finds the conversations of canaries: new, though something stands in them.
CREATE INDEX conversations_canary ON conversations (last_at) WHERE status = 'new' AND last_seq > 0;
