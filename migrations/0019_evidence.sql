-- Evidence: files that prove a figure, each encrypted under a key of its own. Dropping the key erases the file; its digest stays.
-- Safe while older code runs: adds tables.

CREATE TABLE evidence_item (
    company_id uuid NOT NULL REFERENCES company,
    evidence_id uuid NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    digest text NOT NULL,  -- SHA-256 of what was sent
    size bigint NOT NULL CHECK (size > 0),
    stored text NOT NULL,  -- SHA-256 of the encrypted bytes, under which they lie
    sealed_key bytea,  -- the file's key under the installation's; none once it is removed
    personal boolean NOT NULL,
    expires_on date,
    added_at timestamptz NOT NULL,
    removed_at timestamptz,
    CHECK ((sealed_key IS NULL) = (removed_at IS NOT NULL)),
    PRIMARY KEY (company_id, evidence_id)
);
CREATE UNIQUE INDEX evidence_item_digest ON evidence_item (company_id, digest) WHERE removed_at IS NULL;
CREATE INDEX evidence_item_id ON evidence_item (evidence_id);
CREATE INDEX evidence_item_added ON evidence_item (company_id, added_at, evidence_id);
ALTER TABLE evidence_item ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON evidence_item TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY granted ON evidence_item FOR SELECT TO ashiato_member USING (
    EXISTS (
        SELECT FROM data_grant
        WHERE data_grant.company_id = evidence_item.company_id
          AND data_grant.grantee_id = (SELECT tenant())
          AND data_grant.subject_kind = 'evidence'
          AND data_grant.subject_id = evidence_item.evidence_id
          AND data_grant.revoked_at IS NULL
          AND (data_grant.valid_until IS NULL OR data_grant.valid_until > now())
        OFFSET 0
    )
);
CREATE POLICY follow ON evidence_item FOR SELECT TO ashiato_follower USING (true);
GRANT SELECT, INSERT, UPDATE (sealed_key, removed_at) ON evidence_item TO ashiato_member;
GRANT SELECT (company_id, evidence_id, stored, removed_at) ON evidence_item TO ashiato_follower;

-- What a file proves: a line of an inventory, an answer (by its request), a declaration.
CREATE TABLE evidence_link (
    company_id uuid NOT NULL,
    evidence_id uuid NOT NULL,
    subject_kind text NOT NULL CHECK (subject_kind IN ('inventory_line', 'answer', 'declaration')),
    subject_id uuid NOT NULL,
    line integer NOT NULL CHECK ((line > 0) = (subject_kind = 'inventory_line')),
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, evidence_id, subject_kind, subject_id, line),
    FOREIGN KEY (company_id, evidence_id) REFERENCES evidence_item
);
ALTER TABLE evidence_link ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON evidence_link TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON evidence_link TO ashiato_member;
