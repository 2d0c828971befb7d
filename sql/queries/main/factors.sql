-- name: Factor_Get
SELECT secret, step, recovery, confirmed_at IS NOT NULL AS confirmed FROM second_factors WHERE agent_id = $1;

-- name: Factor_Put
INSERT INTO second_factors (agent_id, secret, step, recovery, confirmed_at)
VALUES (:agent_id, :secret, :step, :recovery, CASE WHEN CAST(:confirmed AS boolean) THEN clock_timestamp() END)
ON CONFLICT (agent_id) DO UPDATE SET secret = excluded.secret, recovery = excluded.recovery,
    -- The half minute of a secret only goes forward, also when a code is taken meanwhile.
    step = CASE WHEN second_factors.secret = excluded.secret THEN greatest(second_factors.step, excluded.step) ELSE excluded.step END,
    confirmed_at = CASE WHEN excluded.confirmed_at IS NOT NULL THEN coalesce(second_factors.confirmed_at, excluded.confirmed_at) END;

-- name: Factor_Use
UPDATE second_factors SET step = $2 WHERE agent_id = $1 AND step < $2 AND confirmed_at IS NOT NULL;

-- name: Factor_Drop
DELETE FROM second_factors WHERE agent_id = $1;

-- name: SingleSignOn_Get
SELECT agent_id FROM single_sign_ons WHERE issuer = $1 AND subject = $2;

-- name: SingleSignOn_Put
INSERT INTO single_sign_ons (issuer, subject, agent_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;
