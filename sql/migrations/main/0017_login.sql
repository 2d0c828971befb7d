-- +goose Up
-- Mail that is to be sent, written with what causes it. No link stands in it: its token is made when it is sent.
CREATE TABLE mails (
    id            uuid PRIMARY KEY,
    kind          text NOT NULL,
    to_email      text NOT NULL,
    locale        text NOT NULL,
    -- What its link leads to; that may be gone before the mail is.
    invitation_id uuid,
    trace_id      text NOT NULL,
    state         text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'delivered', 'failed', 'dropped')),
    error         text NOT NULL DEFAULT '',
    tries         integer NOT NULL DEFAULT 0,
    -- When it is to be tried. Whoever takes it moves this to the end of her lease: then it is due again by itself.
    due_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease         uuid,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at      timestamptz
);
CREATE INDEX mails_due ON mails (due_at) WHERE state = 'queued';
CREATE INDEX mails_ended ON mails (ended_at) WHERE state <> 'queued';
CREATE INDEX mails_invitation ON mails (invitation_id);
-- Who asks for a new password twice is answered once.
CREATE UNIQUE INDEX mails_forgot ON mails (lower(to_email)) WHERE kind = 'forgot' AND state = 'queued';

-- What an agent shows besides her password: a code of the minute, or one of her recovery codes.
CREATE TABLE second_factors (
    agent_id     uuid PRIMARY KEY REFERENCES agents ON DELETE CASCADE,
    -- Sealed with a key made of the server's secret.
    secret       bytea NOT NULL,
    -- The last half minute whose code was taken: no code is taken twice, nor one before it.
    step         bigint NOT NULL DEFAULT 0,
    -- SHA-256, in hex, of the recovery codes that are left.
    recovery     text[] NOT NULL DEFAULT '{}',
    confirmed_at timestamptz
);

-- Who somebody is at the company's own sign-in. An address may change hands there, a subject does not.
CREATE TABLE single_sign_ons (
    issuer   text NOT NULL,
    subject  text NOT NULL,
    agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX single_sign_ons_agent ON single_sign_ons (agent_id, issuer);

-- How an agent wants to be told of what visitors write; what is not named is as by default.
ALTER TABLE agents ADD COLUMN notify jsonb NOT NULL DEFAULT '{}';

-- After how many minutes without an answer somebody is told by mail, and who; {} for nobody.
ALTER TABLE lines ADD COLUMN escalation jsonb NOT NULL DEFAULT '{}';
