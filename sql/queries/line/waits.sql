-- name: Wait_Put
INSERT INTO waits (conversation_id, since, until) VALUES ($1, $2, $3)
ON CONFLICT (conversation_id) DO UPDATE SET since = excluded.since, until = excluded.until;

-- name: Wait_Recent
SELECT w.since, w.until FROM waits w WHERE w.until > clock_timestamp() - interval '1 hour' ORDER BY w.until DESC LIMIT $1;
