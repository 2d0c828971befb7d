-- name: Visitor_Get
SELECT v.id, COALESCE(v.external_id, '') AS external_id, v.name, v.email, v.phone, v.attributes, v.verified, v.locale, v.page, v.device, v.created_at, v.seen_at
FROM visitors v
WHERE v.id = $1;

-- name: Visitor_External
SELECT v.id FROM visitors v WHERE v.external_id = $1;

-- name: Visitor_Put
-- Empty fields leave what is there; an id of the host's, once there, stays.
INSERT INTO visitors AS v (id, external_id, name, email, phone, attributes, verified, locale, page, device, created_at, seen_at)
VALUES (:id, NULLIF(CAST(:external_id AS text), ''), :name, :email, :phone, CAST(COALESCE(NULLIF(CAST(:attributes AS text), ''), '{}') AS jsonb), :verified, :locale,
        CAST(COALESCE(NULLIF(CAST(:page AS text), ''), '{}') AS jsonb), CAST(COALESCE(NULLIF(CAST(:device AS text), ''), '{}') AS jsonb), :created_at, :seen_at)
ON CONFLICT (id) DO UPDATE
SET external_id = COALESCE(v.external_id, excluded.external_id),
    name = COALESCE(NULLIF(excluded.name, ''), v.name),
    email = COALESCE(NULLIF(excluded.email, ''), v.email),
    phone = COALESCE(NULLIF(excluded.phone, ''), v.phone),
    attributes = COALESCE(NULLIF(excluded.attributes, '{}'), v.attributes),
    verified = v.verified OR excluded.verified,
    locale = COALESCE(NULLIF(excluded.locale, ''), v.locale),
    page = COALESCE(NULLIF(excluded.page, '{}'), v.page),
    device = COALESCE(NULLIF(excluded.device, '{}'), v.device),
    seen_at = greatest(v.seen_at, excluded.seen_at)
RETURNING v.id, COALESCE(v.external_id, '') AS external_id, v.name, v.email, v.phone, v.attributes, v.verified, v.locale, v.page, v.device, v.created_at, v.seen_at;

-- name: Visitor_Rename
-- Agents read the name beside each of her conversations.
UPDATE conversations SET visitor_name = $2 WHERE visitor_id = $1 AND visitor_name <> $2;
