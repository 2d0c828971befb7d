-- +goose Up
-- What is looked for. A text's grams are the pairs of its letters (of Latin words and digits: threes), packed into numbers: Chinese has no
-- spaces, and most of its words are two letters. They are written behind the texts they belong to, by whichever node comes first.
CREATE TABLE message_grams (
    id    uuid PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    grams integer[] NOT NULL
);
CREATE TABLE note_grams (
    id    uuid PRIMARY KEY REFERENCES notes (id) ON DELETE CASCADE,
    grams integer[] NOT NULL
);
CREATE TABLE visitor_grams (
    id    uuid PRIMARY KEY REFERENCES visitors ON DELETE CASCADE,
    grams integer[] NOT NULL
);
-- A search reads all of the pending list: it is kept short.
CREATE INDEX message_grams_grams ON message_grams USING gin (grams) WITH (gin_pending_list_limit = 512);
CREATE INDEX note_grams_grams ON note_grams USING gin (grams) WITH (gin_pending_list_limit = 128);
CREATE INDEX visitor_grams_grams ON visitor_grams USING gin (grams) WITH (gin_pending_list_limit = 128);

-- How far that has come: the id of the last message or note, which begins with its time, and the last visitor by when she was seen. It has
-- no row before the first time.
CREATE TABLE searched (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    upto uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    seen timestamptz NOT NULL DEFAULT 'epoch',
    who  uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'
);

-- What a message is found by: what it says, what stands on a card, the name of a file.
CREATE FUNCTION message_words(text, jsonb) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT concat_ws(E'\n', NULLIF($1, ''), $2 ->> 'number', $2 ->> 'title', $2 ->> 'spec', $2 ->> 'name') $$;

-- What a visitor is found by: her name and addresses, and what her host says of her, the card in question included.
CREATE FUNCTION visitor_words(visitors) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT concat_ws(E'\n', NULLIF($1.name, ''), NULLIF($1.email, ''), NULLIF($1.phone, ''), $1.external_id,
       (SELECT string_agg(x #>> '{}', E'\n') FROM jsonb_path_query($1.attributes, 'strict $.** ? (@.type() == "string" || @.type() == "number")') x),
       $1.card ->> 'number', $1.card ->> 'title', $1.card ->> 'spec') $$;
