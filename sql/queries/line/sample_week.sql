-- name: Sample_Visitors
INSERT INTO visitors (id, external_id, name, attributes, verified, locale, page, device, created_at, seen_at)
SELECT n.id, NULLIF(n.external_id, ''), n.name, CAST(n.attributes AS jsonb), n.verified, n.locale, CAST(n.page AS jsonb), CAST(n.device AS jsonb), CAST(n.at AS timestamptz), CAST(n.at AS timestamptz)
FROM unnest(
    CAST(:id AS uuid[]), CAST(:external_id AS text[]), CAST(:name AS text[]), CAST(:attributes AS text[]), CAST(:verified AS boolean[]),
    CAST(:locale AS text[]), CAST(:page AS text[]), CAST(:device AS text[]), CAST(:at AS text[])
) AS n (id, external_id, name, attributes, verified, locale, page, device, at);

-- name: Sample_Begin
INSERT INTO conversations (id, visitor_id, visitor_name, visitor_verified, labels, created_at, last_at)
SELECT n.id, n.visitor_id, v.name, v.verified, CASE WHEN n.labels = '' THEN '{}' ELSE string_to_array(n.labels, chr(10)) END, CAST(n.at AS timestamptz), CAST(n.at AS timestamptz)
FROM unnest(CAST(:id AS uuid[]), CAST(:visitor_id AS uuid[]), CAST(:labels AS text[]), CAST(:at AS text[])) AS n (id, visitor_id, labels, at)
JOIN visitors v ON v.id = n.visitor_id;

-- name: Sample_Ratings
INSERT INTO ratings (conversation_id, score, comment, created_at)
SELECT n.id, n.score, n.comment, CAST(n.at AS timestamptz)
FROM unnest(CAST(:id AS uuid[]), CAST(:score AS bigint[]), CAST(:comment AS text[]), CAST(:at AS text[])) AS n (id, score, comment, at);

-- name: Sample_Attachments
INSERT INTO attachments (id, conversation_id, author_id, kind, name, media_type, size, width, height, blob, named, created_at)
SELECT n.id, n.conversation_id, n.author_id, 'image', n.name, 'image/jpeg', n.size, n.width, n.height, n.blob, true, CAST(n.at AS timestamptz)
FROM unnest(
    CAST(:id AS uuid[]), CAST(:conversation_id AS uuid[]), CAST(:author_id AS uuid[]), CAST(:name AS text[]), CAST(:size AS bigint[]),
    CAST(:width AS bigint[]), CAST(:height AS bigint[]), CAST(:blob AS text[]), CAST(:at AS text[])
) AS n (id, conversation_id, author_id, name, size, width, height, blob, at);

-- name: Sample_Shares
-- What each participant has read: the fan-out knows only what she wrote.
INSERT INTO inbox (participant_id, conversation_id, unread, delivered_seq, read_seq, last_seq, last_at)
SELECT p.who, c.id, (SELECT count(*) FROM messages m WHERE m.conversation_id = c.id AND m.seq > p.read AND m.kind <> 'notice' AND m.author_id IS DISTINCT FROM p.who),
       p.read, p.read, c.last_seq, c.last_at
FROM conversations c
CROSS JOIN LATERAL (VALUES (c.visitor_id, c.visitor_read), (c.agent_id, c.agent_read)) AS p (who, read)
WHERE c.id = ANY (CAST($1 AS uuid[])) AND p.who IS NOT NULL
ON CONFLICT (participant_id, conversation_id) DO UPDATE SET unread = excluded.unread, delivered_seq = excluded.delivered_seq, read_seq = excluded.read_seq;

-- name: Sample_Used
-- Whether anybody has ever written on the line.
SELECT EXISTS (SELECT 1 FROM conversations c WHERE c.last_seq > 0 AND c.status <> 'new');
