-- name: Trace_Put
-- Times are microseconds since 1970, 0 for none. In the order of the key, so that no two nodes wait for each other.
INSERT INTO traces AS t (conversation_id, seq, node, received_at, queued_at, routed_at, written_at, pushed_at)
SELECT n.conversation_id, n.seq, n.node,
       CAST('epoch' AS timestamptz) + NULLIF(n.received, 0) * INTERVAL '1 microsecond', CAST('epoch' AS timestamptz) + NULLIF(n.queued, 0) * INTERVAL '1 microsecond',
       CAST('epoch' AS timestamptz) + NULLIF(n.routed, 0) * INTERVAL '1 microsecond', CAST('epoch' AS timestamptz) + NULLIF(n.committed, 0) * INTERVAL '1 microsecond',
       CAST('epoch' AS timestamptz) + NULLIF(n.pushed, 0) * INTERVAL '1 microsecond'
FROM unnest(
    CAST(:conversation_id AS uuid[]), CAST(:seq AS bigint[]), CAST(:node AS text[]), CAST(:received AS bigint[]), CAST(:queued AS bigint[]),
    CAST(:routed AS bigint[]), CAST(:committed AS bigint[]), CAST(:pushed AS bigint[])
) AS n (conversation_id, seq, node, received, queued, routed, committed, pushed)
ORDER BY n.conversation_id, n.seq
ON CONFLICT (conversation_id, seq) DO UPDATE
SET node = COALESCE(NULLIF(t.node, ''), EXCLUDED.node), received_at = LEAST(t.received_at, EXCLUDED.received_at), queued_at = LEAST(t.queued_at, EXCLUDED.queued_at),
    routed_at = LEAST(t.routed_at, EXCLUDED.routed_at), written_at = LEAST(t.written_at, EXCLUDED.written_at), pushed_at = LEAST(t.pushed_at, EXCLUDED.pushed_at);

-- name: Trace_Reach
-- What each side has had of the other's messages: a visitor reads everybody's but her own, agents read the visitor's. The first
-- time stays. The answer is what is new by it, when it is asked for. Messages from before since have no trace any more, and get none.
WITH w AS (
    INSERT INTO traces AS t (conversation_id, seq, delivered_at, read_at)
    SELECT m.conversation_id, m.seq,
           CAST('epoch' AS timestamptz) + min(k.at) FILTER (WHERE NOT k.read) * INTERVAL '1 microsecond',
           CAST('epoch' AS timestamptz) + min(k.at) FILTER (WHERE k.read) * INTERVAL '1 microsecond'
    FROM unnest(
        CAST(:conversation_id AS uuid[]), CAST(:by_kind AS text[]), CAST(:after AS bigint[]), CAST(:up_to AS bigint[]), CAST(:read AS boolean[]), CAST(:at AS bigint[])
    ) AS k (conversation_id, by_kind, after, up_to, read, at)
    JOIN messages m ON m.conversation_id = k.conversation_id AND m.seq > k.after AND m.seq <= k.up_to AND m.created_at > CAST(:since AS timestamptz)
        AND (m.author_kind = 'visitor') = (k.by_kind = 'agent')
    GROUP BY m.conversation_id, m.seq
    ORDER BY m.conversation_id, m.seq
    ON CONFLICT (conversation_id, seq) DO UPDATE
    SET delivered_at = COALESCE(t.delivered_at, EXCLUDED.delivered_at), read_at = COALESCE(t.read_at, EXCLUDED.read_at)
    WHERE t.delivered_at IS NULL AND EXCLUDED.delivered_at IS NOT NULL OR t.read_at IS NULL AND EXCLUDED.read_at IS NOT NULL
    RETURNING conversation_id, seq, delivered_at, read_at
)
SELECT m.conversation_id, m.seq, m.trace_id, w.delivered_at, w.read_at
FROM w
JOIN messages m ON m.conversation_id = w.conversation_id AND m.seq = w.seq
WHERE CAST(:tell AS boolean) AND m.trace_id <> '';

-- name: Trace_Get
SELECT m.id, m.conversation_id, m.seq, m.trace_id, COALESCE(t.node, '') AS node, t.received_at, t.queued_at, t.routed_at,
       COALESCE(t.written_at, m.created_at) AS written_at, t.pushed_at, t.delivered_at, t.read_at
FROM messages m
LEFT JOIN traces t ON t.conversation_id = m.conversation_id AND t.seq = m.seq
WHERE m.id = $1;

-- name: Trace_SweepBegin
INSERT INTO traces_swept (upto) VALUES ('00000000-0000-0000-0000-000000000000') ON CONFLICT DO NOTHING;

-- name: Trace_Sweep
-- Removes the traces of the next so many messages with an id below the one given, and says how many messages those were. Whoever has
-- the row is at it; another node finds none, and nothing to do.
WITH here AS (
    SELECT s.upto FROM traces_swept s FOR UPDATE SKIP LOCKED
), old AS MATERIALIZED (
    SELECT m.id, m.conversation_id, m.seq
    FROM messages m
    WHERE m.id > (SELECT h.upto FROM here h) AND m.id < CAST($1 AS uuid)
    ORDER BY m.id
    LIMIT $2
), gone AS (
    DELETE FROM traces t USING old o WHERE t.conversation_id = o.conversation_id AND t.seq = o.seq
), swept AS (
    UPDATE traces_swept s SET upto = o.id FROM (SELECT o.id FROM old o ORDER BY o.id DESC LIMIT 1) o
)
SELECT count(*) FROM old;
