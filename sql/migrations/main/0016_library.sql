-- +goose Up
-- Replies stand under categories. API keys end by themselves, and it is known when they were used last, to the minute.
ALTER TABLE canned_replies ADD COLUMN category text NOT NULL DEFAULT '';
ALTER TABLE api_keys
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN used_at timestamptz;
