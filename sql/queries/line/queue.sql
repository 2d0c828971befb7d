-- name: Queue_Next
-- Who is to be given what now, the first in the queue for whom anybody has room who is in the team and has the skill it asks for, or,
-- when it has waited too long, who may help out; and of those the one whom the line's routing prefers.
WITH free AS MATERIALIZED (
    SELECT s.agent_id, s.agent_name, s.capacity, s.given_at, s.teams, s.skills, o.n
    FROM seats s
    CROSS JOIN LATERAL (SELECT count(*) AS n FROM conversations h WHERE h.agent_id = s.agent_id AND h.status = 'open') o
    WHERE s.online_until > clock_timestamp() AND o.n < s.capacity
)
SELECT c.id, f.agent_id, f.agent_name, f.capacity, f.n AS open, c.turn, f.fits, f.agent_id = CAST(NULLIF(:agent, '') AS uuid) IS TRUE AS named,
       (CAST(:last AS boolean) AND f.agent_id = c.had_by) IS TRUE AS last, COALESCE(CAST(c.team_id AS text), :team) AS team_id, c.team_name,
       COALESCE(NULLIF(c.skill, ''), :skill) AS skill, CAST(extract(epoch FROM clock_timestamp() - c.waiting_since) AS bigint) AS waited
FROM conversations c
CROSS JOIN LATERAL (
    SELECT s.agent_id, s.agent_name, s.capacity, s.n, b.fits
    FROM free s
    CROSS JOIN LATERAL (SELECT
        (COALESCE(CAST(c.team_id AS text), :team) = '' OR COALESCE(c.team_id, CAST(NULLIF(:team, '') AS uuid)) = ANY (s.teams))
        AND (COALESCE(NULLIF(c.skill, ''), :skill) = '' OR COALESCE(NULLIF(c.skill, ''), :skill) = ANY (s.skills)) AS fits) b
    WHERE b.fits OR (CAST(:overflow AS double precision) > 0 AND c.waiting_since < clock_timestamp() - make_interval(secs => CAST(:overflow AS double precision))
        AND (:helpers = '' OR CAST(NULLIF(:helpers, '') AS uuid) = ANY (s.teams)))
    ORDER BY b.fits DESC, array_position(c.declined, s.agent_id) NULLS FIRST, (s.agent_id = CAST(NULLIF(:agent, '') AS uuid)) IS TRUE DESC, (CAST(:last AS boolean) AND s.agent_id = c.had_by) IS TRUE DESC,
        CASE WHEN CAST(:robin AS boolean) THEN 0 ELSE s.n END, s.given_at, s.agent_id
    LIMIT 1
) f
WHERE c.status = 'waiting'
    AND (CAST(:bot AS integer) = 0 OR c.human_at IS NOT NULL OR c.waiting_since <= clock_timestamp() - CAST(:bot AS integer) * interval '1 second')
ORDER BY c.turn, c.waiting_since, c.id
LIMIT 1;

-- name: Queue_Rank
-- Puts those who wait ahead, or back, whose identity says so. A row that is being changed is looked at the next time.
WITH due AS (
    SELECT w.id, w.turn, CASE WHEN v.verified AND v.attributes ->> CAST($1 AS text) = ANY (CAST($2 AS text[])) THEN -1 ELSE 0 END AS becomes
    FROM conversations w JOIN visitors v ON v.id = w.visitor_id
    WHERE w.status = 'waiting' AND w.turn > -2
), locked AS (
    SELECT c.id, d.becomes FROM due d JOIN conversations c ON c.id = d.id WHERE d.turn <> d.becomes ORDER BY c.id FOR UPDATE OF c SKIP LOCKED
)
UPDATE conversations c SET turn = l.becomes FROM locked l WHERE c.id = l.id;

-- name: Queue_Given
-- Somebody has it: it is nobody's turn any more. What a person chose is not what it asked for.
UPDATE conversations SET turn = 0, had_by = $2, declined = '{}', team_id = CASE WHEN CAST($3 AS boolean) THEN team_id END, team_name = CASE WHEN $3 THEN team_name ELSE '' END,
    skill = CASE WHEN $3 THEN skill ELSE '' END
WHERE id = $1;

-- name: Decision_Put
INSERT INTO decisions (conversation_id, seq, agent_id, agent_name, by_kind, by_name, reason, detail, created_at)
VALUES (:conversation_id, :seq, :agent_id, :agent_name, :by_kind, :by_name, :reason, CAST(:detail AS jsonb), :created_at);

-- name: Decision_All
SELECT d.seq, d.agent_id, d.agent_name, d.by_kind, d.by_name, d.reason, d.detail, d.created_at FROM decisions d WHERE d.conversation_id = $1 ORDER BY d.seq;

-- name: Queue_Ask
-- Whoever passed it on is the last to be given it.
UPDATE conversations SET turn = -2, team_id = CAST(NULLIF($2, '') AS uuid), team_name = $3, skill = $4, declined = ARRAY[CAST($5 AS uuid)] WHERE id = $1;

-- name: Queue_Disband
UPDATE conversations SET team_id = NULL, team_name = '' WHERE status = 'waiting' AND team_id = $1;

-- name: Queue_Lost
-- What is in the hands of agents nobody has heard of for so many seconds, and who were there when they had it already.
SELECT c.id, c.last_seq FROM conversations c JOIN seats s ON s.agent_id = c.agent_id
WHERE c.status = 'open' AND s.online_until < clock_timestamp() - make_interval(secs => CAST($1 AS double precision))
    AND s.online_until >= c.assigned_at AND c.reason <> 'bot'
ORDER BY c.assigned_at, c.id LIMIT 100;

-- name: Queue_Return
UPDATE conversations SET turn = -2, declined = array_append(declined, CAST($2 AS uuid)) WHERE id = $1;

-- name: Queue_Idle
-- Where nobody has spoken for so many seconds since the visitor was answered, and she has not been asked whether she is still there.
SELECT c.id, c.last_seq FROM conversations c
WHERE c.status = 'open' AND c.preview_by IN ('agent', 'bot') AND c.left_at IS NULL AND c.reminded_seq < c.last_seq
    AND c.last_at < clock_timestamp() - make_interval(secs => CAST($1 AS double precision))
ORDER BY c.last_at, c.id LIMIT 100;

-- name: Queue_Left
-- Where nothing has been said for so many seconds since she was asked.
SELECT c.id, c.last_seq FROM conversations c
WHERE c.status = 'open' AND c.reminded_seq = c.last_seq AND c.last_seq > 0
    AND c.last_at < clock_timestamp() - make_interval(secs => CAST($1 AS double precision))
ORDER BY c.last_at, c.id LIMIT 100;

-- name: Queue_Remind
UPDATE conversations SET reminded_seq = $2 WHERE id = $1;
