-- name: Canary_Old
-- A conversation that is new though something stands in it is a canary's: the first word of a person makes it wait.
SELECT c.id
FROM conversations c
WHERE c.status = 'new' AND c.last_seq > 0
  AND (c.visitor_name = NULLIF($1, '') OR c.last_at < now() - interval '1 day')
  AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.kind <> 'canary')
LIMIT 3
FOR UPDATE OF c SKIP LOCKED;

-- name: Canary_DropMessages
DELETE FROM messages m WHERE m.conversation_id = ANY (CAST($1 AS uuid[]));

-- name: Canary_DropTraces
DELETE FROM traces r WHERE r.conversation_id = ANY (CAST($1 AS uuid[]));

-- name: Canary_DropInbox
DELETE FROM inbox i WHERE i.conversation_id = ANY (CAST($1 AS uuid[]));

-- name: Canary_Drop
-- With its visitor, who has no other conversation.
WITH gone AS (DELETE FROM conversations c WHERE c.id = ANY (CAST($1 AS uuid[])) RETURNING c.visitor_id)
DELETE FROM visitors v USING gone WHERE v.id = gone.visitor_id;
