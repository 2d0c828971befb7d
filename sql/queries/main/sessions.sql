-- name: Session_Find
SELECT data FROM sessions WHERE token = $1 AND expiry > now();

-- name: Session_Put
INSERT INTO sessions (token, data, expiry) VALUES ($1, $2, $3)
ON CONFLICT (token) DO UPDATE SET data = excluded.data, expiry = excluded.expiry;

-- name: Session_Delete
DELETE FROM sessions WHERE token = $1;

-- name: Session_Sweep
DELETE FROM sessions WHERE expiry < now();
