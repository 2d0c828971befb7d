-- name: Epoch_Get
SELECT value FROM epoch;
