-- name: Survey_Get
SELECT current_setting('fsync') = 'on' AS fsync, current_setting('full_page_writes') = 'on' AS full_pages,
       current_setting('synchronous_commit') AS synchronous_commit, pg_is_in_recovery() AS standby,
       CAST(current_setting('max_connections') AS integer) AS max_connections,
       (SELECT count(*) FROM pg_stat_activity a WHERE a.backend_type = 'client backend') AS connections, clock_timestamp() AS now;
