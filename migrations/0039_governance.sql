-- The operator's accountability: registers, transparency reports, the state of certification criteria; probes of the endpoints, restore drills.
-- Safe while older code runs: creates new tables.

-- What the operator has to answer for: incidents, conflicts of interest, requests of authorities, requests for support.
-- `disclosed`: whether the company concerned may see it (a law may forbid it for a time).
CREATE TABLE register_entry (
    company_id uuid NOT NULL REFERENCES company,
    entry_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('incident', 'conflict_of_interest', 'authority_request', 'support')),
    title text NOT NULL,
    details text NOT NULL,
    concerned_id uuid REFERENCES company,
    disclosed boolean NOT NULL,
    entered_at timestamptz NOT NULL,
    settled_at timestamptz,
    outcome text NOT NULL DEFAULT '',
    PRIMARY KEY (company_id, entry_id)
);
CREATE INDEX register_entry_when ON register_entry (company_id, entered_at, entry_id);
ALTER TABLE register_entry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON register_entry TO ashiato_operator USING (company_id = (SELECT tenant()));
CREATE POLICY disclosed ON register_entry FOR SELECT TO ashiato_member USING (
    disclosed AND (concerned_id IS NULL OR concerned_id = (SELECT tenant()))
);
GRANT SELECT, INSERT, UPDATE (disclosed, settled_at, outcome) ON register_entry TO ashiato_operator;
GRANT SELECT ON register_entry TO ashiato_member;

-- A report as it was drawn up and signed; public.
CREATE TABLE transparency_report (
    company_id uuid NOT NULL REFERENCES company,
    report_id uuid NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    document text NOT NULL,
    note text NOT NULL,
    drawn_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, report_id)
);
CREATE INDEX transparency_report_when ON transparency_report (drawn_at, report_id);
ALTER TABLE transparency_report ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON transparency_report TO ashiato_operator USING (company_id = (SELECT tenant()));
CREATE POLICY public ON transparency_report FOR SELECT TO ashiato_member, ashiato_visitor USING (true);
GRANT SELECT, INSERT ON transparency_report TO ashiato_operator;
GRANT SELECT ON transparency_report TO ashiato_member, ashiato_visitor;

-- How far the operator has come with a criterion of certification. The criteria themselves are data of the code.
CREATE TABLE criterion_state (
    company_id uuid NOT NULL REFERENCES company,
    criterion text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'prepared', 'met', 'not_applicable')),
    owner text NOT NULL,
    note text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, criterion)
);
ALTER TABLE criterion_state ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON criterion_state TO ashiato_operator USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE ON criterion_state TO ashiato_operator;

-- Whether an endpoint answered, as the worker asked it from outside the server process; no company's data.
CREATE TABLE probe_sample (
    endpoint text NOT NULL,
    probed_at timestamptz NOT NULL,
    answered boolean NOT NULL,
    milliseconds integer NOT NULL,
    every_seconds integer NOT NULL CHECK (every_seconds > 0),
    PRIMARY KEY (endpoint, probed_at)
);
ALTER TABLE probe_sample ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY follow ON probe_sample TO ashiato_follower USING (true);
GRANT SELECT, INSERT ON probe_sample TO ashiato_follower;

-- That a backup was restored and compared, and how that came out; no company's data.
CREATE TABLE restore_drill (
    drilled_at timestamptz PRIMARY KEY,
    backup_point text NOT NULL,
    seconds integer NOT NULL,
    differences integer NOT NULL
);
ALTER TABLE restore_drill ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY follow ON restore_drill TO ashiato_follower USING (true);
GRANT SELECT, INSERT ON restore_drill TO ashiato_follower;

-- Counting the log's facts by kind, and the companies by kind: the follower's.
GRANT SELECT (kind, applied_at) ON company TO ashiato_follower;
CREATE POLICY follow ON standing FOR SELECT TO ashiato_follower USING (true);
GRANT SELECT (company_id, to_state, changed_at) ON standing TO ashiato_follower;
