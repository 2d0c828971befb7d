-- +goose Up
-- What moving a line to another database needs in both. While nothing moves all of it is empty, and no table has a trigger.

-- In a line that moves: until when its writes are refused, '-infinity' while they are not, 'infinity' once the line is
-- elsewhere. In a copy that is being made: that it is one, and of which history.
CREATE TABLE move_gate (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    token uuid NOT NULL,
    role  text NOT NULL CHECK (role IN ('source', 'target')),
    epoch text NOT NULL,
    until timestamptz NOT NULL DEFAULT '-infinity'
);

-- The rows that changed since they were copied, by their primary keys as text.
CREATE TABLE move_changes (
    n    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    key  text[] NOT NULL
);

-- Before every statement that writes: US001 for now, US002 for good.
-- +goose StatementBegin
CREATE FUNCTION move_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    shut timestamptz;
BEGIN
    SELECT g.until INTO shut FROM move_gate g;
    IF shut = 'infinity' THEN
        RAISE EXCEPTION 'this line is in another database now' USING ERRCODE = 'US002';
    ELSIF shut > clock_timestamp() THEN
        RAISE EXCEPTION 'this line is moving to another database' USING ERRCODE = 'US001';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- After every row that was written; the arguments are the columns of the primary key.
-- +goose StatementBegin
CREATE FUNCTION move_record() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
BEGIN
    INSERT INTO move_changes (name, key)
    SELECT DISTINCT TG_TABLE_NAME, ARRAY(SELECT r.fields ->> k.name FROM unnest(TG_ARGV) WITH ORDINALITY AS k (name, n) ORDER BY k.n)
    FROM (VALUES (old_row), (new_row)) AS r (fields)
    WHERE r.fields IS NOT NULL;
    RETURN NULL;
END $$;
-- +goose StatementEnd
