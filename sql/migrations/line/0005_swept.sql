-- +goose Up
-- Up to which message traces have been removed, by the message's id, which begins with the time. It has no row before the first time.
CREATE TABLE traces_swept (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    upto uuid NOT NULL
);
