-- name: Attachment_Put
INSERT INTO attachments (id, conversation_id, author_id, kind, name, media_type, size, width, height, blob, created_at)
VALUES (:id, :conversation_id, :author_id, :kind, :name, :media_type, :size, :width, :height, :blob, :created_at);

-- name: Attachment_Get
SELECT a.id, a.conversation_id, a.author_id, a.kind, a.name, a.media_type, a.size, COALESCE(a.width, 0) AS width, COALESCE(a.height, 0) AS height, a.blob, a.named, a.created_at
FROM attachments a
WHERE a.id = $1;

-- name: Attachment_Stale
SELECT a.id, a.conversation_id, a.author_id, a.kind, a.name, a.media_type, a.size, COALESCE(a.width, 0) AS width, COALESCE(a.height, 0) AS height, a.blob, a.named, a.created_at
FROM attachments a
WHERE NOT a.named AND a.created_at < now() - interval '1 day'
ORDER BY a.created_at
LIMIT $1;

-- name: Attachment_Drop
DELETE FROM attachments a WHERE a.id = $1 AND NOT a.named;
