-- Files that were imported, and what they changed.
-- Safe while older code runs: creates only what did not exist.

CREATE TABLE import_record (
    company_id uuid NOT NULL REFERENCES company,
    import_id uuid NOT NULL,
    file_name text NOT NULL,
    file_digest text NOT NULL,
    rows_registered integer NOT NULL,
    rows_refused integer NOT NULL,
    changes jsonb NOT NULL,
    registered_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, import_id)
);
CREATE INDEX import_record_when ON import_record (company_id, registered_at, import_id);
ALTER TABLE import_record ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON import_record TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON import_record TO ashiato_member;
