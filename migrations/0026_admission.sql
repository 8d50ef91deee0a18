-- How a company is admitted: the numbers that it is known by, the terms that it accepted, what it proved, what the operator checked.
-- Safe while older code runs: adds columns that may be empty and tables that did not exist.

ALTER TABLE company ADD COLUMN lei text, ADD COLUMN duns text, ADD COLUMN bpn text;
CREATE UNIQUE INDEX company_lei ON company (lei);
CREATE UNIQUE INDEX company_duns ON company (duns);
CREATE UNIQUE INDEX company_bpn ON company (bpn);
GRANT SELECT (lei, duns, bpn) ON company TO ashiato_member;

ALTER TABLE standing ADD COLUMN decided_by text NOT NULL DEFAULT '';  -- the operator's person, by name

-- A company's application, followed by whoever has its link until it is admitted.
CREATE TABLE candidacy (
    company_id uuid PRIMARY KEY REFERENCES company,
    token_hash bytea NOT NULL,
    person_id uuid NOT NULL,
    contact_name text NOT NULL,
    phone text NOT NULL,
    website text NOT NULL,
    invited boolean NOT NULL,  -- the first administrator has no password yet and is invited when the company is admitted
    expires_at timestamptz NOT NULL,
    FOREIGN KEY (company_id, person_id) REFERENCES person
);
CREATE INDEX candidacy_token ON candidacy (token_hash);
ALTER TABLE candidacy ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY gate ON candidacy FOR SELECT TO ashiato_app USING (true);
CREATE POLICY own ON candidacy FOR SELECT TO ashiato_member, ashiato_visitor USING (company_id = (SELECT tenant()));
CREATE POLICY apply ON candidacy FOR INSERT TO ashiato_visitor WITH CHECK (company_id = (SELECT tenant()));
CREATE POLICY supervise ON candidacy FOR SELECT TO ashiato_operator USING (true);
GRANT SELECT (company_id, token_hash, expires_at) ON candidacy TO ashiato_app;
GRANT SELECT (company_id, person_id, contact_name, phone, website, invited, expires_at)
    ON candidacy TO ashiato_member, ashiato_visitor, ashiato_operator;
GRANT INSERT ON candidacy TO ashiato_visitor;

-- Which version of the terms a company accepted.
CREATE TABLE acceptance (
    company_id uuid NOT NULL REFERENCES company,
    version text NOT NULL,
    digest text NOT NULL,
    accepted_by text NOT NULL,
    accepted_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, version)
);
ALTER TABLE acceptance ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON acceptance TO ashiato_member, ashiato_visitor USING (company_id = (SELECT tenant()));
CREATE POLICY supervise ON acceptance FOR SELECT TO ashiato_operator USING (true);
GRANT SELECT, INSERT ON acceptance TO ashiato_member, ashiato_visitor;
GRANT SELECT ON acceptance TO ashiato_operator;

-- What the operator's people checked of a company, each time with a reason; the newest of an item counts.
CREATE TABLE admission_check (
    company_id uuid NOT NULL REFERENCES company,
    check_id uuid NOT NULL,
    item text NOT NULL,
    passed boolean NOT NULL,
    reason text NOT NULL,
    checked_by text NOT NULL,
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, check_id)
);
CREATE INDEX admission_check_item ON admission_check (company_id, item, checked_at);
ALTER TABLE admission_check ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON admission_check FOR SELECT TO ashiato_member, ashiato_visitor USING (company_id = (SELECT tenant()));
CREATE POLICY supervise ON admission_check TO ashiato_operator USING (true);
GRANT SELECT ON admission_check TO ashiato_member, ashiato_visitor;
GRANT SELECT, INSERT ON admission_check TO ashiato_operator;

-- What a company proves to control: a domain, or the key of a certificate. The challenge is public by nature.
CREATE TABLE control_proof (
    company_id uuid NOT NULL REFERENCES company,
    proof_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('domain', 'certificate')),
    subject text NOT NULL,
    challenge text NOT NULL,
    stated_at timestamptz NOT NULL,
    proven_at timestamptz,
    proven_how text,
    PRIMARY KEY (company_id, proof_id),
    UNIQUE (company_id, kind, subject),
    CHECK ((proven_at IS NULL) = (proven_how IS NULL))
);
ALTER TABLE control_proof ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON control_proof TO ashiato_member, ashiato_visitor USING (company_id = (SELECT tenant()));
CREATE POLICY supervise ON control_proof FOR SELECT TO ashiato_operator USING (true);
GRANT SELECT, INSERT, UPDATE (proven_at, proven_how) ON control_proof TO ashiato_member, ashiato_visitor;
GRANT SELECT ON control_proof TO ashiato_operator;

-- The right to choose a password once, for a person who has none or lost it.
CREATE TABLE invitation (
    company_id uuid NOT NULL,
    invitation_id uuid NOT NULL,
    person_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    invited_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (company_id, invitation_id),
    FOREIGN KEY (company_id, person_id) REFERENCES person
);
CREATE INDEX invitation_token ON invitation (token_hash);
CREATE INDEX invitation_person ON invitation (company_id, person_id);
ALTER TABLE invitation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY gate ON invitation FOR SELECT TO ashiato_app USING (true);
CREATE POLICY own ON invitation TO ashiato_member, ashiato_operator USING (company_id = (SELECT tenant()));
CREATE POLICY first ON invitation FOR INSERT TO ashiato_operator WITH CHECK (true);  -- the first administrator, when a company is admitted
GRANT SELECT ON invitation TO ashiato_app;
GRANT SELECT (company_id, invitation_id, person_id, invited_at, expires_at, used_at), INSERT, UPDATE (used_at)
    ON invitation TO ashiato_member, ashiato_operator;

-- What an applicant shows and reads of itself before anybody can log in.
CREATE POLICY candidate ON company FOR SELECT TO ashiato_visitor USING (company_id = (SELECT tenant()));
GRANT SELECT (company_id, kind, name, corporate_number, country, state, lei, duns, bpn, address, contact_email, applied_at) ON company TO ashiato_visitor;
CREATE POLICY candidate ON standing FOR SELECT TO ashiato_visitor USING (company_id = (SELECT tenant()));
GRANT SELECT ON standing TO ashiato_visitor;
CREATE POLICY apply ON site FOR INSERT TO ashiato_visitor WITH CHECK (company_id = (SELECT tenant()));
GRANT INSERT ON site TO ashiato_visitor;
