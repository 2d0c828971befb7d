-- +goose Up
-- Whether a message names it: what none names within a day is deleted. Those of before were named by nobody.
ALTER TABLE attachments
    ADD COLUMN kind text NOT NULL DEFAULT 'file' CHECK (kind IN ('image', 'file')),
    ADD COLUMN named boolean NOT NULL DEFAULT false;
CREATE INDEX attachments_unnamed ON attachments (created_at) WHERE NOT named;
