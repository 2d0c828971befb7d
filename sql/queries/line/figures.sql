-- name: Figure_Cursor
-- No row while another node counts, and before anybody has.
SELECT k.upto, clock_timestamp() AS now FROM figure_cursor k FOR UPDATE SKIP LOCKED;

-- name: Figure_Start
INSERT INTO figure_cursor (upto) VALUES ('2000-01-01') ON CONFLICT DO NOTHING;

-- name: Figure_Move
UPDATE figure_cursor SET upto = CAST($1 AS timestamptz);

-- name: Figure_Recount
-- For who writes into the past.
UPDATE figure_cursor SET upto = LEAST(upto, CAST($1 AS timestamptz));

-- name: Figure_Forget
DELETE FROM figures f WHERE f.conversation_id = $1;

-- name: Figure_ForgetMessages
DELETE FROM figure_messages t WHERE t.conversation_id = $1;

-- name: Figure_Count
-- Counts what is new in conversations written to since $1, at most $2 of them and no more when that is $3 messages. One statement
-- sees one state of the line: what it counts is what it says it has counted.
WITH found AS (
    SELECT c.id, c.last_at, c.last_seq, c.agent_id, c.replied_at, c.closed_at, c.created_at, COALESCE(f.counted_seq, 0) AS since,
           sum(c.last_seq - COALESCE(f.counted_seq, 0)) OVER (ORDER BY c.last_at, c.id) - (c.last_seq - COALESCE(f.counted_seq, 0)) AS before
    FROM conversations c
    LEFT JOIN figures f ON f.conversation_id = c.id
    WHERE c.last_at >= CAST($1 AS timestamptz) AND c.status <> 'new' AND c.last_seq > COALESCE(f.counted_seq, 0)
    ORDER BY c.last_at, c.id
    LIMIT $2
), stale AS (
    SELECT * FROM found WHERE found.before < $3
), news AS MATERIALIZED (
    SELECT m.conversation_id, m.seq, m.created_at, m.author_kind, m.author_id,
           m.author_kind = 'system' AND m.data ->> 'notice' IN ('joined', 'transferred') AS joined
    FROM stale s
    JOIN messages m ON m.conversation_id = s.id AND m.seq > s.since AND m.seq <= s.last_seq
), spoken AS (
    INSERT INTO figure_messages AS t (conversation_id, slot, agent_id, received, sent)
    SELECT n.conversation_id, date_bin(interval '15 minutes', n.created_at, timestamptz '2000-01-01 00:00:00+00'),
           CASE WHEN n.author_kind = 'agent' THEN n.author_id ELSE CAST('00000000-0000-0000-0000-000000000000' AS uuid) END,
           count(*) FILTER (WHERE n.author_kind = 'visitor'), count(*) FILTER (WHERE n.author_kind <> 'visitor')
    FROM news n
    WHERE n.author_kind IN ('visitor', 'agent', 'bot')
    GROUP BY 1, 2, 3
    ON CONFLICT (conversation_id, slot, agent_id) DO UPDATE SET received = t.received + excluded.received, sent = t.sent + excluded.sent
), counted AS (
    INSERT INTO figures AS f (conversation_id, counted_seq, agent_id, replied_by, begun_at, served_at, replied_at, closed_at)
    SELECT s.id, s.last_seq, s.agent_id, (array_agg(n.author_id ORDER BY n.seq) FILTER (WHERE n.author_kind = 'agent'))[1],
           COALESCE(min(n.created_at) FILTER (WHERE n.author_kind = 'visitor'), s.created_at),
           min(n.created_at) FILTER (WHERE n.joined OR n.author_kind = 'agent'), s.replied_at, s.closed_at
    FROM stale s
    LEFT JOIN news n ON n.conversation_id = s.id
    GROUP BY s.id, s.last_seq, s.agent_id, s.replied_at, s.closed_at, s.created_at
    ON CONFLICT (conversation_id) DO UPDATE
    SET counted_seq = excluded.counted_seq, agent_id = excluded.agent_id, replied_by = COALESCE(f.replied_by, excluded.replied_by),
        served_at = COALESCE(f.served_at, excluded.served_at), replied_at = excluded.replied_at, closed_at = excluded.closed_at
)
SELECT (SELECT count(*) FROM found) AS found, (SELECT count(*) FROM stale) AS counted, (SELECT max(s.last_at) FROM stale s) AS last;
