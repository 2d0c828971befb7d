-- +goose Up
-- Whom the queue serves next, and who may be given what.
ALTER TABLE conversations
    ADD COLUMN turn integer NOT NULL DEFAULT 0,             -- the smaller is served first, whoever waited longer: -1 for a VIP, -2 for one whose agent is lost
    ADD COLUMN team_id uuid,                                -- only agents of this team are given it
    ADD COLUMN team_name text NOT NULL DEFAULT '',
    ADD COLUMN skill text NOT NULL DEFAULT '',              -- only agents who have it
    ADD COLUMN had_by uuid,                                 -- who had it last, or her visitor's conversation before it
    ADD COLUMN declined uuid[] NOT NULL DEFAULT '{}',       -- who has lost it
    ADD COLUMN reminded_seq bigint NOT NULL DEFAULT 0;      -- the notice that reminded its visitor
CREATE INDEX conversations_turn ON conversations (turn, waiting_since, id) WHERE status = 'waiting';

ALTER TABLE seats
    ADD COLUMN teams uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN skills text[] NOT NULL DEFAULT '{}';

-- Why an agent was given a conversation; seq is the notice that says so.
CREATE TABLE decisions (
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    seq             bigint NOT NULL,
    agent_id        uuid NOT NULL,
    agent_name      text NOT NULL,
    by_kind         text NOT NULL,
    by_name         text NOT NULL DEFAULT '',
    reason          text NOT NULL,
    detail          jsonb NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);
