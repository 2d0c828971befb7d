-- +goose Up
-- A message that was left while the line did not work, and where its writer is to be answered. What she said before her first words.
ALTER TABLE conversations
    ADD COLUMN left_at timestamptz,
    ADD COLUMN contact text NOT NULL DEFAULT '',
    ADD COLUMN answers jsonb NOT NULL DEFAULT '[]';
