-- +goose Up
-- Everything of one business line stands in a schema of its own, in the main database or in one of the line's own.

-- One row: the name of this history. A restored backup is given a new one, and every reader starts over.
CREATE TABLE epoch (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    value text NOT NULL
);
INSERT INTO epoch (value) VALUES (substr(replace(CAST(gen_random_uuid() AS text), '-', ''), 1, 12));

CREATE TABLE visitors (
    id          uuid PRIMARY KEY,
    external_id text UNIQUE,
    name        text NOT NULL DEFAULT '',
    email       text NOT NULL DEFAULT '',
    phone       text NOT NULL DEFAULT '',
    attributes  jsonb NOT NULL DEFAULT '{}',
    verified    boolean NOT NULL DEFAULT false,
    locale      text NOT NULL DEFAULT '',
    page        jsonb NOT NULL DEFAULT '{}',
    device      jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    seen_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE conversations (
    id                uuid PRIMARY KEY,
    visitor_id        uuid NOT NULL REFERENCES visitors,
    visitor_name      text NOT NULL DEFAULT '',
    status            text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'waiting', 'open', 'snoozed', 'closed')),
    agent_id          uuid,
    agent_name        text NOT NULL DEFAULT '',
    reason            text NOT NULL DEFAULT '',
    -- The counters of the two logs: the row's lock is what hands out numbers, so there is no gap and one order.
    last_seq          bigint NOT NULL DEFAULT 0,
    note_seq          bigint NOT NULL DEFAULT 0,
    preview           text NOT NULL DEFAULT '',
    preview_by        text NOT NULL DEFAULT '',
    labels            text[] NOT NULL DEFAULT '{}',
    visitor_delivered bigint NOT NULL DEFAULT 0,
    visitor_read      bigint NOT NULL DEFAULT 0,
    agent_read        bigint NOT NULL DEFAULT 0,
    created_at        timestamptz NOT NULL DEFAULT now(),
    last_at           timestamptz NOT NULL DEFAULT now(),
    waiting_since     timestamptz,
    assigned_at       timestamptz,
    replied_at        timestamptz,
    closed_at         timestamptz,
    snoozed_until     timestamptz,
    CHECK (status <> 'open' OR agent_id IS NOT NULL),
    CHECK (status <> 'waiting' OR waiting_since IS NOT NULL)
);
-- A visitor has one conversation that has not ended, however many tabs begin it at once.
CREATE UNIQUE INDEX conversations_current ON conversations (visitor_id) WHERE status <> 'closed';
CREATE INDEX conversations_visitor ON conversations (visitor_id, created_at DESC);
CREATE INDEX conversations_queue ON conversations (waiting_since, id) WHERE status = 'waiting';
CREATE INDEX conversations_agent ON conversations (agent_id, last_at DESC) WHERE status IN ('open', 'snoozed');
CREATE INDEX conversations_live ON conversations (last_at DESC, id) WHERE status IN ('waiting', 'open', 'snoozed');
CREATE INDEX conversations_ended ON conversations (last_at DESC, id) WHERE status = 'closed';
CREATE INDEX conversations_recent ON conversations (last_at);

CREATE TABLE messages (
    conversation_id uuid NOT NULL REFERENCES conversations,
    seq             bigint NOT NULL CHECK (seq > 0),
    id              uuid NOT NULL UNIQUE,
    -- A wake-up cursor for the other nodes, never an order: rows become visible out of its order.
    pos             bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    client_id       uuid,
    author_kind     text NOT NULL,
    author_id       uuid,
    author_name     text NOT NULL DEFAULT '',
    kind            text NOT NULL,
    text            text NOT NULL DEFAULT '',
    data            jsonb,
    trace_id        text NOT NULL DEFAULT '',
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, seq),
    UNIQUE (conversation_id, author_id, client_id)
);

-- The agents' private log, numbered apart, so that what a visitor sees has no gap.
CREATE TABLE notes (
    conversation_id uuid NOT NULL REFERENCES conversations,
    seq             bigint NOT NULL CHECK (seq > 0),
    id              uuid NOT NULL UNIQUE,
    client_id       uuid NOT NULL,
    author_id       uuid NOT NULL,
    author_name     text NOT NULL DEFAULT '',
    text            text NOT NULL,
    trace_id        text NOT NULL DEFAULT '',
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, seq),
    UNIQUE (conversation_id, author_id, client_id)
);

-- The write fan-out: one row for each participant of a conversation, changed with every message.
CREATE TABLE inbox (
    participant_id  uuid NOT NULL,
    conversation_id uuid NOT NULL REFERENCES conversations,
    unread          bigint NOT NULL DEFAULT 0,
    delivered_seq   bigint NOT NULL DEFAULT 0,
    read_seq        bigint NOT NULL DEFAULT 0,
    last_seq        bigint NOT NULL DEFAULT 0,
    last_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (participant_id, conversation_id)
);
CREATE INDEX inbox_conversation ON inbox (conversation_id);

-- Agents at work on this line; a row lapses when its console is not heard from.
CREATE TABLE seats (
    agent_id     uuid PRIMARY KEY,
    agent_name   text NOT NULL,
    capacity     integer NOT NULL,
    online_until timestamptz NOT NULL,
    -- When the seat was last given a conversation: equals are served in turn.
    given_at     timestamptz NOT NULL DEFAULT '-infinity'
);

CREATE TABLE attachments (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations,
    author_id       uuid NOT NULL,
    name            text NOT NULL,
    media_type      text NOT NULL,
    size            bigint NOT NULL,
    width           integer,
    height          integer,
    blob            text NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX attachments_conversation ON attachments (conversation_id);

CREATE TABLE ratings (
    conversation_id uuid PRIMARY KEY REFERENCES conversations,
    score           integer NOT NULL CHECK (score BETWEEN 1 AND 5),
    tags            text[] NOT NULL DEFAULT '{}',
    comment         text NOT NULL DEFAULT '',
    created_at      timestamptz NOT NULL DEFAULT now()
);

-- When a message passed each hop on its way in.
CREATE TABLE traces (
    conversation_id uuid NOT NULL,
    seq             bigint NOT NULL,
    trace_id        text NOT NULL,
    received_at     timestamptz,
    queued_at       timestamptz,
    routed_at       timestamptz,
    written_at      timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);
CREATE INDEX traces_trace ON traces (trace_id);
