-- By which margin a company's releases must leave its recipe open, what happens where one does not, and who is taken to compare notes.
-- Safe while older code runs: creates only what did not exist.

CREATE TABLE release_policy (
    company_id uuid PRIMARY KEY REFERENCES company,
    margin numeric NOT NULL CHECK (margin > 0 AND margin <= 0.25),
    action text NOT NULL CHECK (action IN ('warn', 'hold', 'coarsen')),
    coalitions jsonb NOT NULL,  -- lists of companies that are taken to show each other what they receive
    set_at timestamptz NOT NULL
);
ALTER TABLE release_policy ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON release_policy TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE ON release_policy TO ashiato_member;
