-- +goose Up
-- Where the copy that a moved line left behind still is, '' in this database; NULL when there is none.
ALTER TABLE lines ADD COLUMN left_dsn text;
