-- name: Mention_Put
INSERT INTO mentions (agent_id, line, conversation_id, note)
SELECT a.id, $1, $2, $3 FROM unnest(CAST($4 AS uuid[])) AS a (id)
ON CONFLICT DO NOTHING;

-- name: Mention_All
-- The conversations an agent was named in last, and how many of the notes she has not seen.
SELECT m.conversation_id, count(*) FILTER (WHERE NOT m.seen) AS unseen
FROM mentions m
WHERE m.agent_id = $1 AND m.line = ANY (CAST($2 AS text[]))
GROUP BY m.conversation_id
ORDER BY max(m.at) DESC
LIMIT $3;

-- name: Mention_Unseen
-- How many conversations have a note she has not seen.
SELECT count(DISTINCT m.conversation_id) FROM mentions m WHERE m.agent_id = $1 AND m.line = ANY (CAST($2 AS text[])) AND NOT m.seen;

-- name: Mention_See
UPDATE mentions SET seen = true WHERE agent_id = $1 AND conversation_id = $2 AND note <= $3 AND NOT seen;
