-- name: Report_Hours
-- How many of what, by hour. Each of these reads an index of the figures; none reads a message.
SELECT 'begun' AS what, width_bucket(f.begun_at, CAST(:hours AS timestamptz[])) AS at, '' AS agent, 0 AS value, count(*) AS n
FROM figures f
WHERE f.begun_at >= CAST(:since AS timestamptz) AND f.begun_at < CAST(:until AS timestamptz)
  AND (CAST(:agents AS uuid[]) = '{}' OR f.agent_id = ANY (CAST(:agents AS uuid[])))
  AND (CAST(:label AS text) = '' OR EXISTS (SELECT 1 FROM conversations c WHERE c.id = f.conversation_id AND c.labels @> ARRAY[CAST(:label AS text)]))
GROUP BY 2
UNION ALL
SELECT CASE WHEN f.replied_at IS NULL THEN 'abandoned' ELSE 'resolved' END, width_bucket(f.closed_at, CAST(:hours AS timestamptz[])), '', 0, count(*)
FROM figures f
WHERE f.closed_at >= CAST(:since AS timestamptz) AND f.closed_at < CAST(:until AS timestamptz)
  AND (CAST(:agents AS uuid[]) = '{}' OR f.agent_id = ANY (CAST(:agents AS uuid[])))
  AND (CAST(:label AS text) = '' OR EXISTS (SELECT 1 FROM conversations c WHERE c.id = f.conversation_id AND c.labels @> ARRAY[CAST(:label AS text)]))
GROUP BY 1, 2
UNION ALL
SELECT d.what, width_bucket(t.slot, CAST(:hours AS timestamptz[])), '', 0, CAST(sum(CASE WHEN d.what = 'sent' THEN t.sent ELSE t.received END) AS bigint)
FROM figure_messages t
CROSS JOIN (VALUES ('received'), ('sent')) AS d (what)
WHERE t.slot >= CAST(:since AS timestamptz) AND t.slot < CAST(:until AS timestamptz)
  AND (CAST(:agents AS uuid[]) = '{}' OR CASE WHEN d.what = 'sent' THEN t.agent_id ELSE (SELECT f.agent_id FROM figures f WHERE f.conversation_id = t.conversation_id) END = ANY (CAST(:agents AS uuid[])))
  AND (CAST(:label AS text) = '' OR EXISTS (SELECT 1 FROM conversations c WHERE c.id = t.conversation_id AND c.labels @> ARRAY[CAST(:label AS text)]))
GROUP BY 1, 2;

-- name: Report_Values
-- How long things took, in whole seconds; from 1,000 on three digits are kept, so that many are alike.
SELECT v.what, v.at, '' AS agent,
       CASE WHEN v.took < 1000 THEN v.took WHEN v.took < 10000 THEN v.took / 10 * 10 WHEN v.took < 100000 THEN v.took / 100 * 100
            WHEN v.took < 1000000 THEN v.took / 1000 * 1000 ELSE v.took / 10000 * 10000 END AS value,
       count(*) AS n
FROM (
    SELECT 'first' AS what, width_bucket(f.replied_at, CAST(:steps AS timestamptz[])) AS at,
           CAST(floor(greatest(0, extract(epoch FROM f.replied_at - f.begun_at))) AS bigint) AS took, f.replied_by AS whose, f.conversation_id
    FROM figures f WHERE f.replied_at >= CAST(:since AS timestamptz) AND f.replied_at < CAST(:until AS timestamptz)
    UNION ALL
    SELECT 'wait', width_bucket(f.served_at, CAST(:steps AS timestamptz[])),
           CAST(floor(greatest(0, extract(epoch FROM f.served_at - f.begun_at))) AS bigint), f.agent_id, f.conversation_id
    FROM figures f WHERE f.served_at >= CAST(:since AS timestamptz) AND f.served_at < CAST(:until AS timestamptz)
    UNION ALL
    SELECT 'resolution', width_bucket(f.closed_at, CAST(:steps AS timestamptz[])),
           CAST(floor(greatest(0, extract(epoch FROM f.closed_at - f.begun_at))) AS bigint), f.agent_id, f.conversation_id
    FROM figures f WHERE f.closed_at >= CAST(:since AS timestamptz) AND f.closed_at < CAST(:until AS timestamptz) AND f.replied_at IS NOT NULL
) v
WHERE (CAST(:agents AS uuid[]) = '{}' OR v.whose = ANY (CAST(:agents AS uuid[])))
  AND (CAST(:label AS text) = '' OR EXISTS (SELECT 1 FROM conversations c WHERE c.id = v.conversation_id AND c.labels @> ARRAY[CAST(:label AS text)]))
GROUP BY 1, 2, 4;

-- name: Report_Agents
-- The same by agent, of the period alone.
SELECT v.what, 0 AS at, COALESCE(CAST(v.whose AS text), '') AS agent,
       CASE WHEN v.took < 1000 THEN v.took WHEN v.took < 10000 THEN v.took / 10 * 10 WHEN v.took < 100000 THEN v.took / 100 * 100
            WHEN v.took < 1000000 THEN v.took / 1000 * 1000 ELSE v.took / 10000 * 10000 END AS value,
       CAST(sum(v.n) AS bigint) AS n
FROM (
    SELECT 'first' AS what, CAST(floor(greatest(0, extract(epoch FROM f.replied_at - f.begun_at))) AS bigint) AS took, f.replied_by AS whose, f.conversation_id, 1 AS n
    FROM figures f WHERE f.replied_at >= CAST(:start AS timestamptz) AND f.replied_at < CAST(:until AS timestamptz)
    UNION ALL
    SELECT CASE WHEN f.replied_at IS NULL THEN 'abandoned' ELSE 'resolution' END, CAST(floor(greatest(0, extract(epoch FROM f.closed_at - f.begun_at))) AS bigint), f.agent_id, f.conversation_id, 1
    FROM figures f WHERE f.closed_at >= CAST(:start AS timestamptz) AND f.closed_at < CAST(:until AS timestamptz)
    UNION ALL
    SELECT 'sent', 0, t.agent_id, t.conversation_id, t.sent
    FROM figure_messages t WHERE t.slot >= CAST(:start AS timestamptz) AND t.slot < CAST(:until AS timestamptz) AND t.sent > 0
) v
WHERE (CAST(:agents AS uuid[]) = '{}' OR v.whose = ANY (CAST(:agents AS uuid[])))
  AND (CAST(:label AS text) = '' OR EXISTS (SELECT 1 FROM conversations c WHERE c.id = v.conversation_id AND c.labels @> ARRAY[CAST(:label AS text)]))
GROUP BY 1, 3, 4;

-- name: Report_Ratings
SELECT 'rated' AS what, width_bucket(r.created_at, CAST(:steps AS timestamptz[])) AS at, COALESCE(CAST(c.agent_id AS text), '') AS agent, r.score AS value, count(*) AS n
FROM ratings r
JOIN conversations c ON c.id = r.conversation_id
WHERE r.created_at >= CAST(:since AS timestamptz) AND r.created_at < CAST(:until AS timestamptz)
  AND (CAST(:agents AS uuid[]) = '{}' OR c.agent_id = ANY (CAST(:agents AS uuid[])))
  AND (CAST(:label AS text) = '' OR c.labels @> ARRAY[CAST(:label AS text)])
GROUP BY 2, 3, 4;

-- name: Report_Comments
-- What visitors said of it, the newest first.
SELECT r.conversation_id, r.score, r.comment, r.created_at, c.agent_name
FROM ratings r
JOIN conversations c ON c.id = r.conversation_id
WHERE r.created_at >= CAST(:start AS timestamptz) AND r.created_at < CAST(:until AS timestamptz) AND r.comment <> ''
  AND (CAST(:agents AS uuid[]) = '{}' OR c.agent_id = ANY (CAST(:agents AS uuid[])))
  AND (CAST(:label AS text) = '' OR c.labels @> ARRAY[CAST(:label AS text)])
ORDER BY r.created_at DESC
LIMIT :comments;

-- name: Report_Labels
-- What was begun in the period was about, whatever label is asked for: it is what there is to choose from.
SELECT l.label, count(*) AS n
FROM figures f
JOIN conversations c ON c.id = f.conversation_id
CROSS JOIN LATERAL unnest(c.labels) AS l (label)
WHERE f.begun_at >= CAST(:start AS timestamptz) AND f.begun_at < CAST(:until AS timestamptz)
  AND (CAST(:agents AS uuid[]) = '{}' OR f.agent_id = ANY (CAST(:agents AS uuid[])))
GROUP BY 1
ORDER BY 2 DESC, 1
LIMIT 200;
