-- +goose Up
-- When a line works: its zone, its usual week and its exceptions; {} for one that never closes. What it asks before the first words.
ALTER TABLE lines
    ADD COLUMN hours jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN questions jsonb NOT NULL DEFAULT '[]';
