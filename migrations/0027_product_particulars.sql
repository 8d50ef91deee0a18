-- What a company states of a product beside its figures: other names, classes, the place it is made at, carbon by origin.
-- Safe while older code runs: adds a table.

CREATE TABLE product_particulars (
    company_id uuid NOT NULL,
    part_id uuid NOT NULL,
    content text NOT NULL,  -- canonical JSON
    stated_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, part_id),
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
ALTER TABLE product_particulars ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON product_particulars TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (content, stated_at) ON product_particulars TO ashiato_member;
