-- Due diligence: questionnaires that were answered, what parts hold and where it comes from, statements to buyers.
-- Safe while older code runs: creates new tables; loosens two checks that older code keeps by itself.

ALTER TABLE request DROP CONSTRAINT request_subject_kind_check, ADD CONSTRAINT request_subject_kind_check CHECK (subject_kind IN ('footprint', 'diligence'));
ALTER TABLE notice DROP CONSTRAINT notice_kind_check, ADD CONSTRAINT notice_kind_check CHECK (
    kind IN ('asked', 'cancelled', 'rejected', 'answered', 'updated', 'replied', 'progressed', 'probed', 'probe_answered')
);

-- A questionnaire as it was answered, with what followed from its rules at that time. `subject_id`: a site, a material's code, or nothing.
CREATE TABLE assessment (
    company_id uuid NOT NULL REFERENCES company,
    assessment_id uuid NOT NULL,
    questionnaire text NOT NULL,
    version text NOT NULL,
    subject_kind text NOT NULL CHECK (subject_kind IN ('company', 'site', 'material')),
    subject_id text NOT NULL DEFAULT '',
    answers jsonb NOT NULL,
    score jsonb NOT NULL,
    points integer NOT NULL CHECK (points >= 0),
    of_points integer NOT NULL CHECK (of_points >= points),
    assessed_at timestamptz NOT NULL,
    valid_until date NOT NULL,
    PRIMARY KEY (company_id, assessment_id)
);
CREATE INDEX assessment_in_force ON assessment (company_id, valid_until);
CREATE INDEX assessment_when ON assessment (company_id, assessed_at, assessment_id);
CREATE INDEX assessment_newest ON assessment (company_id, questionnaire, subject_id, assessed_at);
ALTER TABLE assessment ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON assessment TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON assessment TO ashiato_member;

-- How much of a material one declared unit of a part holds, and how much of what goes in is lost in the making.
CREATE TABLE material_content (
    company_id uuid NOT NULL,
    part_id uuid NOT NULL,
    material text NOT NULL,
    mass_kg numeric NOT NULL CHECK (mass_kg > 0 AND mass_kg < 'Infinity'),
    loss_share numeric NOT NULL DEFAULT 0 CHECK (loss_share >= 0 AND loss_share < 1),
    PRIMARY KEY (company_id, part_id, material),
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
ALTER TABLE material_content ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON material_content TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, DELETE ON material_content TO ashiato_member;

-- Where a material comes from that the company brings in itself, per declared unit of the part. Empty texts: not known.
CREATE TABLE material_origin (
    company_id uuid NOT NULL,
    part_id uuid NOT NULL,
    line integer NOT NULL CHECK (line > 0),
    material text NOT NULL,
    mass_kg numeric NOT NULL CHECK (mass_kg > 0 AND mass_kg < 'Infinity'),
    form text NOT NULL,
    country text NOT NULL,
    region text NOT NULL,
    mine text NOT NULL,
    refiner text NOT NULL,
    refiner_cid text NOT NULL CHECK (refiner_cid ~ '^(CID[0-9]{6})?$'),
    custody text NOT NULL,
    recycled boolean NOT NULL,
    audit_scheme text NOT NULL,
    audit_until date,
    PRIMARY KEY (company_id, part_id, line),
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
ALTER TABLE material_origin ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON material_origin TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, DELETE ON material_origin TO ashiato_member;

-- Supplier only: which part a statement is about, and what its figures follow from.
CREATE TABLE diligence_statement (
    company_id uuid NOT NULL,
    statement_id uuid NOT NULL,
    part_id uuid NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    basis text NOT NULL,
    stated_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, statement_id),
    UNIQUE (company_id, part_id, version),
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
ALTER TABLE diligence_statement ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON diligence_statement TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON diligence_statement TO ashiato_member;

-- What a recipient sees of it, frozen and signed: readable by the owner and by those whom a live grant names.
CREATE TABLE diligence_snapshot (
    company_id uuid NOT NULL,
    statement_id uuid NOT NULL,
    snapshot text NOT NULL,
    digest text NOT NULL,
    signature jsonb NOT NULL,
    PRIMARY KEY (company_id, statement_id),
    FOREIGN KEY (company_id, statement_id) REFERENCES diligence_statement
);
CREATE INDEX diligence_snapshot_id ON diligence_snapshot (statement_id);
ALTER TABLE diligence_snapshot ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON diligence_snapshot TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY granted ON diligence_snapshot FOR SELECT TO ashiato_member USING (
    EXISTS (
        SELECT FROM data_grant
        WHERE data_grant.company_id = diligence_snapshot.company_id
          AND data_grant.grantee_id = (SELECT tenant())
          AND data_grant.subject_kind = 'diligence_statement'
          AND data_grant.subject_id = diligence_snapshot.statement_id
          AND data_grant.revoked_at IS NULL
          AND (data_grant.valid_until IS NULL OR data_grant.valid_until > now())
    )
);
GRANT SELECT, INSERT ON diligence_snapshot TO ashiato_member;

-- To whom a part's statement is renewed by itself when what it rests on changes: a consent that stands until it is taken back.
CREATE TABLE standing_consent (
    company_id uuid NOT NULL,
    part_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    request_id uuid NOT NULL,
    PRIMARY KEY (company_id, part_id, buyer_id, request_id),
    FOREIGN KEY (company_id, part_id) REFERENCES part,
    FOREIGN KEY (company_id, buyer_id, request_id) REFERENCES request_link
);
ALTER TABLE standing_consent ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON standing_consent TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, DELETE ON standing_consent TO ashiato_member;
