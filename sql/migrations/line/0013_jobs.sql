-- +goose Up
-- What is to be done outside because of what was written, in the transaction that wrote it. Nodes take what is due.
CREATE TABLE jobs (
    id         uuid PRIMARY KEY,
    -- Jobs of one subject are done in this order: it is handed out while the subject is locked.
    n          bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    kind       text NOT NULL,
    event      text NOT NULL,
    subject    uuid NOT NULL,
    state      text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'delivered', 'failed', 'dropped')),
    reason     text NOT NULL DEFAULT '',
    -- What is sent, byte for byte, so that every try is signed over the same; '' until that is decided.
    body       text NOT NULL DEFAULT '',
    trace_id   text NOT NULL DEFAULT '',
    attempts   integer NOT NULL DEFAULT 0,
    tries      integer NOT NULL DEFAULT 0,
    -- When it is to be tried. Whoever takes it moves this to the end of her lease, by this clock: then it is due again by itself.
    due_at     timestamptz NOT NULL,
    lease      uuid,
    -- Nobody needs it any more, though somebody was at it; somebody wants it once more, whatever has happened since.
    cancelled  boolean NOT NULL DEFAULT false,
    replayed   boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz
);
CREATE INDEX jobs_due ON jobs (kind, due_at) WHERE state = 'queued';
CREATE INDEX jobs_subject ON jobs (kind, subject, n) WHERE state = 'queued';
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE state <> 'queued';

CREATE TABLE job_attempts (
    job_id   uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
    n        integer NOT NULL,
    at       timestamptz NOT NULL,
    took_ms  bigint NOT NULL,
    status   integer NOT NULL,
    error    text NOT NULL,
    trace_id text NOT NULL,
    answer   text NOT NULL,
    PRIMARY KEY (job_id, n)
);
CREATE INDEX job_attempts_at ON job_attempts (at);

-- The conversations whose visitor is called, or is about to be: from the first message that no page acknowledged until she has read.
CREATE TABLE bursts (
    conversation_id uuid PRIMARY KEY REFERENCES conversations ON DELETE CASCADE,
    job_id          uuid NOT NULL,
    -- Whether what is sent has been decided: before that nobody outside knows of it.
    told            boolean NOT NULL DEFAULT false
);
