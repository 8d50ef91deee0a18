-- Releasing by two people: whether a company wants it, and what waits for the second one.
-- Safe while older code runs: adds a column with a default, and a table.

ALTER TABLE release_policy ADD COLUMN second_person boolean NOT NULL DEFAULT false;

CREATE TABLE release_approval (
    company_id uuid NOT NULL REFERENCES company,
    approval_id uuid NOT NULL,
    footprint_id uuid NOT NULL,
    request_ids uuid[] NOT NULL,
    note text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'approved', 'returned', 'overtaken')),
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (company_id, approval_id),
    FOREIGN KEY (company_id, footprint_id) REFERENCES footprint (company_id, footprint_id)
);
CREATE INDEX release_approval_when ON release_approval (company_id, asked_at, approval_id);
CREATE INDEX release_approval_waiting ON release_approval (company_id, asked_at) WHERE state = 'waiting';
ALTER TABLE release_approval ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON release_approval TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, reason) ON release_approval TO ashiato_member;
