-- +goose Up
-- Whether identities that a line's host signs are believed, and the secrets they are signed with: the newest first.
ALTER TABLE lines
    ADD COLUMN signing text NOT NULL DEFAULT 'off' CHECK (signing IN ('off', 'report', 'enforce')),
    ADD COLUMN identity_secrets text[] NOT NULL DEFAULT '{}';
