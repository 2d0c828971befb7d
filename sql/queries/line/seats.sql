-- name: Seat_Put
-- From now on by the clock that the seat is compared with, not by the node's.
INSERT INTO seats (agent_id, agent_name, capacity, online_until, teams, skills)
VALUES (:agent_id, :agent_name, :capacity, clock_timestamp() + make_interval(secs => CAST(:lasts AS double precision)), CAST(:teams AS uuid[]), CAST(:skills AS text[]))
ON CONFLICT (agent_id) DO UPDATE SET agent_name = excluded.agent_name, capacity = excluded.capacity, online_until = excluded.online_until,
    teams = excluded.teams, skills = excluded.skills;

-- name: Seat_All
-- Also of those who hold a conversation without ever having sat down.
WITH held AS (
    SELECT c.agent_id, max(c.agent_name) AS agent_name, count(*) AS n FROM conversations c WHERE c.status = 'open' GROUP BY c.agent_id
)
SELECT COALESCE(s.agent_id, h.agent_id) AS agent_id, COALESCE(s.agent_name, h.agent_name) AS agent_name, COALESCE(s.capacity, 0) AS capacity,
       COALESCE(s.online_until > clock_timestamp(), false) AS online, COALESCE(h.n, 0) AS open
FROM seats s
FULL JOIN held h ON h.agent_id = s.agent_id
ORDER BY online DESC, COALESCE(s.capacity, 0) - COALESCE(h.n, 0) DESC, 2, 1;

-- name: Seat_Give
UPDATE seats SET given_at = clock_timestamp() WHERE agent_id = $1;

-- name: Seat_Lock
-- One assignment from the queue at a time in each line, whichever node makes it: two that count at once would both find the last place free.
SELECT pg_advisory_xact_lock(hashtextextended('assign ' || current_schema(), 0));
