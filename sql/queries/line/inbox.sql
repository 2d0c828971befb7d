-- name: Inbox_Get
SELECT i.unread, i.delivered_seq, i.read_seq, i.last_seq, i.last_at FROM inbox i WHERE i.participant_id = $1 AND i.conversation_id = $2;

-- name: Inbox_Put
-- Sets one participant's row while the conversation is locked.
INSERT INTO inbox AS i (participant_id, conversation_id, unread, delivered_seq, read_seq, last_seq, last_at)
VALUES (:participant_id, :conversation_id, :unread, :delivered_seq, :read_seq, :last_seq, :last_at)
ON CONFLICT (participant_id, conversation_id) DO UPDATE
SET unread = excluded.unread, delivered_seq = greatest(i.delivered_seq, excluded.delivered_seq), read_seq = greatest(i.read_seq, excluded.read_seq),
    last_seq = greatest(i.last_seq, excluded.last_seq), last_at = greatest(i.last_at, excluded.last_at);

-- name: Inbox_Unread
SELECT CAST(COALESCE(sum(i.unread), 0) AS bigint) FROM inbox i WHERE i.participant_id = $1;

-- name: Inbox_Counts
SELECT count(*) FILTER (WHERE c.status = 'open' AND c.agent_id = $1) AS mine,
       count(*) FILTER (WHERE c.status = 'waiting') AS queue,
       count(*) AS whole
FROM conversations c
WHERE c.status IN ('waiting', 'open');

-- name: Inbox_Heads
SELECT c.id, c.last_seq FROM conversations c WHERE c.status IN ('waiting', 'open', 'snoozed');

-- name: Inbox_Mine
-- The lists are read in their index' order until the page is full. Postgres thinks that the filters leave nothing and that
-- sorting all of it is as good; OFFSET 0 keeps them apart from the reading.
SELECT c.id, c.visitor_id, c.visitor_name, c.visitor_verified, c.status, COALESCE(CAST(c.agent_id AS text), '') AS agent_id, c.agent_name, c.reason,
       c.last_seq, c.note_seq, c.preview, c.preview_by, c.labels, c.visitor_delivered, c.visitor_read, c.agent_read,
       c.created_at, c.last_at, c.waiting_since, c.assigned_at, c.replied_at, c.closed_at, c.snoozed_until, c.left_at, c.contact, c.bot, c.human_at,
       COALESCE((SELECT r.score FROM ratings r WHERE r.conversation_id = c.id), 0) AS score,
       greatest(0, COALESCE(i.unread + c.last_seq - i.last_seq, c.last_seq - c.agent_read)) AS unread
FROM (
    SELECT * FROM conversations w
    WHERE w.agent_id = CAST(:agent AS uuid) AND w.status IN ('open', 'snoozed') AND w.last_at <= :at AND (w.last_at < :at OR w.id > CAST(:id AS uuid))
    ORDER BY w.last_at DESC, w.id
    OFFSET 0
) c
LEFT JOIN inbox i ON i.participant_id = CAST(:agent AS uuid) AND i.conversation_id = c.id
WHERE c.status = ANY (CAST(:statuses AS text[]))
  AND (CAST(:only AS uuid) IS NULL OR c.id = CAST(:only AS uuid))
  AND (CAST(:label AS text) = '' OR c.labels @> ARRAY[CAST(:label AS text)])
  AND (CAST(:holder AS text) = '' OR COALESCE(CAST(c.agent_id AS text), 'none') = CAST(:holder AS text))
  AND (NOT CAST(:unread AS boolean) OR COALESCE(i.unread + c.last_seq - i.last_seq, c.last_seq - c.agent_read) > 0)
  AND (CAST(:waited AS integer) = 0 OR c.status = 'waiting' AND c.waiting_since <= now() - CAST(:waited AS integer) * interval '1 minute')
ORDER BY c.last_at DESC, c.id
LIMIT :size;

-- name: Inbox_Queue
SELECT c.id, c.visitor_id, c.visitor_name, c.visitor_verified, c.status, COALESCE(CAST(c.agent_id AS text), '') AS agent_id, c.agent_name, c.reason,
       c.last_seq, c.note_seq, c.preview, c.preview_by, c.labels, c.visitor_delivered, c.visitor_read, c.agent_read,
       c.created_at, c.last_at, c.waiting_since, c.assigned_at, c.replied_at, c.closed_at, c.snoozed_until, c.left_at, c.contact, c.bot, c.human_at,
       COALESCE((SELECT r.score FROM ratings r WHERE r.conversation_id = c.id), 0) AS score,
       greatest(0, COALESCE(i.unread + c.last_seq - i.last_seq, c.last_seq - c.agent_read)) AS unread
FROM (
    SELECT * FROM conversations w
    WHERE w.status = 'waiting' AND (w.waiting_since, w.id) > (CAST(:at AS timestamptz), CAST(:id AS uuid))
    ORDER BY w.waiting_since, w.id
    OFFSET 0
) c
LEFT JOIN inbox i ON i.participant_id = CAST(:agent AS uuid) AND i.conversation_id = c.id
WHERE (CAST(:only AS uuid) IS NULL OR c.id = CAST(:only AS uuid))
  AND (CAST(:label AS text) = '' OR c.labels @> ARRAY[CAST(:label AS text)])
  AND (CAST(:holder AS text) = '' OR COALESCE(CAST(c.agent_id AS text), 'none') = CAST(:holder AS text))
  AND (NOT CAST(:unread AS boolean) OR COALESCE(i.unread + c.last_seq - i.last_seq, c.last_seq - c.agent_read) > 0)
  AND (CAST(:waited AS integer) = 0 OR c.status = 'waiting' AND c.waiting_since <= now() - CAST(:waited AS integer) * interval '1 minute')
ORDER BY c.waiting_since, c.id
LIMIT :size;

-- name: Inbox_All
SELECT c.id, c.visitor_id, c.visitor_name, c.visitor_verified, c.status, COALESCE(CAST(c.agent_id AS text), '') AS agent_id, c.agent_name, c.reason,
       c.last_seq, c.note_seq, c.preview, c.preview_by, c.labels, c.visitor_delivered, c.visitor_read, c.agent_read,
       c.created_at, c.last_at, c.waiting_since, c.assigned_at, c.replied_at, c.closed_at, c.snoozed_until, c.left_at, c.contact, c.bot, c.human_at,
       COALESCE((SELECT r.score FROM ratings r WHERE r.conversation_id = c.id), 0) AS score,
       greatest(0, COALESCE(i.unread + c.last_seq - i.last_seq, c.last_seq - c.agent_read)) AS unread
FROM (
    SELECT * FROM conversations w
    WHERE w.status IN ('waiting', 'open', 'snoozed') AND w.last_at <= :at AND (w.last_at < :at OR w.id > CAST(:id AS uuid))
    ORDER BY w.last_at DESC, w.id
    OFFSET 0
) c
LEFT JOIN inbox i ON i.participant_id = CAST(:agent AS uuid) AND i.conversation_id = c.id
WHERE c.status = ANY (CAST(:statuses AS text[]))
  AND (CAST(:only AS uuid) IS NULL OR c.id = CAST(:only AS uuid))
  AND (CAST(:label AS text) = '' OR c.labels @> ARRAY[CAST(:label AS text)])
  AND (CAST(:holder AS text) = '' OR COALESCE(CAST(c.agent_id AS text), 'none') = CAST(:holder AS text))
  AND (NOT CAST(:unread AS boolean) OR COALESCE(i.unread + c.last_seq - i.last_seq, c.last_seq - c.agent_read) > 0)
  AND (CAST(:waited AS integer) = 0 OR c.status = 'waiting' AND c.waiting_since <= now() - CAST(:waited AS integer) * interval '1 minute')
ORDER BY c.last_at DESC, c.id
LIMIT :size;

-- name: Inbox_Closed
-- Those of one agent only when mine is set.
SELECT c.id, c.visitor_id, c.visitor_name, c.visitor_verified, c.status, COALESCE(CAST(c.agent_id AS text), '') AS agent_id, c.agent_name, c.reason,
       c.last_seq, c.note_seq, c.preview, c.preview_by, c.labels, c.visitor_delivered, c.visitor_read, c.agent_read,
       c.created_at, c.last_at, c.waiting_since, c.assigned_at, c.replied_at, c.closed_at, c.snoozed_until, c.left_at, c.contact, c.bot, c.human_at,
       COALESCE((SELECT r.score FROM ratings r WHERE r.conversation_id = c.id), 0) AS score,
       greatest(0, COALESCE(i.unread + c.last_seq - i.last_seq, c.last_seq - c.agent_read)) AS unread
FROM (
    SELECT * FROM conversations w
    WHERE w.status = 'closed' AND w.last_at <= :at AND (w.last_at < :at OR w.id > CAST(:id AS uuid))
    ORDER BY w.last_at DESC, w.id
    OFFSET 0
) c
LEFT JOIN inbox i ON i.participant_id = CAST(:agent AS uuid) AND i.conversation_id = c.id
WHERE (NOT CAST(:mine AS boolean) OR c.agent_id = CAST(:agent AS uuid))
  AND (CAST(:only AS uuid) IS NULL OR c.id = CAST(:only AS uuid))
  AND (CAST(:label AS text) = '' OR c.labels @> ARRAY[CAST(:label AS text)])
  AND (CAST(:holder AS text) = '' OR COALESCE(CAST(c.agent_id AS text), 'none') = CAST(:holder AS text))
  AND (NOT CAST(:unread AS boolean) OR COALESCE(i.unread + c.last_seq - i.last_seq, c.last_seq - c.agent_read) > 0)
  AND (CAST(:waited AS integer) = 0 OR c.status = 'waiting' AND c.waiting_since <= now() - CAST(:waited AS integer) * interval '1 minute')
ORDER BY c.last_at DESC, c.id
LIMIT :size;

-- name: Inbox_Any
-- Whatever their status. Postgres merges nothing here: the index on last_at has all of them, those nobody wrote in among them.
SELECT c.id, c.visitor_id, c.visitor_name, c.visitor_verified, c.status, COALESCE(CAST(c.agent_id AS text), '') AS agent_id, c.agent_name, c.reason,
       c.last_seq, c.note_seq, c.preview, c.preview_by, c.labels, c.visitor_delivered, c.visitor_read, c.agent_read,
       c.created_at, c.last_at, c.waiting_since, c.assigned_at, c.replied_at, c.closed_at, c.snoozed_until, c.left_at, c.contact, c.bot, c.human_at,
       COALESCE((SELECT r.score FROM ratings r WHERE r.conversation_id = c.id), 0) AS score,
       greatest(0, COALESCE(i.unread + c.last_seq - i.last_seq, c.last_seq - c.agent_read)) AS unread
FROM (
    SELECT * FROM conversations w
    WHERE w.status <> 'new' AND w.last_at <= :at AND (w.last_at < :at OR w.id > CAST(:id AS uuid))
    ORDER BY w.last_at DESC, w.id
    OFFSET 0
) c
LEFT JOIN inbox i ON i.participant_id = CAST(:agent AS uuid) AND i.conversation_id = c.id
WHERE c.status = ANY (CAST(:statuses AS text[]))
  AND (CAST(:only AS uuid) IS NULL OR c.id = CAST(:only AS uuid))
  AND (CAST(:label AS text) = '' OR c.labels @> ARRAY[CAST(:label AS text)])
  AND (CAST(:holder AS text) = '' OR COALESCE(CAST(c.agent_id AS text), 'none') = CAST(:holder AS text))
  AND (NOT CAST(:unread AS boolean) OR COALESCE(i.unread + c.last_seq - i.last_seq, c.last_seq - c.agent_read) > 0)
  AND (CAST(:waited AS integer) = 0 OR c.status = 'waiting' AND c.waiting_since <= now() - CAST(:waited AS integer) * interval '1 minute')
ORDER BY c.last_at DESC, c.id
LIMIT :size;

-- name: Inbox_Among
-- Those named, whatever their status.
SELECT c.id, c.visitor_id, c.visitor_name, c.visitor_verified, c.status, COALESCE(CAST(c.agent_id AS text), '') AS agent_id, c.agent_name, c.reason,
       c.last_seq, c.note_seq, c.preview, c.preview_by, c.labels, c.visitor_delivered, c.visitor_read, c.agent_read,
       c.created_at, c.last_at, c.waiting_since, c.assigned_at, c.replied_at, c.closed_at, c.snoozed_until, c.left_at, c.contact, c.bot, c.human_at,
       COALESCE((SELECT r.score FROM ratings r WHERE r.conversation_id = c.id), 0) AS score,
       greatest(0, COALESCE(i.unread + c.last_seq - i.last_seq, c.last_seq - c.agent_read)) AS unread
FROM (
    SELECT * FROM conversations w
    WHERE w.id = ANY (CAST(:among AS uuid[])) AND w.last_at <= :at AND (w.last_at < :at OR w.id > CAST(:id AS uuid))
    ORDER BY w.last_at DESC, w.id
    OFFSET 0
) c
LEFT JOIN inbox i ON i.participant_id = CAST(:agent AS uuid) AND i.conversation_id = c.id
WHERE c.status = ANY (CAST(:statuses AS text[]))
  AND (CAST(:only AS uuid) IS NULL OR c.id = CAST(:only AS uuid))
  AND (CAST(:label AS text) = '' OR c.labels @> ARRAY[CAST(:label AS text)])
  AND (CAST(:holder AS text) = '' OR COALESCE(CAST(c.agent_id AS text), 'none') = CAST(:holder AS text))
  AND (NOT CAST(:unread AS boolean) OR COALESCE(i.unread + c.last_seq - i.last_seq, c.last_seq - c.agent_read) > 0)
  AND (CAST(:waited AS integer) = 0 OR c.status = 'waiting' AND c.waiting_since <= now() - CAST(:waited AS integer) * interval '1 minute')
ORDER BY c.last_at DESC, c.id
LIMIT :size;

-- name: Inbox_Labels
-- The labels in use.
SELECT DISTINCT l.label FROM conversations c, unnest(c.labels) AS l (label)
WHERE c.status IN ('waiting', 'open', 'snoozed') ORDER BY l.label LIMIT 200;
