-- name: Line_List
SELECT name, title, color, dsn, origins, locale, greeting, reply_time, routing, signing, identity_secrets, hours, questions, COALESCE(settings -> 'attributes', '[]') AS attributes, queue, escalation, push_url, push_secrets, push_preview, push_delay, left_dsn FROM lines ORDER BY name;

-- name: Line_Put
-- A line that is there stays where it is, whatever dsn says: only a move takes its conversations along.
INSERT INTO lines (name, title, color, dsn, origins, locale, greeting, reply_time)
VALUES (:name, :title, :color, :dsn, :origins, :locale, :greeting, :reply_time)
ON CONFLICT (name) DO UPDATE SET title = excluded.title, color = excluded.color, origins = excluded.origins,
    locale = excluded.locale, greeting = excluded.greeting, reply_time = excluded.reply_time
RETURNING dsn, routing, signing, identity_secrets, hours, questions, COALESCE(settings -> 'attributes', '[]') AS attributes, queue, escalation, push_url, push_secrets, push_preview, push_delay;

-- name: Line_Identity
UPDATE lines SET signing = $2, identity_secrets = CAST($3 AS text[]) WHERE name = $1;

-- name: Line_Hours
UPDATE lines SET hours = CAST($2 AS jsonb) WHERE name = $1;

-- name: Line_Push
UPDATE lines SET push_url = :push_url, push_secrets = CAST(:push_secrets AS text[]), push_preview = :push_preview, push_delay = :push_delay WHERE name = :name;

-- name: Line_Questions
UPDATE lines SET questions = CAST($2 AS jsonb) WHERE name = $1;

-- name: Line_Queue
UPDATE lines SET queue = CAST($2 AS jsonb) WHERE name = $1;

-- name: Line_Escalation
UPDATE lines SET escalation = CAST($2 AS jsonb) WHERE name = $1;

-- name: Line_Routing
UPDATE lines SET routing = CAST($2 AS jsonb) WHERE name = $1;

-- name: Line_Where
SELECT l.dsn, l.left_dsn FROM lines l WHERE l.name = $1;

-- name: Line_Move
UPDATE lines SET dsn = $2, left_dsn = dsn WHERE name = $1 AND dsn = $3;

-- name: Line_Forget
UPDATE lines SET left_dsn = NULL WHERE name = $1;

-- name: Line_Lock
-- Held by whoever moves the line, as long as her connection lives.
SELECT pg_try_advisory_lock(20210, hashtext($1));

-- name: Line_Moving
SELECT EXISTS (
    SELECT 1 FROM pg_locks l
    WHERE l.locktype = 'advisory' AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND l.classid = 20210 AND l.objid = CAST(CAST(hashtext($1) AS bigint) & 4294967295 AS oid) AND l.objsubid = 2);

-- name: Line_Get
SELECT name, title, color, dsn, origins, locale, greeting, reply_time, signing, identity_secrets, hours, questions, COALESCE(settings -> 'attributes', '[]') AS attributes, queue, escalation, routing, push_url, push_secrets, push_preview, push_delay, left_dsn
FROM lines WHERE name = $1 FOR UPDATE;

-- name: Line_Set
UPDATE lines SET title = :title, color = :color, origins = CAST(:origins AS text[]), locale = :locale, greeting = CAST(:greeting AS jsonb), reply_time = :reply_time,
    signing = :signing, identity_secrets = CAST(:identity_secrets AS text[]), hours = CAST(:hours AS jsonb), questions = CAST(:questions AS jsonb), settings = jsonb_set(settings, '{attributes}', CAST(:attributes AS jsonb)),
    push_url = :push_url, push_secrets = CAST(:push_secrets AS text[]), push_preview = :push_preview, push_delay = :push_delay
WHERE name = :name;

-- name: Line_Add
INSERT INTO lines (name, title, color, dsn, origins, locale, greeting, reply_time, signing, identity_secrets, hours, questions, settings, push_url, push_secrets, push_preview, push_delay)
VALUES (:name, :title, :color, :dsn, CAST(:origins AS text[]), :locale, CAST(:greeting AS jsonb), :reply_time, :signing, CAST(:identity_secrets AS text[]),
    CAST(:hours AS jsonb), CAST(:questions AS jsonb), jsonb_build_object('attributes', CAST(:attributes AS jsonb)), :push_url, CAST(:push_secrets AS text[]), :push_preview, :push_delay)
ON CONFLICT (name) DO NOTHING;

-- name: Line_Join
-- Owners work for every line, and whoever made one works for that.
INSERT INTO agent_lines (agent_id, line)
SELECT a.id, $1 FROM agents a WHERE a.role = 'owner' OR CAST(a.id AS text) = $2
ON CONFLICT DO NOTHING;
