-- name: Draft_Stand
-- Where the conversations of drafts stand, and what was written under the drafts' keys before, all at one moment.
SELECT k.n, c.id, c.visitor_id, c.visitor_name, c.visitor_verified, c.status, COALESCE(CAST(c.agent_id AS text), '') AS agent_id, c.agent_name, c.reason,
       c.last_seq, c.note_seq, c.preview, c.preview_by, c.labels, c.visitor_delivered, c.visitor_read, c.agent_read,
       c.created_at, c.last_at, c.waiting_since, c.assigned_at, c.replied_at, c.closed_at, c.snoozed_until, c.left_at, c.contact, c.bot, c.human_at,
       COALESCE((SELECT r.score FROM ratings r WHERE r.conversation_id = c.id), 0) AS score, clock_timestamp() AS now,
       COALESCE(CAST(c.team_id AS text), '') AS team_id, c.team_name, c.skill, CAST(c.xmin AS text) AS version,
       CASE WHEN k.client_id = '' THEN NULL
            WHEN k.note THEN (SELECT to_jsonb(o) FROM notes o
                WHERE o.conversation_id = k.conversation_id AND o.author_id = CAST(k.author_id AS uuid) AND o.client_id = CAST(k.client_id AS uuid))
            ELSE (SELECT to_jsonb(m) FROM messages m
                WHERE m.conversation_id = k.conversation_id AND m.author_id = CAST(k.author_id AS uuid) AND m.client_id = CAST(k.client_id AS uuid))
       END AS first
FROM unnest(CAST($1 AS uuid[]), CAST($2 AS text[]), CAST($3 AS text[]), CAST($4 AS boolean[])) WITH ORDINALITY AS k (conversation_id, author_id, client_id, note, n)
JOIN conversations c ON c.id = k.conversation_id;

-- name: Batch_Write
-- See write_batch: which of the rows were written to.
SELECT write_batch(
    :row.id, :row.version, :row.status, :row.agent_id, :row.agent_name, :row.reason, :row.bot, :row.last_seq, :row.note_seq, :row.preview, :row.preview_by,
    :row.visitor_delivered, :row.visitor_read, :row.agent_read, :row.last_at, :row.waiting_since, :row.assigned_at, :row.replied_at, :row.closed_at,
    :row.snoozed_until,
    :message.at, :message.seq, :message.id, :message.client_id, :message.author_kind, :message.author_id, :message.author_name, :message.kind,
    :message.text, :message.data, :message.trace_id, :message.created_at,
    :share.at, :share.participant_id, :share.unread, :share.read_seq, :share.last_seq, :share.last_at,
    :note.at, :note.seq, :note.id, :note.client_id, :note.author_id, :note.author_name, :note.text, :note.trace_id, :note.created_at,
    :named.at, :named.id
);

-- name: Message_After
SELECT m.id, m.conversation_id, m.seq, COALESCE(CAST(m.client_id AS text), '') AS client_id, m.author_kind,
       COALESCE(CAST(m.author_id AS text), '') AS author_id, m.author_name, m.kind, m.text, m.data, m.trace_id, m.created_at
FROM messages m
WHERE m.conversation_id = $1 AND m.seq > $2
ORDER BY m.seq
LIMIT $3;

-- name: Message_Before
SELECT m.id, m.conversation_id, m.seq, COALESCE(CAST(m.client_id AS text), '') AS client_id, m.author_kind,
       COALESCE(CAST(m.author_id AS text), '') AS author_id, m.author_name, m.kind, m.text, m.data, m.trace_id, m.created_at
FROM messages m
WHERE m.conversation_id = $1 AND m.seq < $2
ORDER BY m.seq DESC
LIMIT $3;

-- name: Message_At
SELECT m.id, m.conversation_id, m.seq, COALESCE(CAST(m.client_id AS text), '') AS client_id, m.author_kind,
       COALESCE(CAST(m.author_id AS text), '') AS author_id, m.author_name, m.kind, m.text, m.data, m.trace_id, m.created_at
FROM messages m
WHERE m.conversation_id = $1 AND m.seq = $2;

-- name: Message_Named
-- What others refer to.
SELECT m.id, m.conversation_id, m.seq, COALESCE(CAST(m.client_id AS text), '') AS client_id, m.author_kind,
       COALESCE(CAST(m.author_id AS text), '') AS author_id, m.author_name, m.kind, m.text, m.data, m.trace_id, m.created_at
FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[])) AS k (conversation_id, seq)
JOIN messages m ON m.conversation_id = k.conversation_id AND m.seq = k.seq;

-- name: Message_Blank
-- What its author took back is gone; the entry stays, and says so.
UPDATE messages SET kind = 'notice', text = '', data = CAST($3 AS jsonb) WHERE conversation_id = $1 AND seq = $2;

-- name: Message_Unquote
-- Who quoted it has its words no longer either.
UPDATE messages SET data = jsonb_set(data, '{quote,excerpt}', '""')
WHERE conversation_id = $1 AND seq > $2 AND data @> jsonb_build_object('quote', jsonb_build_object('seq', CAST($2 AS bigint)));

-- name: Message_Newest
-- The newest that somebody wrote.
SELECT m.id, m.conversation_id, m.seq, COALESCE(CAST(m.client_id AS text), '') AS client_id, m.author_kind,
       COALESCE(CAST(m.author_id AS text), '') AS author_id, m.author_name, m.kind, m.text, m.data, m.trace_id, m.created_at
FROM messages m
WHERE m.conversation_id = $1 AND m.kind <> 'notice'
ORDER BY m.seq DESC
LIMIT 1;

-- name: Message_Unread
-- What the participant has not read: everybody's messages but her own, notices left out.
SELECT count(*)
FROM messages m
WHERE m.conversation_id = $1 AND m.seq > $2 AND m.kind <> 'notice' AND m.author_id IS DISTINCT FROM CAST($3 AS uuid);

-- name: Note_All
SELECT m.id, m.conversation_id, m.seq, m.client_id, 'agent' AS author_kind, m.author_id, m.author_name, 'note' AS kind, m.text,
       CAST(NULL AS jsonb) AS data, m.trace_id, m.created_at
FROM notes m
WHERE m.conversation_id = $1
ORDER BY m.seq;
