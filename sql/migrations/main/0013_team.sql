-- +goose Up
-- Who may change the team, apart from who may change lines; and the role of one who runs lines.
UPDATE roles SET permissions = permissions || '{team:write}' WHERE name = 'owner';
INSERT INTO roles (name, permissions)
VALUES ('admin', '{conversation:read,conversation:reply,conversation:assign,library:write,admin:read,admin:write}')
ON CONFLICT DO NOTHING;

ALTER TABLE agents
    ADD COLUMN seen_at timestamptz,                          -- when she last had a console open, to the minute
    ADD COLUMN sessions_since integer NOT NULL DEFAULT 0;    -- counts up to end every session she has

-- Links by which somebody joins, or, with an agent, chooses a new password. Only their hash is kept.
CREATE TABLE invitations (
    id         uuid PRIMARY KEY,
    hash       text NOT NULL UNIQUE,
    email      text NOT NULL,
    role       text NOT NULL CONSTRAINT invitations_role_fkey REFERENCES roles,
    lines      text[] NOT NULL DEFAULT '{}',
    capacity   integer NOT NULL DEFAULT 6,
    agent_id   uuid REFERENCES agents ON DELETE CASCADE,
    by_id      uuid,
    by_name    text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX invitations_email ON invitations (lower(email));

-- What was changed, by whom. Each row's hash covers the one before it, so that nothing in between can be changed or left out
-- without every later hash being wrong.
CREATE TABLE audit (
    seq        bigint PRIMARY KEY,
    at         timestamptz NOT NULL,
    actor_id   text NOT NULL,
    actor_name text NOT NULL,
    action     text NOT NULL,
    subject    text NOT NULL,
    detail     jsonb NOT NULL,
    trace_id   text NOT NULL,
    hash       text NOT NULL
);
