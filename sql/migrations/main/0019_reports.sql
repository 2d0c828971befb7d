-- +goose Up
-- Who may see reports: those who already saw more than their own work.
UPDATE roles SET permissions = permissions || '{reports:read}' WHERE permissions @> '{admin:read}' AND NOT permissions @> '{reports:read}';
