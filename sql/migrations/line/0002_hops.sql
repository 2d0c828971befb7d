-- +goose Up
-- The hops of a message are written behind it, by whoever knows of one first, in several goes: what stands here is diagnosis,
-- and may be missing. Nodes of the version before still write written_at and trace_id; the trace is read from the message.
ALTER TABLE traces
    ALTER COLUMN written_at DROP NOT NULL,
    ALTER COLUMN trace_id SET DEFAULT '',
    ADD COLUMN pushed_at timestamptz,
    ADD COLUMN delivered_at timestamptz,
    ADD COLUMN read_at timestamptz,
    -- The name of the node that accepted the message.
    ADD COLUMN node text NOT NULL DEFAULT '';
-- Room for the later hops on the page of the first: with no index on a time, they change the row in place.
ALTER TABLE traces SET (fillfactor = 75);
DROP INDEX traces_trace;
