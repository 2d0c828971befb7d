-- name: Agent_ByID
SELECT a.id, a.email, a.name, a.role, a.locale, a.presence, a.away_reason, a.capacity, a.password_hash, a.disabled, a.created_at, a.seen_at, a.sessions_since, r.permissions, a.skills,
    ARRAY(SELECT CAST(m.team_id AS text) FROM team_agents m WHERE m.agent_id = a.id ORDER BY 1) AS teams,
    (SELECT json_object_agg(l.line, l.capacity) FROM agent_lines l WHERE l.agent_id = a.id AND l.capacity IS NOT NULL) AS room,
    EXISTS (SELECT 1 FROM second_factors f WHERE f.agent_id = a.id AND f.confirmed_at IS NOT NULL) AS second_factor,
    a.notify,
    ARRAY(SELECT l.line FROM agent_lines l WHERE l.agent_id = a.id ORDER BY l.line) AS lines
FROM agents a JOIN roles r ON r.name = a.role
WHERE a.id = $1;

-- name: Agent_ByEmail
SELECT a.id, a.email, a.name, a.role, a.locale, a.presence, a.away_reason, a.capacity, a.password_hash, a.disabled, a.created_at, a.seen_at, a.sessions_since, r.permissions, a.skills,
    ARRAY(SELECT CAST(m.team_id AS text) FROM team_agents m WHERE m.agent_id = a.id ORDER BY 1) AS teams,
    (SELECT json_object_agg(l.line, l.capacity) FROM agent_lines l WHERE l.agent_id = a.id AND l.capacity IS NOT NULL) AS room,
    EXISTS (SELECT 1 FROM second_factors f WHERE f.agent_id = a.id AND f.confirmed_at IS NOT NULL) AS second_factor,
    a.notify,
    ARRAY(SELECT l.line FROM agent_lines l WHERE l.agent_id = a.id ORDER BY l.line) AS lines
FROM agents a JOIN roles r ON r.name = a.role
WHERE lower(a.email) = lower($1);

-- name: Agent_ByKey
SELECT a.id, a.email, a.name, a.role, a.locale, a.presence, a.away_reason, a.capacity, a.password_hash, a.disabled, a.created_at, a.seen_at, a.sessions_since, r.permissions, a.skills,
    ARRAY(SELECT CAST(m.team_id AS text) FROM team_agents m WHERE m.agent_id = a.id ORDER BY 1) AS teams,
    (SELECT json_object_agg(l.line, l.capacity) FROM agent_lines l WHERE l.agent_id = a.id AND l.capacity IS NOT NULL) AS room,
    EXISTS (SELECT 1 FROM second_factors f WHERE f.agent_id = a.id AND f.confirmed_at IS NOT NULL) AS second_factor,
    a.notify,
    ARRAY(SELECT l.line FROM agent_lines l WHERE l.agent_id = a.id ORDER BY l.line) AS lines,
    k.scopes, COALESCE(k.used_at < now() - interval '1 minute', true) AS stale
FROM api_keys k JOIN agents a ON a.id = k.agent_id JOIN roles r ON r.name = a.role
WHERE k.hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()) AND NOT a.disabled;

-- name: Agent_List
SELECT a.id, a.email, a.name, a.role, a.locale, a.presence, a.away_reason, a.capacity, a.password_hash, a.disabled, a.created_at, a.seen_at, a.sessions_since, r.permissions, a.skills,
    ARRAY(SELECT CAST(m.team_id AS text) FROM team_agents m WHERE m.agent_id = a.id ORDER BY 1) AS teams,
    (SELECT json_object_agg(l.line, l.capacity) FROM agent_lines l WHERE l.agent_id = a.id AND l.capacity IS NOT NULL) AS room,
    EXISTS (SELECT 1 FROM second_factors f WHERE f.agent_id = a.id AND f.confirmed_at IS NOT NULL) AS second_factor,
    a.notify,
    ARRAY(SELECT l.line FROM agent_lines l WHERE l.agent_id = a.id ORDER BY l.line) AS lines
FROM agents a JOIN roles r ON r.name = a.role
ORDER BY a.name, a.id;

-- name: Agent_Put
-- Another password ends her sessions.
INSERT INTO agents (id, email, name, role, locale, presence, capacity, password_hash, disabled, created_at, skills)
VALUES (:id, :email, :name, :role, :locale, :presence, :capacity, :password_hash, :disabled, :created_at, :skills)
ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name, role = excluded.role, locale = excluded.locale,
    presence = excluded.presence, capacity = excluded.capacity, password_hash = excluded.password_hash, disabled = excluded.disabled, skills = excluded.skills,
    sessions_since = agents.sessions_since + CAST(agents.password_hash <> excluded.password_hash AS integer);

-- name: Agent_Rehash
UPDATE agents SET password_hash = $3 WHERE id = $1 AND password_hash = $2;

-- name: Agent_DropLines
DELETE FROM agent_lines WHERE agent_id = $1 AND line <> ALL (CAST($2 AS text[]));

-- name: Agent_AddLines
INSERT INTO agent_lines (agent_id, line, capacity)
SELECT $1, n.line, CAST(NULLIF(n.capacity, '') AS integer) FROM unnest(CAST($2 AS text[]), CAST($3 AS text[])) AS n (line, capacity)
ON CONFLICT (agent_id, line) DO UPDATE SET capacity = excluded.capacity;

-- name: Agent_SetNotify
UPDATE agents SET notify = CAST($2 AS jsonb) WHERE id = $1;

-- name: Agent_SetPresence
UPDATE agents SET presence = $2, away_reason = $3 WHERE id = $1;

-- name: Key_Put
INSERT INTO api_keys (id, agent_id, name, hash, scopes, created_at, expires_at)
VALUES (:id, :agent_id, :name, :hash, :scopes, :created_at, :expires_at)
ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE api_keys.hash = excluded.hash AND api_keys.agent_id = excluded.agent_id;

-- name: Key_List
SELECT k.id, k.agent_id, k.name, k.scopes, k.created_at, k.expires_at, k.used_at, k.revoked_at IS NOT NULL AS revoked FROM api_keys k ORDER BY k.created_at, k.id;

-- name: Key_Used
UPDATE api_keys SET used_at = now() WHERE hash = $1 AND COALESCE(used_at < now() - interval '1 minute', true);

-- name: Key_Revoke
UPDATE api_keys SET revoked_at = COALESCE(revoked_at, now()) WHERE id = $1;

-- name: Role_List
SELECT name, permissions FROM roles ORDER BY name;

-- name: Role_Put
INSERT INTO roles (name, permissions) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET permissions = excluded.permissions;
