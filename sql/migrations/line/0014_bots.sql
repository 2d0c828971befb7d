-- +goose Up
-- The assistant that wrote last in a conversation, and since when its visitor waits for a person instead.
ALTER TABLE conversations
    ADD COLUMN bot text NOT NULL DEFAULT '',
    ADD COLUMN human_at timestamptz;
