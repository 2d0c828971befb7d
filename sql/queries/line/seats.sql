-- name: Seat_Put
INSERT INTO seats (agent_id, agent_name, capacity, online_until)
VALUES ($1, $2, $3, $4)
ON CONFLICT (agent_id) DO UPDATE SET agent_name = excluded.agent_name, capacity = excluded.capacity, online_until = excluded.online_until;

-- name: Seat_All
SELECT s.agent_id, s.agent_name, s.capacity, s.online_until, s.online_until > clock_timestamp() AS online, o.n AS open
FROM seats s
CROSS JOIN LATERAL (SELECT count(*) AS n FROM conversations c WHERE c.agent_id = s.agent_id AND c.status = 'open') o
ORDER BY online DESC, s.capacity - o.n DESC, s.agent_name, s.agent_id;

-- name: Seat_Next
SELECT s.agent_id, s.agent_name
FROM seats s
CROSS JOIN LATERAL (SELECT count(*) AS n FROM conversations c WHERE c.agent_id = s.agent_id AND c.status = 'open') o
WHERE s.online_until > clock_timestamp() AND o.n < s.capacity
ORDER BY o.n, s.given_at, s.agent_id
LIMIT 1;

-- name: Seat_Give
UPDATE seats SET given_at = clock_timestamp() WHERE agent_id = $1;

-- name: Seat_Lock
-- One assignment at a time in each line, whichever node makes it: two that count at once would both find the last place free.
SELECT pg_advisory_xact_lock(hashtextextended('assign ' || current_schema(), 0));
