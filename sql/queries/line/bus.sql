-- name: Tail_Head
SELECT COALESCE(max(m.pos), 0) FROM messages m;

-- name: Tail_Places
-- Where there is something behind the cursor, and those of the skipped positions that can be seen by now.
(SELECT l.pos, l.conversation_id, l.seq, l.created_at FROM messages l WHERE l.pos = ANY (CAST($2 AS bigint[])))
UNION ALL
(SELECT a.pos, a.conversation_id, a.seq, a.created_at FROM messages a WHERE a.pos > $1 ORDER BY a.pos LIMIT $3)
ORDER BY pos;

-- name: Tail_Read
SELECT m.pos, COALESCE((SELECT CAST(c.agent_id AS text) FROM conversations c WHERE c.id = m.conversation_id), '') AS agent, m.id, m.conversation_id, m.seq,
       COALESCE(CAST(m.client_id AS text), '') AS client_id, m.author_kind, COALESCE(CAST(m.author_id AS text), '') AS author_id, m.author_name,
       m.kind, m.text, m.data, m.trace_id, m.created_at
FROM messages m
WHERE m.pos = ANY (CAST($1 AS bigint[]))
ORDER BY m.pos;

-- name: Bus_Notify
SELECT pg_notify($1, p.payload) FROM unnest(CAST($2 AS text[])) AS p (payload);
