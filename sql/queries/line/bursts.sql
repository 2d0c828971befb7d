-- name: Burst_Begin
-- One job for a conversation whose visitor is not about to be called, and was not called already. Their rows are locked.
WITH n AS (
    SELECT * FROM unnest(CAST(:conversation_id AS uuid[]), CAST(:job_id AS uuid[]), CAST(:trace_id AS text[])) AS n (conversation_id, job_id, trace_id)
), begun AS (
    INSERT INTO bursts (conversation_id, job_id) SELECT n.conversation_id, n.job_id FROM n ON CONFLICT DO NOTHING RETURNING conversation_id, job_id
)
INSERT INTO jobs (id, kind, event, subject, trace_id, due_at)
SELECT n.job_id, 'push', 'unread', n.conversation_id, n.trace_id, clock_timestamp() + CAST(:delay AS double precision) * interval '1 second'
FROM begun b
JOIN n ON n.job_id = b.job_id;

-- name: Burst_Clear
-- Their visitors have read everything: nobody is called any more, and who was called is told.
WITH n AS (
    SELECT * FROM unnest(CAST(:conversation_id AS uuid[]), CAST(:job_id AS uuid[]), CAST(:trace_id AS text[])) AS n (conversation_id, job_id, trace_id)
), over AS (
    DELETE FROM bursts b USING n WHERE b.conversation_id = n.conversation_id RETURNING b.conversation_id, b.job_id, b.told
), off AS (
    UPDATE jobs j
    SET cancelled = true, reason = 'read',
        state = CASE WHEN j.lease IS NOT NULL AND j.due_at > now() THEN 'queued' ELSE 'dropped' END,
        ended_at = CASE WHEN j.lease IS NOT NULL AND j.due_at > now() THEN NULL ELSE now() END
    FROM over o
    WHERE j.id = o.job_id AND j.state = 'queued'
)
INSERT INTO jobs (id, kind, event, subject, trace_id, due_at)
SELECT n.job_id, 'push', 'read', n.conversation_id, n.trace_id, clock_timestamp()
FROM over o
JOIN n ON n.conversation_id = o.conversation_id
WHERE o.told;

-- name: Burst_Get
SELECT b.told FROM bursts b WHERE b.conversation_id = $1 AND b.job_id = $2;

-- name: Burst_Told
UPDATE bursts SET told = true WHERE conversation_id = $1 AND told = false;

-- name: Burst_Drop
-- What was not told, or could not be, begins anew with the next message.
DELETE FROM bursts b WHERE b.conversation_id = $1 AND b.job_id = $2;

-- name: Burst_Abandon
DELETE FROM bursts;

-- name: Burst_Waiting
-- What no page of the visitor's has acknowledged: since when, and how many seconds ago by this clock.
SELECT count(*) AS waiting, COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - min(m.created_at)), 0) AS age
FROM messages m
WHERE m.conversation_id = $1 AND m.seq > $2 AND m.author_kind IN ('agent', 'bot') AND m.kind <> 'notice';

-- name: Burst_Newest
SELECT m.seq, m.kind, m.text, m.author_name
FROM messages m
WHERE m.conversation_id = $1 AND m.author_kind IN ('agent', 'bot') AND m.kind <> 'notice'
ORDER BY m.seq DESC
LIMIT 1;

-- name: Burst_Visitor
SELECT v.id, COALESCE(v.external_id, '') AS sub FROM visitors v WHERE v.id = $1;
