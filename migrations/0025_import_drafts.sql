-- Files that were handed in and are not registered yet, with what was corrected in them: seen by the own company alone, for some days.
-- Safe while older code runs: creates only what did not exist.

CREATE TABLE import_draft (
    company_id uuid NOT NULL REFERENCES company,
    draft_id uuid NOT NULL,
    file_name text NOT NULL,
    file_digest text NOT NULL,
    content bytea NOT NULL,
    corrections jsonb NOT NULL DEFAULT '[]',
    revision integer NOT NULL DEFAULT 0,
    state text NOT NULL CHECK (state IN ('open', 'registered', 'discarded')),
    outcome jsonb,
    kept_by uuid NOT NULL,
    kept_at timestamptz NOT NULL,
    changed_by uuid NOT NULL,
    changed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, draft_id),
    FOREIGN KEY (company_id, kept_by) REFERENCES person (company_id, person_id),
    FOREIGN KEY (company_id, changed_by) REFERENCES person (company_id, person_id)
);
CREATE INDEX import_draft_when ON import_draft (company_id, kept_at, draft_id);
ALTER TABLE import_draft ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON import_draft TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, DELETE, UPDATE (content, corrections, revision, state, outcome, changed_by, changed_at) ON import_draft TO ashiato_member;
