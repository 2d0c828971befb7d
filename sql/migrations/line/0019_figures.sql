-- +goose Up
-- What reports add up, counted behind the messages: a row for each conversation somebody has written in. No word of anybody is in
-- it, so that it outlives the conversation.
CREATE TABLE figures (
    conversation_id uuid PRIMARY KEY,
    -- Up to which message it is counted.
    counted_seq     bigint NOT NULL,
    -- Who had it last; who was the first agent to answer.
    agent_id        uuid,
    replied_by      uuid,
    -- The visitor's first words, when an agent first had it, when one first answered, and when it ended; no end once it goes on.
    begun_at        timestamptz NOT NULL,
    served_at       timestamptz,
    replied_at      timestamptz,
    closed_at       timestamptz
);
CREATE INDEX figures_begun ON figures (begun_at);
CREATE INDEX figures_served ON figures (served_at);
CREATE INDEX figures_replied ON figures (replied_at);
CREATE INDEX figures_closed ON figures (closed_at);

-- Messages by quarter of an hour, the smallest step between two time zones. What visitors wrote, and bots, is nobody's.
CREATE TABLE figure_messages (
    conversation_id uuid NOT NULL,
    slot            timestamptz NOT NULL,
    agent_id        uuid NOT NULL,
    received        bigint NOT NULL,
    sent            bigint NOT NULL,
    PRIMARY KEY (conversation_id, slot, agent_id)
);
CREATE INDEX figure_messages_slot ON figure_messages (slot);

-- Up to where conversations have been counted, by when they were last written to. Whoever counts holds its lock. It has no row
-- before the first time: a line is moved to where nothing is.
CREATE TABLE figure_cursor (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    upto timestamptz NOT NULL
);

CREATE INDEX ratings_created ON ratings (created_at);
