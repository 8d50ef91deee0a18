-- Due diligence: grievances of anybody, verification by third parties, yearly reports.
-- Safe while older code runs: creates only what did not exist.

-- Who complains: nobody reads it but who holds the code (its digest is the visitor's tenant), and a mediator, who reads the sealed contact.
-- The company concerned has no way to it.
CREATE TABLE grievance_reporter (
    company_id uuid NOT NULL REFERENCES company,
    grievance_id uuid NOT NULL,
    reporter_key uuid NOT NULL,
    contact bytea,
    PRIMARY KEY (company_id, grievance_id)
);
CREATE INDEX grievance_reporter_key ON grievance_reporter (reporter_key);

CREATE TABLE grievance (
    company_id uuid NOT NULL,
    grievance_id uuid NOT NULL,
    category text NOT NULL,
    language text NOT NULL,
    words text NOT NULL,
    state text NOT NULL CHECK (state IN ('received', 'acknowledged', 'investigating', 'remedied', 'dismissed')),
    received_at timestamptz NOT NULL,
    due_at timestamptz,
    PRIMARY KEY (company_id, grievance_id),
    FOREIGN KEY (company_id, grievance_id) REFERENCES grievance_reporter
);
CREATE INDEX grievance_when ON grievance (company_id, received_at, grievance_id);

CREATE TABLE grievance_step (
    company_id uuid NOT NULL,
    grievance_id uuid NOT NULL,
    ordinal integer NOT NULL CHECK (ordinal > 0),
    by_whom text NOT NULL CHECK (by_whom IN ('reporter', 'company', 'mediator')),
    state text NOT NULL,
    words text NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, grievance_id, ordinal),
    FOREIGN KEY (company_id, grievance_id) REFERENCES grievance
);

-- A third party that was asked to mediate.
CREATE TABLE grievance_mediation (
    company_id uuid NOT NULL,
    grievance_id uuid NOT NULL,
    mediator_id uuid NOT NULL REFERENCES company,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, grievance_id, mediator_id),
    FOREIGN KEY (company_id, grievance_id) REFERENCES grievance,
    CHECK (mediator_id <> company_id)
);
CREATE INDEX grievance_mediation_mediator ON grievance_mediation (mediator_id);

ALTER TABLE grievance_reporter ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE grievance ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE grievance_step ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE grievance_mediation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY reporter ON grievance_reporter TO ashiato_visitor USING (reporter_key = (SELECT tenant()));
CREATE POLICY mediates ON grievance_reporter FOR SELECT TO ashiato_member USING (
    EXISTS (
        SELECT FROM grievance_mediation AS asked
        WHERE asked.company_id = grievance_reporter.company_id AND asked.grievance_id = grievance_reporter.grievance_id
          AND asked.mediator_id = (SELECT tenant())
    )
);
GRANT SELECT, INSERT ON grievance_reporter TO ashiato_visitor;
GRANT SELECT (company_id, grievance_id, contact) ON grievance_reporter TO ashiato_member;

CREATE POLICY reporter ON grievance TO ashiato_visitor USING (
    EXISTS (
        SELECT FROM grievance_reporter AS who
        WHERE who.company_id = grievance.company_id AND who.grievance_id = grievance.grievance_id AND who.reporter_key = (SELECT tenant())
    )
);
CREATE POLICY own ON grievance TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY mediates ON grievance FOR SELECT TO ashiato_member USING (
    EXISTS (
        SELECT FROM grievance_mediation AS asked
        WHERE asked.company_id = grievance.company_id AND asked.grievance_id = grievance.grievance_id AND asked.mediator_id = (SELECT tenant())
    )
);
GRANT SELECT, INSERT ON grievance TO ashiato_visitor;
GRANT SELECT, UPDATE (state, due_at) ON grievance TO ashiato_member;

CREATE POLICY reporter ON grievance_step TO ashiato_visitor USING (
    EXISTS (
        SELECT FROM grievance_reporter AS who
        WHERE who.company_id = grievance_step.company_id AND who.grievance_id = grievance_step.grievance_id AND who.reporter_key = (SELECT tenant())
    )
);
CREATE POLICY own ON grievance_step TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY mediates ON grievance_step TO ashiato_member USING (
    EXISTS (
        SELECT FROM grievance_mediation AS asked
        WHERE asked.company_id = grievance_step.company_id AND asked.grievance_id = grievance_step.grievance_id AND asked.mediator_id = (SELECT tenant())
    )
);
GRANT SELECT, INSERT ON grievance_step TO ashiato_visitor, ashiato_member;

CREATE POLICY own ON grievance_mediation TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY asked ON grievance_mediation FOR SELECT TO ashiato_member USING (mediator_id = (SELECT tenant()));
GRANT SELECT, INSERT ON grievance_mediation TO ashiato_member;

-- What a third party verified (EU 2023/1542 Article 51): scheme, issuer, scope, validity.
CREATE TABLE verification (
    company_id uuid NOT NULL REFERENCES company,
    verification_id uuid NOT NULL,
    scheme text NOT NULL,
    issuer text NOT NULL,
    scope text NOT NULL,
    summary text NOT NULL,
    valid_from date NOT NULL,
    valid_until date NOT NULL CHECK (valid_until >= valid_from),
    evidence_id uuid,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, verification_id),
    FOREIGN KEY (company_id, evidence_id) REFERENCES evidence_item
);
CREATE INDEX verification_when ON verification (company_id, recorded_at, verification_id);
ALTER TABLE verification ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON verification TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON verification TO ashiato_member;

-- A yearly report (Article 52(3)): what its figures follow from, for the company's own eyes.
CREATE TABLE diligence_report (
    company_id uuid NOT NULL REFERENCES company,
    report_id uuid NOT NULL,
    year integer NOT NULL,
    basis text NOT NULL,
    reported_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, report_id)
);
CREATE INDEX diligence_report_when ON diligence_report (company_id, reported_at, report_id);
ALTER TABLE diligence_report ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON diligence_report TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON diligence_report TO ashiato_member;

-- What the public sees of it.
CREATE TABLE published_report (
    company_id uuid NOT NULL,
    report_id uuid NOT NULL,
    document text NOT NULL,
    signature jsonb NOT NULL,
    PRIMARY KEY (company_id, report_id),
    FOREIGN KEY (company_id, report_id) REFERENCES diligence_report
);
CREATE INDEX published_report_id ON published_report (report_id);
ALTER TABLE published_report ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON published_report TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY public ON published_report FOR SELECT TO ashiato_visitor USING (true);
GRANT SELECT, INSERT ON published_report TO ashiato_member;
GRANT SELECT ON published_report TO ashiato_visitor;
