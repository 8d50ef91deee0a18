-- Grants: who may see what of whose, for which purpose, until when; and who really looked.
-- Safe while older code runs: creates only what did not exist.

CREATE TABLE data_grant (
    company_id uuid NOT NULL REFERENCES company,
    grant_id uuid NOT NULL,
    grantee_id uuid NOT NULL REFERENCES company,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    purpose text NOT NULL,
    granted_at timestamptz NOT NULL,
    valid_until timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (company_id, grant_id),
    CHECK (grantee_id <> company_id)
);
CREATE UNIQUE INDEX data_grant_live ON data_grant (company_id, grantee_id, subject_kind, subject_id) WHERE revoked_at IS NULL;
CREATE INDEX data_grant_received ON data_grant (grantee_id, subject_kind, subject_id);
ALTER TABLE data_grant ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON data_grant TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY received ON data_grant FOR SELECT TO ashiato_member USING (grantee_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (revoked_at) ON data_grant TO ashiato_member;

-- The first time that a company read what was granted to it.
CREATE TABLE access_record (
    company_id uuid NOT NULL REFERENCES company,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    reader_id uuid NOT NULL REFERENCES company,
    first_read_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, subject_kind, subject_id, reader_id)
);
ALTER TABLE access_record ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON access_record FOR SELECT TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY reader ON access_record TO ashiato_member USING (reader_id = (SELECT tenant()));
GRANT SELECT, INSERT ON access_record TO ashiato_member;
