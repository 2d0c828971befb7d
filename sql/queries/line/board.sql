-- name: Board_Counts
SELECT count(*) FILTER (WHERE c.status = 'waiting') AS waiting, count(*) FILTER (WHERE c.status = 'open') AS open,
       count(*) FILTER (WHERE c.status = 'snoozed') AS snoozed, min(c.waiting_since) FILTER (WHERE c.status = 'waiting') AS oldest
FROM conversations c
WHERE c.status IN ('waiting', 'open', 'snoozed');

-- name: Board_Risks
-- Who waits longest in the queue, and whose own words have been the last for longest.
SELECT r.id, r.visitor_id, r.visitor_name, r.status, r.agent_id, r.agent_name, r.waiting_since, r.last_at
FROM (
    (SELECT c.id, c.visitor_id, c.visitor_name, c.status, COALESCE(CAST(c.agent_id AS text), '') AS agent_id, c.agent_name, c.waiting_since, c.last_at, c.waiting_since AS since
     FROM conversations c
     WHERE c.status = 'waiting' AND c.waiting_since < clock_timestamp() - make_interval(secs => $1)
     ORDER BY c.waiting_since, c.id LIMIT 20)
    UNION ALL
    (SELECT c.id, c.visitor_id, c.visitor_name, c.status, COALESCE(CAST(c.agent_id AS text), ''), c.agent_name, NULL, c.last_at, c.last_at
     FROM conversations c
     WHERE c.status = 'open' AND c.preview_by = 'visitor' AND c.last_at < clock_timestamp() - make_interval(secs => $2)
     ORDER BY c.last_at, c.id LIMIT 20)
) r
ORDER BY r.since, r.id
LIMIT 20;
