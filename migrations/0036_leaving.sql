-- Leaving: bundles that a company takes with it or brings along, records that have no place here, departures with a time of grace.
-- Safe while older code runs: creates new tables, a role and rights of its own; loosens a check and widens the directory by companies that left.

ALTER TABLE company DROP CONSTRAINT company_state_check;
ALTER TABLE company ADD CONSTRAINT company_state_check CHECK (state IN ('applied', 'verified', 'admitted', 'suspended', 'declined', 'left'));
ALTER POLICY directory ON company USING (
    company_id = (SELECT tenant()) OR (kind IN ('member', 'verifier', 'association') AND state IN ('admitted', 'suspended', 'left'))
);

-- A bundle that the worker makes for a company (out), or takes up from another installation (in). Its bytes lie sealed in the home folder.
CREATE TABLE bundle (
    company_id uuid NOT NULL REFERENCES company,
    bundle_id uuid NOT NULL,
    direction text NOT NULL CHECK (direction IN ('out', 'in')),
    state text NOT NULL CHECK (state IN ('waiting', 'done', 'failed', 'removed')),
    requested_at timestamptz NOT NULL,
    settled_at timestamptz,
    size bigint CHECK (size >= 0),
    digest text,
    sealed_key bytea,  -- the file's key under the installation's; none once it is removed
    place jsonb NOT NULL DEFAULT '{}',  -- how far it has been taken up
    report jsonb NOT NULL DEFAULT '{}',
    trouble text NOT NULL DEFAULT '',
    PRIMARY KEY (company_id, bundle_id)
);
CREATE INDEX bundle_waiting ON bundle (requested_at) WHERE state = 'waiting';
CREATE INDEX bundle_when ON bundle (company_id, requested_at, bundle_id);
ALTER TABLE bundle ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON bundle TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY follow ON bundle FOR SELECT TO ashiato_follower USING (true);
GRANT SELECT, INSERT, UPDATE (state, settled_at, size, digest, sealed_key, place, report, trouble) ON bundle TO ashiato_member;
GRANT SELECT (company_id, bundle_id, direction, state, requested_at) ON bundle TO ashiato_follower;

-- What a company brought along and has no place here: it stays readable, with the reason.
CREATE TABLE carried_record (
    company_id uuid NOT NULL REFERENCES company,
    record_id text NOT NULL,  -- the table's name and the SHA-256 of the record's key
    origin text NOT NULL CHECK (origin IN ('own', 'received')),
    kind text NOT NULL,
    content jsonb NOT NULL,
    reason text NOT NULL,
    carried_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, record_id)
);
ALTER TABLE carried_record ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON carried_record TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, DELETE ON carried_record TO ashiato_member;

CREATE TABLE departure (
    company_id uuid NOT NULL REFERENCES company,
    departure_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('announced', 'cancelled', 'carried_out')),
    announced_at timestamptz NOT NULL,
    effective_at timestamptz NOT NULL CHECK (effective_at >= announced_at),
    settled_at timestamptz,
    PRIMARY KEY (company_id, departure_id)
);
CREATE UNIQUE INDEX departure_announced ON departure (company_id) WHERE state = 'announced';
CREATE INDEX departure_due ON departure (effective_at) WHERE state = 'announced';
ALTER TABLE departure ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON departure TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY follow ON departure FOR SELECT TO ashiato_follower USING (true);
GRANT SELECT, INSERT, UPDATE (state, settled_at) ON departure TO ashiato_member;
GRANT SELECT (company_id, departure_id, state, effective_at) ON departure TO ashiato_follower;

-- Who takes away what a company leaves behind: only of a company whose departure was announced and whose time of grace is over.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ashiato_leaver') THEN
        BEGIN
            CREATE ROLE ashiato_leaver NOINHERIT;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- another database of the same server was faster
        END;
    END IF;
END
$$;
GRANT ashiato_leaver TO ashiato_app;
GRANT USAGE ON SCHEMA ashiato TO ashiato_leaver;
GRANT EXECUTE ON FUNCTION tenant() TO ashiato_leaver;
CREATE POLICY leave ON departure FOR SELECT TO ashiato_leaver USING (company_id = (SELECT tenant()));
GRANT SELECT (company_id, state, effective_at) ON departure TO ashiato_leaver;

CREATE FUNCTION departed() RETURNS boolean
    LANGUAGE sql STABLE SECURITY INVOKER
    BEGIN ATOMIC
        SELECT EXISTS (SELECT FROM departure WHERE company_id = tenant() AND state = 'announced' AND effective_at <= now());
    END;
REVOKE ALL ON FUNCTION departed() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION departed() TO ashiato_leaver;

-- Gives the leaver its rights on every company table that came since; it is called after each run of the schema's history.
-- What stays is named; everything else may be taken away.
CREATE FUNCTION open_to_leaver() RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    wanted name;
    never constant name[] := ARRAY['outbox', 'log_leaf', 'log_cosignature', 'standing', 'departure', 'grievance_reporter'];
    kept constant name[] := ARRAY[
        'company', 'signing_key', 'declaration', 'published_declaration', 'request', 'request_message', 'request_item', 'request_progress', 'answer',
        'notice', 'data_grant', 'access_record', 'diligence_report', 'published_report', 'probe', 'probe_answer', 'path_name', 'grievance',
        'grievance_step', 'grievance_mediation', 'exchange_event', 'verification_room', 'verification_note', 'verification_opinion', 'survey', 'survey_result', 'published_cell', 'publication', 'acceptance', 'admission_check', 'mediation_note', 'evidence_item', 'part_structure'];  -- a structure's changes are numbered for its company alone
BEGIN
    FOR wanted IN
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'company_id' AND NOT a.attisdropped
        WHERE c.relnamespace = 'ashiato'::regnamespace AND c.relkind = 'r' AND c.relname <> ALL (never)
          AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'leave_behind')
    LOOP
        EXECUTE format('CREATE POLICY leave_behind ON %I TO ashiato_leaver USING (company_id = (SELECT tenant()) AND (SELECT departed()))', wanted);
        EXECUTE format('GRANT SELECT (company_id) ON %I TO ashiato_leaver', wanted);
        IF wanted <> ALL (kept) THEN
            EXECUTE format('GRANT DELETE ON %I TO ashiato_leaver', wanted);
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION open_to_leaver() FROM PUBLIC;

-- What others rely on stays, without what nobody else may know.
GRANT SELECT (subject_kind, subject_id, revoked_at, valid_until) ON data_grant TO ashiato_leaver;
GRANT SELECT (release_id) ON release_snapshot, release_quality TO ashiato_leaver;
GRANT SELECT (release_id, footprint_id, part_id) ON release TO ashiato_leaver;
GRANT SELECT (footprint_id, part_id), UPDATE (package, result) ON footprint TO ashiato_leaver;
GRANT SELECT (footprint_id, part_id) ON declaration TO ashiato_leaver;
GRANT SELECT (statement_id) ON diligence_snapshot TO ashiato_leaver;
GRANT SELECT (statement_id, part_id), UPDATE (basis) ON diligence_statement TO ashiato_leaver;
GRANT UPDATE (basis) ON diligence_report TO ashiato_leaver;
GRANT SELECT (removed_at), UPDATE (name, sealed_key, removed_at) ON evidence_item TO ashiato_leaver;
GRANT UPDATE (state, contact_email, address) ON company TO ashiato_leaver;
GRANT SELECT (part_id) ON part TO ashiato_leaver;
