-- name: Move_Tables
-- What a line consists of: every table but the migrations' and those of the move itself, with the columns that can be written
-- and those of the primary key.
SELECT c.relname AS name,
       ARRAY(SELECT CAST(a.attname AS text) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attname) AS columns,
       ARRAY(SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attname) AS types,
       ARRAY(SELECT CAST(a.attname AS text) FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k (attnum, n)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
             WHERE i.indrelid = c.oid AND i.indisprimary ORDER BY k.n) AS key
FROM pg_class c
WHERE c.relnamespace = CAST(current_schema() AS regnamespace) AND c.relkind = 'r'
  AND c.relname NOT IN ('goose_db_version', 'move_gate', 'move_changes')
ORDER BY c.relname;

-- name: Move_Sequences
-- The sequences of columns, and how far they are.
SELECT c.relname AS table_name, CAST(a.attname AS text) AS column_name, COALESCE(q.last_value, 0) AS last_value
FROM pg_depend d
JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
JOIN pg_class c ON c.oid = d.refobjid AND c.relkind = 'r'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
JOIN pg_sequences q ON q.schemaname = current_schema() AND q.sequencename = s.relname
WHERE d.classid = CAST('pg_class' AS regclass) AND d.refclassid = CAST('pg_class' AS regclass) AND d.deptype IN ('a', 'i')
  AND c.relnamespace = CAST(current_schema() AS regnamespace)
  AND c.relname NOT IN ('goose_db_version', 'move_gate', 'move_changes');

-- name: Move_References
-- The foreign keys.
SELECT c.conname AS name, t.relname AS table_name, pg_get_constraintdef(c.oid) AS definition, c.convalidated AS valid
FROM pg_constraint c
JOIN pg_class t ON t.oid = c.conrelid
WHERE c.contype = 'f' AND c.connamespace = CAST(current_schema() AS regnamespace)
ORDER BY t.relname, c.conname;

-- name: Move_Triggers
-- The move's own triggers that are there.
SELECT g.tgname AS name, t.relname AS table_name
FROM pg_trigger g
JOIN pg_class t ON t.oid = g.tgrelid
WHERE t.relnamespace = CAST(current_schema() AS regnamespace) AND g.tgname IN ('move_refuse', 'move_record')
ORDER BY t.relname, g.tgname;

-- name: Move_Gate
SELECT g.token, g.role, g.epoch, g.until = 'infinity' AS away, g.until > clock_timestamp() AS shut FROM move_gate g;

-- name: Move_Begin
INSERT INTO move_gate (token, role, epoch) VALUES ($1, $2, $3)
ON CONFLICT (one) DO UPDATE SET token = excluded.token, role = excluded.role, epoch = excluded.epoch, until = '-infinity';

-- name: Move_Pause
-- Refuses writes for the seconds given, no longer: a mover that dies leaves the line working.
UPDATE move_gate SET until = clock_timestamp() + CAST($2 AS double precision) * interval '1 second' WHERE token = $1 AND until <> 'infinity';

-- name: Move_Resume
UPDATE move_gate SET until = '-infinity' WHERE token = $1 AND until <> 'infinity';

-- name: Move_Leave
-- Refuses writes for good, unless they have been let in again meanwhile.
UPDATE move_gate SET until = 'infinity' WHERE token = $1 AND until > clock_timestamp();

-- name: Move_End
DELETE FROM move_gate WHERE role = $1;

-- name: Move_Forget
TRUNCATE move_changes;

-- name: Move_Writers
-- The transactions that have written and are not over. A statement locks its table before its trigger looks at the gate: so
-- whoever is not among them once the gate is shut has been, or will be, refused.
SELECT DISTINCT l.virtualtransaction
FROM pg_locks l
JOIN pg_class c ON c.oid = l.relation
WHERE l.locktype = 'relation' AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
  AND c.relnamespace = CAST(current_schema() AS regnamespace) AND c.relkind = 'r' AND l.granted AND l.pid <> pg_backend_pid()
  AND l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock');

-- name: Move_Take
-- What changed, once each, and no longer counted as changed when the transaction commits.
WITH taken AS (DELETE FROM move_changes RETURNING name, key)
SELECT DISTINCT t.name, t.key FROM taken t;

-- name: Move_Left
SELECT count(*) FROM move_changes;

-- name: Move_Totals
SELECT concat_ws(' ', count(*), COALESCE(sum(c.last_seq), 0), COALESCE(sum(c.note_seq), 0), (SELECT COALESCE(max(m.pos), 0) FROM messages m)) FROM conversations c;

-- name: Move_Version
SELECT max(v.version_id) FROM goose_db_version v WHERE v.is_applied;

-- name: Move_Size
-- In one that is new nobody has written but a canary.
SELECT count(*) FILTER (WHERE c.status = 'open') AS open, count(*) FILTER (WHERE c.status = 'waiting') AS waiting,
       CAST(COALESCE(sum(c.last_seq) FILTER (WHERE c.status <> 'new'), 0) AS bigint) AS messages
FROM conversations c;
