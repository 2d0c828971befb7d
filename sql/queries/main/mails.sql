-- name: Mail_Put
INSERT INTO mails (id, kind, to_email, locale, invitation_id, trace_id)
VALUES (:id, :kind, :to_email, :locale, CAST(nullif(:invitation_id, '') AS uuid), :trace_id)
ON CONFLICT (lower(to_email)) WHERE kind = 'forgot' AND state = 'queued' DO NOTHING;

-- name: Mail_Take
-- Takes what is due. It is due again when the lease is over.
UPDATE mails m
SET due_at = clock_timestamp() + CAST($2 AS double precision) * interval '1 second', lease = CAST($3 AS uuid), tries = m.tries + 1
FROM (
    SELECT q.id FROM mails q WHERE q.state = 'queued' AND q.due_at <= clock_timestamp() ORDER BY q.due_at LIMIT $1 FOR UPDATE OF q SKIP LOCKED
) d
WHERE m.id = d.id
RETURNING m.id, m.kind, m.to_email, m.locale, COALESCE(CAST(m.invitation_id AS text), '') AS invitation_id, m.trace_id, m.state, m.error, m.tries, m.created_at,
          COALESCE(CAST(m.lease AS text), '') AS lease;

-- name: Mail_End
-- Only whoever holds it may.
UPDATE mails
SET state = :state, error = :error, tries = tries - CAST(:untried AS integer), lease = NULL,
    due_at = clock_timestamp() + CAST(:after AS double precision) * interval '1 second',
    ended_at = CASE WHEN CAST(:state AS text) = 'queued' THEN NULL ELSE clock_timestamp() END
WHERE id = CAST(:id AS uuid) AND lease = CAST(:lease AS uuid);

-- name: Mail_Sweep
DELETE FROM mails WHERE state <> 'queued' AND ended_at < clock_timestamp() - CAST($1 AS double precision) * interval '1 second';
