-- name: Conversation_Get
-- The place in the queue is counted no further than 1,000: it is asked for with every heartbeat of whoever waits.
SELECT c.id, c.visitor_id, c.visitor_name, c.visitor_verified, c.status, COALESCE(CAST(c.agent_id AS text), '') AS agent_id, c.agent_name, c.reason,
       c.last_seq, c.note_seq, c.preview, c.preview_by, c.labels, c.visitor_delivered, c.visitor_read, c.agent_read,
       c.created_at, c.last_at, c.waiting_since, c.assigned_at, c.replied_at, c.closed_at, c.snoozed_until, c.left_at, c.contact, c.bot, c.human_at, c.answers, COALESCE(CAST(c.team_id AS text), '') AS team_id, c.team_name, c.skill,
       COALESCE((SELECT r.score FROM ratings r WHERE r.conversation_id = c.id), 0) AS score,
       CASE WHEN c.status <> 'waiting' THEN 0 ELSE (SELECT count(*) FROM (
           SELECT 1 FROM conversations w
           WHERE w.status = 'waiting' AND (w.turn, w.waiting_since, w.id) <= (c.turn, c.waiting_since, c.id)
           LIMIT 1000) ahead) END AS place
FROM conversations c
WHERE c.id = ANY (CAST($1 AS uuid[]))
ORDER BY c.created_at DESC, c.id DESC;

-- name: Conversation_Lock
-- In id order, so that no two transactions wait for each other.
SELECT c.id, c.visitor_id, c.visitor_name, c.visitor_verified, c.status, COALESCE(CAST(c.agent_id AS text), '') AS agent_id, c.agent_name, c.reason,
       c.last_seq, c.note_seq, c.preview, c.preview_by, c.labels, c.visitor_delivered, c.visitor_read, c.agent_read,
       c.created_at, c.last_at, c.waiting_since, c.assigned_at, c.replied_at, c.closed_at, c.snoozed_until, c.left_at, c.contact, c.bot, c.human_at,
       COALESCE((SELECT r.score FROM ratings r WHERE r.conversation_id = c.id), 0) AS score, clock_timestamp() AS now,
       COALESCE(CAST(c.team_id AS text), '') AS team_id, c.team_name, c.skill
FROM conversations c
WHERE c.id = ANY (CAST($1 AS uuid[]))
ORDER BY c.id
FOR UPDATE OF c;

-- name: Conversation_Hold
-- Takes a row and waits for it.
SELECT 1 FROM conversations c WHERE c.id = $1 FOR NO KEY UPDATE;

-- name: Conversation_Begin
INSERT INTO conversations (id, visitor_id, visitor_name, visitor_verified, created_at, had_by)
SELECT CAST($1 AS uuid), v.id, v.name, v.verified, CAST($3 AS timestamptz),
    (SELECT c.had_by FROM conversations c WHERE c.visitor_id = v.id ORDER BY c.created_at DESC, c.id DESC LIMIT 1)
FROM visitors v
WHERE v.id = $2
ON CONFLICT (visitor_id) WHERE status <> 'closed' DO NOTHING;

-- name: Conversation_Current
SELECT c.id FROM conversations c WHERE c.visitor_id = $1 AND c.status <> 'closed';

-- name: Conversation_Earlier
SELECT c.id FROM conversations c WHERE c.visitor_id = $1 ORDER BY c.created_at DESC, c.id DESC LIMIT $2;

-- name: Conversation_Exists
SELECT EXISTS (SELECT 1 FROM conversations c WHERE c.id = $1);

-- name: Conversation_Waiting
SELECT c.id FROM conversations c WHERE c.status = 'waiting' ORDER BY c.turn, c.waiting_since, c.id LIMIT $1;

-- name: Conversation_Ready
-- Whether one waits for people; its line's assistant has had its time, or its visitor does not want it.
SELECT c.id FROM conversations c
WHERE c.status = 'waiting' AND (CAST($1 AS integer) = 0 OR c.human_at IS NOT NULL OR c.waiting_since <= clock_timestamp() - CAST($1 AS integer) * interval '1 second')
ORDER BY c.waiting_since, c.id LIMIT 1;

-- name: Conversation_Places
SELECT q.id, q.place
FROM (
    SELECT w.id, row_number() OVER (ORDER BY w.turn, w.waiting_since, w.id) AS place
    FROM conversations w
    WHERE w.status = 'waiting'
    ORDER BY w.turn, w.waiting_since, w.id
    LIMIT 1000
) q
WHERE q.id = ANY (CAST($1 AS uuid[]));

-- name: Conversation_Due
SELECT c.id FROM conversations c WHERE c.status = 'snoozed' AND c.snoozed_until <= clock_timestamp() ORDER BY c.id LIMIT 500;

-- name: Conversation_Label
UPDATE conversations SET labels = CAST($2 AS text[]) WHERE id = $1;

-- name: Conversation_Leave
-- While the row is locked. The first time stays.
UPDATE conversations SET left_at = COALESCE(left_at, CAST($2 AS timestamptz)), contact = $3 WHERE id = $1;

-- name: Conversation_Human
-- While the row is locked.
UPDATE conversations SET human_at = CAST($2 AS timestamptz) WHERE id = $1;

-- name: Conversation_Answer
UPDATE conversations SET answers = CAST($3 AS jsonb) WHERE id = $1 AND visitor_id = $2;

-- name: Conversation_Rate
-- No row when there is a rating that may not be changed any more. What was rated before it ended anew is rated anew.
INSERT INTO ratings AS r (conversation_id, score, tags, comment, created_at)
VALUES (:conversation_id, :score, CAST(:tags AS text[]), :comment, CAST(:now AS timestamptz))
ON CONFLICT (conversation_id) DO UPDATE
SET score = excluded.score, tags = excluded.tags, comment = excluded.comment,
    created_at = CASE WHEN r.created_at < CAST(:closed AS timestamptz) THEN excluded.created_at ELSE r.created_at END
WHERE r.created_at > CAST(:since AS timestamptz) OR r.created_at < CAST(:closed AS timestamptz)
RETURNING r.created_at = CAST(:now AS timestamptz) AS first;

-- name: Conversation_Rating
SELECT r.score, r.tags, r.comment, r.created_at FROM ratings r WHERE r.conversation_id = $1;

-- name: Conversation_Recent
-- In one that is new nobody has written but a canary.
SELECT c.id, c.last_seq FROM conversations c WHERE c.last_at > now() - CAST($1 AS double precision) * interval '1 second' AND c.status <> 'new';
