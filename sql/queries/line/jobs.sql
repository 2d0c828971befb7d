-- name: Job_Take
-- Takes what is due, and of one subject only the first that has not ended. It is due again when the lease is over.
UPDATE jobs j
SET due_at = now() + CAST($3 AS double precision) * interval '1 second', lease = CAST($4 AS uuid), attempts = j.attempts + 1, tries = j.tries + 1
FROM (
    SELECT q.id
    FROM jobs q
    WHERE q.kind = $1 AND q.state = 'queued' AND q.due_at <= now()
      AND NOT EXISTS (SELECT 1 FROM jobs e WHERE e.kind = q.kind AND e.subject = q.subject AND e.state = 'queued' AND e.n < q.n)
    ORDER BY q.due_at
    LIMIT $2
    FOR UPDATE OF q SKIP LOCKED
) d
WHERE j.id = d.id
RETURNING j.id, j.kind, j.event, j.subject, j.state, j.reason, j.body, j.trace_id, j.attempts, j.tries, j.due_at, j.cancelled, j.replayed, j.created_at, j.ended_at,
          COALESCE(CAST(j.lease AS text), '') AS lease;

-- name: Job_End
-- Only whoever holds it may. What was cancelled meanwhile is not tried again.
WITH ended AS (
    UPDATE jobs j
    SET state = CASE WHEN CAST(:state AS text) = 'queued' AND j.cancelled THEN 'dropped' ELSE CAST(:state AS text) END,
        reason = CASE WHEN CAST(:state AS text) = 'queued' AND j.cancelled THEN j.reason ELSE CAST(:reason AS text) END,
        tries = j.tries - CAST(:untried AS integer), attempts = j.attempts - CAST(:unlogged AS integer),
        due_at = now() + CAST(:after AS double precision) * interval '1 second', lease = NULL,
        ended_at = CASE WHEN CAST(:state AS text) = 'queued' AND NOT j.cancelled THEN NULL ELSE now() END
    WHERE j.id = CAST(:id AS uuid) AND j.lease = CAST(:lease AS uuid)
    RETURNING j.id, j.attempts
)
INSERT INTO job_attempts (job_id, n, at, took_ms, status, error, trace_id, answer)
SELECT e.id, e.attempts, now() - CAST(:took_ms AS bigint) * interval '1 millisecond', CAST(:took_ms AS bigint), CAST(:status AS integer), CAST(:error AS text),
       CAST(:attempt_trace AS text), CAST(:answer AS text)
FROM ended e
WHERE CAST(:unlogged AS integer) = 0;

-- name: Job_Decided
UPDATE jobs SET body = $2 WHERE id = $1;

-- name: Job_List
-- Behind the one named, the newest first.
SELECT j.id, j.kind, j.event, j.subject, j.state, j.reason, j.body, j.trace_id, j.attempts, j.tries, j.due_at, j.cancelled, j.replayed, j.created_at, j.ended_at
FROM jobs j
WHERE (CAST($1 AS text) = '' OR j.state = $1)
  AND (CAST($2 AS text) = '' OR j.n < (SELECT b.n FROM jobs b WHERE b.id = CAST(NULLIF($2, '') AS uuid)))
ORDER BY j.n DESC
LIMIT $3;

-- name: Job_Get
SELECT j.id, j.kind, j.event, j.subject, j.state, j.reason, j.body, j.trace_id, j.attempts, j.tries, j.due_at, j.cancelled, j.replayed, j.created_at, j.ended_at
FROM jobs j
WHERE j.id = $1;

-- name: Job_Attempts
SELECT a.n, a.at, a.took_ms, a.status, a.error, a.trace_id, a.answer FROM job_attempts a WHERE a.job_id = $1 ORDER BY a.n;

-- name: Job_Replay
UPDATE jobs
SET state = 'queued', tries = 0, due_at = now(), ended_at = NULL, lease = NULL, cancelled = false, replayed = true, reason = ''
WHERE id = $1 AND state <> 'queued' AND body <> '';

-- name: Job_Health
SELECT (SELECT count(*) FROM jobs j WHERE j.kind = $1 AND j.state = 'queued') AS queued,
       COALESCE((SELECT EXTRACT(EPOCH FROM now() - min(j.due_at)) FROM jobs j WHERE j.kind = $1 AND j.state = 'queued' AND j.due_at < now()), 0) AS oldest,
       (SELECT count(*) FROM jobs j WHERE j.kind = $1 AND j.state = 'failed' AND j.ended_at > now() - interval '1 day') AS failed,
       (SELECT count(*) FROM jobs j WHERE j.kind = $1 AND j.state = 'delivered' AND j.ended_at > now() - interval '1 day') AS delivered;

-- name: Job_Last
SELECT a.job_id, a.n, a.at, a.took_ms, a.status, a.error, a.trace_id, a.answer
FROM job_attempts a
JOIN jobs j ON j.id = a.job_id
WHERE j.kind = $1
ORDER BY a.at DESC
LIMIT 1;

-- name: Job_Sweep
-- Removes some that ended long ago, with their attempts.
DELETE FROM jobs j
USING (
    SELECT o.id
    FROM jobs o
    WHERE o.state <> 'queued' AND o.ended_at < now() - CAST($1 AS double precision) * interval '1 second'
      AND (o.state <> 'failed' OR o.ended_at < now() - CAST($2 AS double precision) * interval '1 second')
    ORDER BY o.ended_at
    LIMIT $3
    FOR UPDATE OF o SKIP LOCKED
) old
WHERE j.id = old.id;

-- name: Job_Abandon
-- There is nobody any more to tell of them.
UPDATE jobs SET state = 'dropped', reason = 'removed', ended_at = now() WHERE kind = $1 AND state = 'queued';

-- name: Job_Put
INSERT INTO jobs (id, kind, event, subject, trace_id, body, due_at) VALUES ($1, $2, $3, $4, $5, $6, now());
