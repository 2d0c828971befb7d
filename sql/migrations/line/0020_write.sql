-- +goose Up
-- Writes a batch to conversations in one statement, so that no row is locked while words travel to the database and back. r_ are
-- the conversations' rows, each with the version (xmin) it was read at, empty where it is locked already; m_ messages, s_ shares of
-- inboxes, n_ notes, a_ attachments that messages name: each belongs to the row at its number, counted from 1. A row that somebody
-- else has, or that is not of its version any more, is left as it is, with all that belongs to it. The answer is which were written.
-- +goose StatementBegin
CREATE FUNCTION write_batch(
    r_id uuid[], r_version text[], r_status text[], r_agent_id text[], r_agent_name text[], r_reason text[], r_bot text[], r_last_seq bigint[], r_note_seq bigint[],
    r_preview text[], r_preview_by text[], r_visitor_delivered bigint[], r_visitor_read bigint[], r_agent_read bigint[], r_last_at text[],
    r_waiting_since text[], r_assigned_at text[], r_replied_at text[], r_closed_at text[], r_snoozed_until text[],
    m_at bigint[], m_seq bigint[], m_id uuid[], m_client_id text[], m_author_kind text[], m_author_id text[], m_author_name text[], m_kind text[],
    m_text text[], m_data text[], m_trace_id text[], m_created_at text[],
    s_at bigint[], s_participant_id uuid[], s_unread bigint[], s_read_seq bigint[], s_last_seq bigint[], s_last_at text[],
    n_at bigint[], n_seq bigint[], n_id uuid[], n_client_id text[], n_author_id text[], n_author_name text[], n_text text[], n_trace_id text[],
    n_created_at text[],
    a_at bigint[], a_id uuid[]
) RETURNS boolean[] LANGUAGE plpgsql AS $$
DECLARE
    free boolean[] := array_fill(false, ARRAY[cardinality(r_id)]);
    at   bigint;
BEGIN
    FOR at IN
        SELECT n.at FROM unnest(r_id, r_version) WITH ORDINALITY AS n (id, version, at)
        JOIN conversations c ON c.id = n.id
        WHERE n.version = '' OR CAST(c.xmin AS text) = n.version
        FOR NO KEY UPDATE OF c SKIP LOCKED
    LOOP
        free[at] := true;
    END LOOP;

    IF m_at IS NOT NULL THEN
        INSERT INTO messages (conversation_id, seq, id, client_id, author_kind, author_id, author_name, kind, text, data, trace_id, created_at)
        SELECT r_id[n.at], n.seq, n.id, CAST(NULLIF(n.client_id, '') AS uuid), n.author_kind, CAST(NULLIF(n.author_id, '') AS uuid), n.author_name,
               n.kind, n.text, CAST(NULLIF(n.data, '') AS jsonb), n.trace_id, CAST(n.created_at AS timestamptz)
        FROM unnest(m_at, m_seq, m_id, m_client_id, m_author_kind, m_author_id, m_author_name, m_kind, m_text, m_data, m_trace_id, m_created_at)
            AS n (at, seq, id, client_id, author_kind, author_id, author_name, kind, text, data, trace_id, created_at)
        WHERE free[n.at];
    END IF;

    -- The write fan-out. Whoever wrote has read up to her own message, so that what she had not read starts again from there.
    IF s_at IS NOT NULL THEN
        INSERT INTO inbox AS i (participant_id, conversation_id, unread, delivered_seq, read_seq, last_seq, last_at)
        SELECT n.participant_id, r_id[n.at], n.unread, n.read_seq, n.read_seq, n.last_seq, CAST(n.last_at AS timestamptz)
        FROM unnest(s_at, s_participant_id, s_unread, s_read_seq, s_last_seq, s_last_at) AS n (at, participant_id, unread, read_seq, last_seq, last_at)
        WHERE free[n.at]
        ON CONFLICT (participant_id, conversation_id) DO UPDATE
        SET unread = CASE WHEN excluded.read_seq > i.read_seq THEN excluded.unread ELSE i.unread + excluded.unread END,
            delivered_seq = greatest(i.delivered_seq, excluded.read_seq),
            read_seq = greatest(i.read_seq, excluded.read_seq),
            last_seq = greatest(i.last_seq, excluded.last_seq),
            last_at = greatest(i.last_at, excluded.last_at);
    END IF;

    IF n_at IS NOT NULL THEN
        INSERT INTO notes (conversation_id, seq, id, client_id, author_id, author_name, text, trace_id, created_at)
        SELECT r_id[n.at], n.seq, n.id, CAST(n.client_id AS uuid), CAST(n.author_id AS uuid), n.author_name, n.text, n.trace_id, CAST(n.created_at AS timestamptz)
        FROM unnest(n_at, n_seq, n_id, n_client_id, n_author_id, n_author_name, n_text, n_trace_id, n_created_at)
            AS n (at, seq, id, client_id, author_id, author_name, text, trace_id, created_at)
        WHERE free[n.at];
    END IF;

    IF a_at IS NOT NULL THEN
        UPDATE attachments a SET named = true FROM unnest(a_at, a_id) AS n (at, id) WHERE a.id = n.id AND free[n.at] AND NOT a.named;
    END IF;

    UPDATE conversations c
    SET status = n.status, agent_id = CAST(NULLIF(n.agent_id, '') AS uuid), agent_name = n.agent_name, reason = n.reason, bot = n.bot,
        last_seq = n.last_seq, note_seq = n.note_seq, preview = n.preview, preview_by = n.preview_by,
        visitor_delivered = n.visitor_delivered, visitor_read = n.visitor_read, agent_read = n.agent_read,
        last_at = CAST(n.last_at AS timestamptz),
        waiting_since = CAST(NULLIF(n.waiting_since, '') AS timestamptz), assigned_at = CAST(NULLIF(n.assigned_at, '') AS timestamptz),
        replied_at = CAST(NULLIF(n.replied_at, '') AS timestamptz), closed_at = CAST(NULLIF(n.closed_at, '') AS timestamptz),
        snoozed_until = CAST(NULLIF(n.snoozed_until, '') AS timestamptz),
        left_at = CASE WHEN n.status = 'closed' THEN NULL ELSE c.left_at END,
        human_at = CASE WHEN n.status = 'closed' THEN NULL ELSE c.human_at END
    FROM unnest(r_id, r_status, r_agent_id, r_agent_name, r_reason, r_bot, r_last_seq, r_note_seq, r_preview, r_preview_by, r_visitor_delivered, r_visitor_read,
            r_agent_read, r_last_at, r_waiting_since, r_assigned_at, r_replied_at, r_closed_at, r_snoozed_until)
        WITH ORDINALITY AS n (id, status, agent_id, agent_name, reason, bot, last_seq, note_seq, preview, preview_by, visitor_delivered, visitor_read, agent_read,
            last_at, waiting_since, assigned_at, replied_at, closed_at, snoozed_until, at)
    WHERE c.id = n.id AND free[n.at];
    RETURN free;
END $$;
-- +goose StatementEnd
