-- name: Team_Lock
-- Those who change the team do so one after the other, over all nodes: what one of them relies on is still so when she has written.
SELECT pg_advisory_xact_lock(20211, 1);

-- name: Team_Seen
UPDATE agents SET seen_at = clock_timestamp() WHERE id = ANY (CAST($1 AS uuid[]));

-- name: Team_SignOut
UPDATE agents SET sessions_since = sessions_since + 1 WHERE id = $1;

-- name: Role_Drop
DELETE FROM roles WHERE name = $1;

-- name: Invitation_List
SELECT i.id, i.email, i.role, i.lines, i.capacity, coalesce(CAST(i.agent_id AS text), '') AS agent_id, coalesce(CAST(i.by_id AS text), '') AS by_id, i.by_name, i.created_at,
    i.expires_at, coalesce(m.state, '') AS mail, coalesce(m.error, '') AS mail_error
FROM invitations i
LEFT JOIN LATERAL (SELECT m.state, m.error FROM mails m WHERE m.invitation_id = i.id ORDER BY m.created_at DESC LIMIT 1) m ON true
WHERE i.expires_at > clock_timestamp() ORDER BY i.created_at DESC, i.id;

-- name: Invitation_Find
SELECT id, email, role, lines, capacity, coalesce(CAST(agent_id AS text), '') AS agent_id, coalesce(CAST(by_id AS text), '') AS by_id, by_name, created_at, expires_at
FROM invitations WHERE hash = $1 AND expires_at > clock_timestamp();

-- name: Invitation_ByID
SELECT id, email, role, lines, capacity, coalesce(CAST(agent_id AS text), '') AS agent_id, coalesce(CAST(by_id AS text), '') AS by_id, by_name, created_at, expires_at
FROM invitations WHERE id = $1 AND expires_at > clock_timestamp();

-- name: Invitation_Of
SELECT id, email, role, lines, capacity, coalesce(CAST(agent_id AS text), '') AS agent_id, coalesce(CAST(by_id AS text), '') AS by_id, by_name, created_at, expires_at
FROM invitations WHERE agent_id = $1 AND expires_at > clock_timestamp() + CAST($2 AS double precision) * interval '1 second' ORDER BY created_at DESC LIMIT 1;

-- name: Invitation_For
SELECT id, email, role, lines, capacity, coalesce(CAST(agent_id AS text), '') AS agent_id, coalesce(CAST(by_id AS text), '') AS by_id, by_name, created_at, expires_at
FROM invitations WHERE lower(email) = lower($1) AND agent_id IS NULL AND expires_at > clock_timestamp();

-- name: Invitation_Put
-- A new link for the same address takes the place of the old one.
INSERT INTO invitations (id, hash, email, role, lines, capacity, agent_id, by_id, by_name, created_at, expires_at)
VALUES (:id, :hash, :email, :role, :lines, :capacity, CAST(nullif(:agent_id, '') AS uuid), CAST(nullif(:by_id, '') AS uuid), :by_name, now(),
    now() + CAST(:lasts AS double precision) * interval '1 second')
ON CONFLICT (lower(email)) DO UPDATE SET id = excluded.id, hash = excluded.hash, role = excluded.role, lines = excluded.lines, capacity = excluded.capacity,
    agent_id = excluded.agent_id, by_id = excluded.by_id, by_name = excluded.by_name, created_at = excluded.created_at, expires_at = excluded.expires_at;

-- name: Invitation_Take
DELETE FROM invitations WHERE hash = $1 AND expires_at > clock_timestamp()
RETURNING id, email, role, lines, capacity, coalesce(CAST(agent_id AS text), '') AS agent_id, coalesce(CAST(by_id AS text), '') AS by_id, by_name, created_at, expires_at;

-- name: Invitation_Drop
DELETE FROM invitations WHERE id = $1
RETURNING id, email, role, lines, capacity, coalesce(CAST(agent_id AS text), '') AS agent_id, coalesce(CAST(by_id AS text), '') AS by_id, by_name, created_at, expires_at;

-- name: Audit_Last
SELECT a.seq, a.hash FROM audit a ORDER BY a.seq DESC LIMIT 1;

-- name: Audit_Add
INSERT INTO audit (seq, at, actor_id, actor_name, action, subject, detail, trace_id, hash)
VALUES (:seq, :at, :actor_id, :actor_name, :action, :subject, CAST(:detail AS jsonb), :trace_id, :hash);

-- name: Audit_Before
SELECT seq, at, actor_id, actor_name, action, subject, detail, trace_id, hash FROM audit WHERE $1 = 0 OR seq < $1 ORDER BY seq DESC LIMIT $2;

-- name: Audit_After
SELECT seq, at, actor_id, actor_name, action, subject, detail, trace_id, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2;
