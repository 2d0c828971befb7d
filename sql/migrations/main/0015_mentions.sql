-- +goose Up
-- Who was named in a note, on whichever line it stands, and whether she has seen it.
CREATE TABLE mentions (
    agent_id        uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    line            text NOT NULL REFERENCES lines ON DELETE CASCADE,
    conversation_id uuid NOT NULL,
    note            bigint NOT NULL,
    at              timestamptz NOT NULL DEFAULT now(),
    seen            boolean NOT NULL DEFAULT false,
    PRIMARY KEY (agent_id, conversation_id, note)
);
CREATE INDEX mentions_agent ON mentions (agent_id, at DESC);
