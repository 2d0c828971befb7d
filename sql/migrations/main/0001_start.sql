-- +goose Up
CREATE TABLE lines (
    name       text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9-]{0,31}$'),
    title      text NOT NULL,
    color      text NOT NULL DEFAULT '#176b87' CHECK (color ~ '^#[0-9a-f]{6}$'),
    dsn        text NOT NULL DEFAULT '',
    origins    text[] NOT NULL DEFAULT '{}',
    locale     text NOT NULL DEFAULT 'zh-CN',
    greeting   jsonb NOT NULL DEFAULT '{}',
    reply_time integer NOT NULL DEFAULT 0,
    settings   jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE roles (
    name        text PRIMARY KEY,
    permissions text[] NOT NULL
);
INSERT INTO roles (name, permissions) VALUES
    ('owner', '{conversation:read,conversation:reply,conversation:assign,library:write,admin:read,admin:write}'),
    ('supervisor', '{conversation:read,conversation:reply,conversation:assign,library:write,admin:read}'),
    ('agent', '{conversation:read,conversation:reply,conversation:assign}'),
    ('auditor', '{conversation:read,admin:read}');

CREATE TABLE agents (
    id            uuid PRIMARY KEY,
    email         text NOT NULL,
    name          text NOT NULL,
    role          text NOT NULL REFERENCES roles,
    locale        text NOT NULL DEFAULT '',
    presence      text NOT NULL DEFAULT 'online' CHECK (presence IN ('online', 'away', 'offline')),
    capacity      integer NOT NULL DEFAULT 6 CHECK (capacity >= 0),
    password_hash text NOT NULL DEFAULT '',
    disabled      boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX agents_email ON agents (lower(email));

-- The lines an agent works for.
CREATE TABLE agent_lines (
    agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    line     text NOT NULL REFERENCES lines ON DELETE CASCADE,
    PRIMARY KEY (agent_id, line)
);

CREATE TABLE teams (
    id   uuid PRIMARY KEY,
    name text NOT NULL UNIQUE
);
CREATE TABLE team_agents (
    team_id  uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    PRIMARY KEY (team_id, agent_id)
);

-- Console sessions, in the shape alexedwards/scs asks for; the token is stored hashed.
CREATE TABLE sessions (
    token  text PRIMARY KEY,
    data   bytea NOT NULL,
    expiry timestamptz NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expiry);

CREATE TABLE settings (
    key   text PRIMARY KEY,
    value jsonb NOT NULL
);

CREATE TABLE api_keys (
    id         uuid PRIMARY KEY,
    agent_id   uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    name       text NOT NULL,
    hash       text NOT NULL UNIQUE,
    scopes     text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

CREATE TABLE canned_replies (
    id       uuid PRIMARY KEY,
    line     text REFERENCES lines ON DELETE CASCADE,
    owner_id uuid REFERENCES agents ON DELETE CASCADE,
    shortcut text NOT NULL,
    title    text NOT NULL,
    body     text NOT NULL,
    locale   text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX canned_replies_shortcut ON canned_replies (coalesce(line, ''), coalesce(owner_id, '00000000-0000-0000-0000-000000000000'), shortcut, locale);
