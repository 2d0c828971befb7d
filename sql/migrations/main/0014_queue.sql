-- +goose Up
-- What a line does while visitors wait: how long their words are its assistant's, and when leaving a message is offered.
ALTER TABLE lines ADD COLUMN queue jsonb NOT NULL DEFAULT '{}';
