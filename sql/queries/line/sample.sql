-- name: Sample_Messages
UPDATE messages m SET created_at = CAST($2 AS timestamptz) - (c.last_seq - m.seq) * make_interval(secs => $3)
FROM conversations c WHERE c.id = $1 AND m.conversation_id = c.id;

-- name: Sample_Notes
UPDATE notes SET created_at = CAST($2 AS timestamptz) WHERE conversation_id = $1;

-- name: Sample_Inbox
UPDATE inbox SET last_at = CAST($2 AS timestamptz) WHERE conversation_id = $1;

-- name: Sample_Conversation
UPDATE conversations c SET
    last_at = CAST($2 AS timestamptz),
    created_at = f.first,
    waiting_since = CASE WHEN c.waiting_since IS NULL THEN NULL ELSE f.first END,
    assigned_at = CASE WHEN c.assigned_at IS NULL THEN NULL ELSE f.first END,
    replied_at = CASE WHEN c.replied_at IS NULL THEN NULL ELSE f.first + make_interval(secs => $3) END,
    closed_at = CASE WHEN c.closed_at IS NULL THEN NULL ELSE CAST($2 AS timestamptz) END
FROM (SELECT min(created_at) AS first FROM messages WHERE conversation_id = $1) f
WHERE c.id = $1;
