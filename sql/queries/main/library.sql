-- name: Canned_List
SELECT id, coalesce(line, '') AS line, coalesce(CAST(owner_id AS text), '') AS owner_id, category, shortcut, title, body, locale
FROM canned_replies
WHERE (line IS NULL OR line = ANY (CAST($2 AS text[]))) AND (owner_id IS NULL OR owner_id = CAST(nullif(CAST($1 AS text), '') AS uuid))
ORDER BY shortcut, locale, id;

-- name: Canned_All
SELECT id, coalesce(line, '') AS line, coalesce(CAST(owner_id AS text), '') AS owner_id, category, shortcut, title, body, locale
FROM canned_replies
ORDER BY shortcut, locale, id;

-- name: Canned_Get
SELECT id, coalesce(line, '') AS line, coalesce(CAST(owner_id AS text), '') AS owner_id, category, shortcut, title, body, locale
FROM canned_replies WHERE id = $1;

-- name: Canned_Put
INSERT INTO canned_replies (id, line, owner_id, category, shortcut, title, body, locale)
VALUES (:id, nullif(:line, ''), CAST(nullif(:owner_id, '') AS uuid), :category, :shortcut, :title, :body, :locale)
ON CONFLICT (id) DO UPDATE SET line = excluded.line, owner_id = excluded.owner_id, category = excluded.category, shortcut = excluded.shortcut, title = excluded.title,
    body = excluded.body, locale = excluded.locale;

-- name: Canned_Drop
DELETE FROM canned_replies WHERE id = $1;
