-- Lists as a person has narrowed them, under a name: which list, and the filters as its address spells them.
-- Safe while older code runs: creates only what did not exist.

CREATE TABLE saved_view (
    company_id uuid NOT NULL REFERENCES company,
    person_id uuid NOT NULL,
    view_id uuid NOT NULL,
    list text NOT NULL CHECK (list IN ('parts', 'requests', 'declarations')),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    filters text NOT NULL,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, view_id),
    UNIQUE (company_id, person_id, list, name),
    FOREIGN KEY (company_id, person_id) REFERENCES person (company_id, person_id)
);
ALTER TABLE saved_view ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON saved_view TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (filters, saved_at), DELETE ON saved_view TO ashiato_member;
