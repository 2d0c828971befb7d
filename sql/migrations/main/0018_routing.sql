-- +goose Up
-- How each line gives what waits to its agents.
ALTER TABLE lines ADD COLUMN routing jsonb NOT NULL DEFAULT '{}';

ALTER TABLE agents
    ADD COLUMN skills text[] NOT NULL DEFAULT '{}',
    ADD COLUMN away_reason text NOT NULL DEFAULT '',        -- why she takes nothing now, in her words or one of ours
    DROP CONSTRAINT agents_presence_check,
    ADD CONSTRAINT agents_presence_check CHECK (presence IN ('online', 'busy', 'away', 'offline'));

-- How much one line gives her at once, where that is not the agent's capacity.
ALTER TABLE agent_lines ADD COLUMN capacity integer CHECK (capacity BETWEEN 0 AND 200);

CREATE INDEX team_agents_agent ON team_agents (agent_id);

-- Who may move the conversations of others, many at once.
UPDATE roles SET permissions = permissions || '{conversation:supervise}'
WHERE name IN ('owner', 'admin', 'supervisor') AND NOT 'conversation:supervise' = ANY (permissions);
