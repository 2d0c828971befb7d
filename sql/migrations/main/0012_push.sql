-- +goose Up
-- Where a line's host is told that a visitor has messages and no page open; '' for nowhere. The newest secret first.
ALTER TABLE lines
    ADD COLUMN push_url text NOT NULL DEFAULT '',
    ADD COLUMN push_secrets text[] NOT NULL DEFAULT '{}',
    ADD COLUMN push_preview text NOT NULL DEFAULT 'none' CHECK (push_preview IN ('none', 'words')),
    ADD COLUMN push_delay integer NOT NULL DEFAULT 10 CHECK (push_delay BETWEEN 0 AND 600);
