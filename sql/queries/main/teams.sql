-- name: Team_List
SELECT t.id, t.name, ARRAY(SELECT CAST(m.agent_id AS text) FROM team_agents m JOIN agents a ON a.id = m.agent_id WHERE m.team_id = t.id ORDER BY a.name, a.id) AS agents
FROM teams t
ORDER BY t.name, t.id;

-- name: Team_Put
INSERT INTO teams (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = excluded.name;

-- name: Team_Leave
DELETE FROM team_agents WHERE team_id = $1 AND agent_id <> ALL (CAST($2 AS uuid[]));

-- name: Team_Enter
INSERT INTO team_agents (team_id, agent_id) SELECT $1, unnest(CAST($2 AS uuid[])) ON CONFLICT DO NOTHING;

-- name: Team_Drop
DELETE FROM teams WHERE id = $1;
