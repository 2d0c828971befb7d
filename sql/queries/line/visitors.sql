-- name: Visitor_Get
SELECT v.id, COALESCE(v.external_id, '') AS external_id, v.name, v.email, v.phone, v.attributes, v.card, v.verified, v.locale, v.page, v.device, v.created_at, v.seen_at
FROM visitors v
WHERE v.id = $1;

-- name: Visitor_External
SELECT v.id FROM visitors v WHERE v.external_id = $1;

-- name: Visitor_Put
-- Empty fields leave what is there; an id of the host's, once there, stays. What a host has signed only a host changes.
INSERT INTO visitors AS v (id, external_id, name, email, phone, attributes, card, verified, locale, page, device, created_at, seen_at)
VALUES (:id, NULLIF(CAST(:external_id AS text), ''), :name, :email, :phone, CAST(COALESCE(NULLIF(CAST(:attributes AS text), ''), '{}') AS jsonb),
        CAST(COALESCE(NULLIF(CAST(:card AS text), ''), '{}') AS jsonb), :verified, :locale,
        CAST(COALESCE(NULLIF(CAST(:page AS text), ''), '{}') AS jsonb), CAST(COALESCE(NULLIF(CAST(:device AS text), ''), '{}') AS jsonb), :created_at, :seen_at)
ON CONFLICT (id) DO UPDATE
SET external_id = COALESCE(v.external_id, excluded.external_id),
    name = CASE WHEN v.verified AND NOT excluded.verified THEN v.name ELSE COALESCE(NULLIF(excluded.name, ''), v.name) END,
    email = CASE WHEN v.verified AND NOT excluded.verified THEN v.email ELSE COALESCE(NULLIF(excluded.email, ''), v.email) END,
    phone = CASE WHEN v.verified AND NOT excluded.verified THEN v.phone ELSE COALESCE(NULLIF(excluded.phone, ''), v.phone) END,
    attributes = CASE WHEN v.verified AND NOT excluded.verified THEN v.attributes ELSE COALESCE(NULLIF(excluded.attributes, '{}'), v.attributes) END,
    card = CASE WHEN excluded.verified THEN excluded.card ELSE v.card END,
    verified = v.verified OR excluded.verified,
    locale = COALESCE(NULLIF(excluded.locale, ''), v.locale),
    page = COALESCE(NULLIF(excluded.page, '{}'), v.page),
    device = COALESCE(NULLIF(excluded.device, '{}'), v.device),
    seen_at = greatest(v.seen_at, excluded.seen_at)
RETURNING v.id, COALESCE(v.external_id, '') AS external_id, v.name, v.email, v.phone, v.attributes, v.card, v.verified, v.locale, v.page, v.device, v.created_at, v.seen_at;

-- name: Visitor_Rename
-- Agents read the name beside each of her conversations.
UPDATE conversations SET visitor_name = $2, visitor_verified = $3
WHERE visitor_id = $1 AND (visitor_name <> $2 OR visitor_verified <> $3);

-- name: Visitor_Anonymous
-- Locked, so that she begins no conversation meanwhile.
SELECT v.id FROM visitors v WHERE v.id = $1 AND v.external_id IS NULL FOR UPDATE OF v;

-- name: Visitor_Conversations
SELECT c.id FROM conversations c WHERE c.visitor_id = $1 OR c.visitor_id = $2 AND c.status <> 'closed';

-- name: Visitor_Give
-- All that the first visitor has becomes the second's; what she wrote keeps its author's id the same as its sender's, for
-- otherwise the same message sent again would be another.
UPDATE conversations SET visitor_id = $2 WHERE visitor_id = $1;

-- name: Visitor_GiveMessages
UPDATE messages m SET author_id = $2 FROM conversations c WHERE c.visitor_id = $2 AND m.conversation_id = c.id AND m.author_id = $1;

-- name: Visitor_GiveInbox
UPDATE inbox i SET participant_id = $2 WHERE i.participant_id = $1;

-- name: Visitor_GiveAttachments
UPDATE attachments a SET author_id = $2 FROM conversations c WHERE c.visitor_id = $2 AND a.conversation_id = c.id AND a.author_id = $1;

-- name: Visitor_Empty
-- A conversation in which nobody has written is nobody's loss.
WITH shares AS (DELETE FROM inbox i WHERE i.conversation_id = $1)
DELETE FROM conversations c WHERE c.id = $1 AND c.last_seq = 0 AND c.note_seq = 0;

-- name: Visitor_Drop
DELETE FROM visitors v WHERE v.id = $1;

-- name: Visitor_Proofs
-- Who came within a week, signed and not. A canary is nobody: its conversation is new though something stands in it.
SELECT count(*) FILTER (WHERE v.verified) AS signed, count(*) FILTER (WHERE NOT v.verified) AS unsigned
FROM visitors v
WHERE v.seen_at > now() - interval '7 days'
  AND NOT EXISTS (SELECT 1 FROM conversations c WHERE c.visitor_id = v.id AND c.status = 'new' AND c.last_seq > 0);
