-- name: Escalation_Raise
-- A job's id is made of the conversation and of since when its visitor waits: so there is one for each time she does. What is older than a day
-- was there before anybody wanted to be told. A message that was left while the line was closed is answered when there is time.
INSERT INTO jobs (id, kind, event, subject, trace_id, body, due_at)
SELECT CAST(md5(CAST(u.id AS text) || CAST(extract(epoch FROM u.since) AS text)) AS uuid), 'escalation', 'escalation', u.id, '', '{}', now()
FROM (
    SELECT c.id, CASE WHEN c.status = 'waiting' THEN c.waiting_since ELSE (
        SELECT min(m.created_at) FROM messages m
        WHERE m.conversation_id = c.id AND m.author_kind = 'visitor'
          AND m.seq > COALESCE((SELECT max(a.seq) FROM messages a WHERE a.conversation_id = c.id AND a.author_kind = 'agent'), 0)) END AS since
    FROM conversations c
    WHERE (c.status = 'waiting' OR c.status = 'open' AND c.preview_by = 'visitor') AND c.left_at IS NULL
      AND c.last_at > now() - interval '1 day'
) u
WHERE u.since < now() - CAST($1 AS double precision) * interval '1 second' AND u.since > now() - interval '1 day'
ON CONFLICT (id) DO NOTHING;

-- name: Escalation_Stands
-- Whether she waits still, and since when it was that the job was made for.
SELECT u.id, u.visitor_name, u.since
FROM (
    SELECT c.id, c.visitor_name, CASE WHEN c.status = 'waiting' THEN c.waiting_since ELSE (
        SELECT min(m.created_at) FROM messages m
        WHERE m.conversation_id = c.id AND m.author_kind = 'visitor'
          AND m.seq > COALESCE((SELECT max(a.seq) FROM messages a WHERE a.conversation_id = c.id AND a.author_kind = 'agent'), 0)) END AS since
    FROM conversations c
    WHERE c.id = $1 AND (c.status = 'waiting' OR c.status = 'open' AND c.preview_by = 'visitor')
) u
WHERE CAST(md5(CAST(u.id AS text) || CAST(extract(epoch FROM u.since) AS text)) AS uuid) = $2;
