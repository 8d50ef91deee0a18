-- Roles, the tenant of a transaction, idempotency keys, the outbox.
-- Safe while older code runs: creates only what did not exist.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['ashiato_app', 'ashiato_member', 'ashiato_operator', 'ashiato_visitor', 'ashiato_follower'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOINHERIT', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;  -- another database of the same server was faster
            END;
        END IF;
    END LOOP;
END
$$;

ALTER ROLE ashiato_app LOGIN;
GRANT ashiato_member, ashiato_operator, ashiato_visitor, ashiato_follower TO ashiato_app;
GRANT SELECT ON schema_migration TO ashiato_app;
GRANT USAGE ON SCHEMA ashiato TO ashiato_app, ashiato_member, ashiato_operator, ashiato_visitor, ashiato_follower;

-- Whose eyes a transaction has. Unset and empty both mean nobody's.
CREATE FUNCTION tenant() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('ashiato.tenant', true), '')::uuid;
REVOKE ALL ON FUNCTION tenant() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant() TO ashiato_app, ashiato_member, ashiato_operator, ashiato_visitor, ashiato_follower;

CREATE TABLE idempotency (
    company_id uuid NOT NULL,
    key text NOT NULL,
    request_digest text NOT NULL,
    status integer NOT NULL,
    body text NOT NULL,
    kept_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, key)
);
ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON idempotency TO ashiato_member, ashiato_operator USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON idempotency TO ashiato_member, ashiato_operator;

CREATE TABLE outbox (
    company_id uuid NOT NULL,
    fact_id uuid NOT NULL,
    kind text NOT NULL,
    subject jsonb NOT NULL,
    recorded_at timestamptz NOT NULL,
    logged_at timestamptz,
    position bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (company_id, fact_id)
);
CREATE INDEX outbox_waiting ON outbox (position) WHERE logged_at IS NULL;
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON outbox TO ashiato_member, ashiato_operator, ashiato_visitor USING (company_id = (SELECT tenant()));
CREATE POLICY follow ON outbox TO ashiato_follower USING (true);
GRANT INSERT (company_id, fact_id, kind, subject, recorded_at) ON outbox TO ashiato_member, ashiato_operator, ashiato_visitor;
GRANT SELECT (company_id, fact_id, kind, subject, recorded_at) ON outbox TO ashiato_member, ashiato_operator;
GRANT SELECT ON outbox TO ashiato_follower;
GRANT UPDATE (logged_at) ON outbox TO ashiato_follower;
