-- name: Search_Custom
-- Which way is best depends on how common the words are: planned anew each time.
SELECT set_config('plan_cache_mode', 'force_custom_plan', true);

-- name: Search_Fresh
-- Those of the newest messages and notes that hold the words, whether they are indexed or not.
SELECT f.id, f.note FROM (
    (SELECT m.id, false AS note, message_words(m.text, m.data) AS words FROM messages m
     WHERE m.id < CAST(:before AS uuid) AND m.kind NOT IN ('notice', 'canary')
     ORDER BY m.id DESC LIMIT :fresh)
    UNION ALL
    (SELECT n.id, true, n.text FROM notes n WHERE n.id < CAST(:before AS uuid) ORDER BY n.id DESC LIMIT :fresh)
) f
WHERE f.words ILIKE ALL (CAST(:patterns AS text[]))
ORDER BY f.id DESC
LIMIT :most;

-- name: Search_Texts
-- The newest messages and notes that may hold the words, of those that are indexed.
SELECT g.id, g.note FROM (
    (SELECT m.id, false AS note FROM message_grams m WHERE m.grams @> CAST(:grams AS integer[]) AND m.id < CAST(:before AS uuid) ORDER BY m.id DESC LIMIT :most)
    UNION ALL
    (SELECT n.id, true FROM note_grams n WHERE n.grams @> CAST(:grams AS integer[]) AND n.id < CAST(:before AS uuid) ORDER BY n.id DESC LIMIT :most)
) g
ORDER BY g.id DESC
LIMIT :most;

-- name: Search_Visitors
-- Visitors who are found by the words, of those not indexed yet the ones seen last.
(SELECT v.id FROM visitor_grams g JOIN visitors v ON v.id = g.id
 WHERE CAST(:grams AS integer[]) <> '{}' AND g.grams @> CAST(:grams AS integer[]) AND visitor_words(v) ILIKE ALL (CAST(:patterns AS text[]))
 LIMIT :most)
UNION
(SELECT v.id FROM (SELECT w.* FROM visitors w WHERE w.seen_at > COALESCE((SELECT s.seen FROM searched s WHERE CAST(:grams AS integer[]) <> '{}'), 'epoch') ORDER BY w.seen_at DESC LIMIT :most) v
 WHERE visitor_words(v) ILIKE ALL (CAST(:patterns AS text[])));

-- name: Search_Hits
-- The conversations of what may hold the words, each with the newest that does, newest first.
WITH texts AS (
    SELECT DISTINCT ON (t.conversation_id) t.*
    FROM (
        SELECT m.conversation_id, m.id, m.seq, CAST(0 AS bigint) AS note, message_words(m.text, m.data) AS words, m.author_kind, m.author_name, m.created_at
        FROM messages m WHERE m.id = ANY (CAST(:messages AS uuid[]))
        UNION ALL
        SELECT n.conversation_id, n.id, CAST(0 AS bigint), n.seq, n.text, 'agent', n.author_name, n.created_at
        FROM notes n WHERE n.id = ANY (CAST(:notes AS uuid[]))
    ) t
    WHERE t.words ILIKE ALL (CAST(:patterns AS text[]))
    ORDER BY t.conversation_id, t.created_at DESC, t.id DESC
), found AS (
    SELECT t.conversation_id AS id, t.created_at AS hit_at FROM texts t
    UNION ALL
    SELECT o.id, o.last_at FROM conversations o
    WHERE o.visitor_id = ANY (CAST(:visitors AS uuid[])) AND o.last_at <= :at AND NOT EXISTS (SELECT 1 FROM texts t WHERE t.conversation_id = o.id)
)
SELECT c.id, c.visitor_id, c.visitor_name, c.visitor_verified, c.status, COALESCE(CAST(c.agent_id AS text), '') AS agent_id, c.agent_name, c.reason,
       c.last_seq, c.note_seq, c.preview, c.preview_by, c.labels, c.visitor_delivered, c.visitor_read, c.agent_read,
       c.created_at, c.last_at, c.waiting_since, c.assigned_at, c.replied_at, c.closed_at, c.snoozed_until, c.left_at, c.contact, c.bot, c.human_at,
       COALESCE((SELECT r.score FROM ratings r WHERE r.conversation_id = c.id), 0) AS score,
       greatest(0, COALESCE(i.unread + c.last_seq - i.last_seq, c.last_seq - c.agent_read)) AS unread,
       f.hit_at, COALESCE(t.note, 0) AS hit_note, COALESCE(t.author_kind, '') AS hit_by, COALESCE(t.author_name, '') AS hit_name,
       COALESCE(t.words, visitor_words(v)) AS hit_words,
       COALESCE(CASE WHEN t.note > 0 THEN (SELECT max(m.seq) FROM messages m WHERE m.conversation_id = c.id AND m.created_at <= t.created_at) ELSE t.seq END, 0) AS hit_seq
FROM found f
JOIN conversations c ON c.id = f.id
JOIN visitors v ON v.id = c.visitor_id
LEFT JOIN texts t ON t.conversation_id = c.id
LEFT JOIN inbox i ON i.participant_id = CAST(:agent AS uuid) AND i.conversation_id = c.id
WHERE f.hit_at <= :at AND (f.hit_at < :at OR c.id > CAST(:id AS uuid))
  AND c.status = ANY (CAST(:statuses AS text[]))
  AND (NOT CAST(:mine AS boolean) OR c.agent_id = CAST(:agent AS uuid))
  AND (CAST(:label AS text) = '' OR c.labels @> ARRAY[CAST(:label AS text)])
  AND (CAST(:holder AS text) = '' OR COALESCE(CAST(c.agent_id AS text), 'none') = CAST(:holder AS text))
  AND (NOT CAST(:unread AS boolean) OR COALESCE(i.unread + c.last_seq - i.last_seq, c.last_seq - c.agent_read) > 0)
  AND (CAST(:waited AS integer) = 0 OR c.status = 'waiting' AND c.waiting_since <= now() - CAST(:waited AS integer) * interval '1 minute')
ORDER BY f.hit_at DESC, c.id
LIMIT :size;

-- name: Search_First
INSERT INTO searched DEFAULT VALUES ON CONFLICT DO NOTHING;

-- name: Search_Begin
-- Whoever has the row is at it; another node finds none, and nothing to do. A clock that was set back takes the place back with it.
SELECT CASE WHEN s.upto < CAST($1 AS uuid) THEN s.upto ELSE CAST($1 AS uuid) END AS upto, s.seen, s.who
FROM searched s FOR UPDATE SKIP LOCKED;

-- name: Search_Next
-- The next texts behind the place, up to an id.
SELECT t.id, t.note, t.words FROM (
    (SELECT m.id, false AS note, CASE WHEN m.kind IN ('notice', 'canary') THEN '' ELSE message_words(m.text, m.data) END AS words
     FROM messages m WHERE m.id > CAST($1 AS uuid) AND m.id <= CAST($2 AS uuid) ORDER BY m.id LIMIT $3)
    UNION ALL
    (SELECT n.id, true, n.text FROM notes n WHERE n.id > CAST($1 AS uuid) AND n.id <= CAST($2 AS uuid) ORDER BY n.id LIMIT $3)
) t
ORDER BY t.id
LIMIT $3;

-- name: Search_NextVisitors
SELECT v.id, visitor_words(v) AS words, v.seen_at AS seen
FROM visitors v
WHERE v.seen_at >= $1 AND (v.seen_at, v.id) > ($1, CAST($2 AS uuid)) AND v.seen_at <= $3
ORDER BY v.seen_at, v.id
LIMIT $4;

-- name: Search_PutMessages
INSERT INTO message_grams (id, grams)
SELECT CAST(n.id AS uuid), CAST(n.grams AS integer[]) FROM unnest(CAST($1 AS text[]), CAST($2 AS text[])) AS n (id, grams)
ON CONFLICT DO NOTHING;

-- name: Search_PutNotes
INSERT INTO note_grams (id, grams)
SELECT CAST(n.id AS uuid), CAST(n.grams AS integer[]) FROM unnest(CAST($1 AS text[]), CAST($2 AS text[])) AS n (id, grams)
ON CONFLICT DO NOTHING;

-- name: Search_PutVisitors
INSERT INTO visitor_grams AS g (id, grams)
SELECT CAST(n.id AS uuid), CAST(n.grams AS integer[]) FROM unnest(CAST($1 AS text[]), CAST($2 AS text[])) AS n (id, grams)
ON CONFLICT (id) DO UPDATE SET grams = excluded.grams WHERE g.grams <> excluded.grams;

-- name: Search_Pass
UPDATE searched SET upto = CAST($1 AS uuid), seen = $2, who = CAST($3 AS uuid);
