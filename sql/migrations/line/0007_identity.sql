-- +goose Up
-- The order or product in question, as the host has signed it.
ALTER TABLE visitors ADD COLUMN card jsonb NOT NULL DEFAULT '{}';
-- Agents read beside each name whether it is proven.
ALTER TABLE conversations ADD COLUMN visitor_verified boolean NOT NULL DEFAULT false;
UPDATE conversations c SET visitor_verified = true FROM visitors v WHERE v.id = c.visitor_id AND v.verified;
-- For how many come without a signed identity.
CREATE INDEX visitors_seen ON visitors (seen_at);
