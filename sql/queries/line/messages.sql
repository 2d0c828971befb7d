-- name: Message_Insert
INSERT INTO messages (conversation_id, seq, id, client_id, author_kind, author_id, author_name, kind, text, data, trace_id, created_at)
SELECT n.conversation_id, n.seq, n.id, CAST(NULLIF(n.client_id, '') AS uuid), n.author_kind, CAST(NULLIF(n.author_id, '') AS uuid), n.author_name,
       n.kind, n.text, CAST(NULLIF(n.data, '') AS jsonb), n.trace_id, CAST(n.created_at AS timestamptz)
FROM unnest(
    CAST(:conversation_id AS uuid[]), CAST(:seq AS bigint[]), CAST(:id AS uuid[]), CAST(:client_id AS text[]), CAST(:author_kind AS text[]),
    CAST(:author_id AS text[]), CAST(:author_name AS text[]), CAST(:kind AS text[]), CAST(:text AS text[]), CAST(:data AS text[]),
    CAST(:trace_id AS text[]), CAST(:created_at AS text[])
) AS n (conversation_id, seq, id, client_id, author_kind, author_id, author_name, kind, text, data, trace_id, created_at);

-- name: Message_Repeats
SELECT m.id, m.conversation_id, m.seq, COALESCE(CAST(m.client_id AS text), '') AS client_id, m.author_kind,
       COALESCE(CAST(m.author_id AS text), '') AS author_id, m.author_name, m.kind, m.text, m.data, m.trace_id, m.created_at
FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS uuid[])) AS k (conversation_id, author_id, client_id)
JOIN messages m ON m.conversation_id = k.conversation_id AND m.author_id = k.author_id AND m.client_id = k.client_id;

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

-- name: Note_Insert
INSERT INTO notes (conversation_id, seq, id, client_id, author_id, author_name, text, trace_id, created_at)
SELECT n.conversation_id, n.seq, n.id, n.client_id, n.author_id, n.author_name, n.text, n.trace_id, CAST(n.created_at AS timestamptz)
FROM unnest(
    CAST(:conversation_id AS uuid[]), CAST(:seq AS bigint[]), CAST(:id AS uuid[]), CAST(:client_id AS uuid[]), CAST(:author_id AS uuid[]),
    CAST(:author_name AS text[]), CAST(:text AS text[]), CAST(:trace_id AS text[]), CAST(:created_at AS text[])
) AS n (conversation_id, seq, id, client_id, author_id, author_name, text, trace_id, created_at);

-- name: Note_Repeats
SELECT m.id, m.conversation_id, m.seq, m.client_id, 'agent' AS author_kind, m.author_id, m.author_name, 'note' AS kind, m.text,
       CAST(NULL AS jsonb) AS data, m.trace_id, m.created_at
FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS uuid[])) AS k (conversation_id, author_id, client_id)
JOIN notes m ON m.conversation_id = k.conversation_id AND m.author_id = k.author_id AND m.client_id = k.client_id;

-- name: Note_All
SELECT m.id, m.conversation_id, m.seq, m.client_id, 'agent' AS author_kind, m.author_id, m.author_name, 'note' AS kind, m.text,
       CAST(NULL AS jsonb) AS data, m.trace_id, m.created_at
FROM notes m
WHERE m.conversation_id = $1
ORDER BY m.seq;
