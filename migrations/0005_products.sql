-- Parts, what they are made of, and the battery models among them.
-- Safe while older code runs: creates only what did not exist.

CREATE TABLE part (
    company_id uuid NOT NULL REFERENCES company,
    part_id uuid NOT NULL,
    part_number text NOT NULL,
    name text NOT NULL,
    declared_unit text NOT NULL,
    mass_kg numeric CHECK (mass_kg > 0 AND mass_kg < 'Infinity'),
    site_id uuid,
    sourcing text NOT NULL CHECK (sourcing IN ('made', 'bought')),
    supplier_number text,
    supplier_part_number text,
    registered_at timestamptz NOT NULL,
    extra jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (company_id, part_id),
    UNIQUE (company_id, part_number),
    FOREIGN KEY (company_id, site_id) REFERENCES site,
    CHECK (sourcing = 'bought' OR (supplier_number IS NULL AND supplier_part_number IS NULL))
);
ALTER TABLE part ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON part TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE ON part TO ashiato_member;

-- amount (in unit) of the child in one declared unit of the parent
CREATE TABLE part_structure (
    company_id uuid NOT NULL,
    parent_id uuid NOT NULL,
    child_id uuid NOT NULL,
    amount numeric NOT NULL CHECK (amount > 0 AND amount < 'Infinity'),
    unit text NOT NULL,
    extra jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (company_id, parent_id, child_id),
    FOREIGN KEY (company_id, parent_id) REFERENCES part,
    FOREIGN KEY (company_id, child_id) REFERENCES part,
    CHECK (parent_id <> child_id)
);
CREATE INDEX part_structure_child ON part_structure (company_id, child_id);
ALTER TABLE part_structure ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON part_structure TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON part_structure TO ashiato_member;

CREATE TABLE battery_model (
    company_id uuid NOT NULL,
    part_id uuid NOT NULL,
    category text NOT NULL,
    chemistry text NOT NULL,
    usable_energy_kwh numeric CHECK (usable_energy_kwh > 0 AND usable_energy_kwh < 'Infinity'),
    warranty_years numeric CHECK (warranty_years > 0 AND warranty_years < 'Infinity'),
    warranty_km numeric CHECK (warranty_km > 0 AND warranty_km < 'Infinity'),
    delivered_energy_kwh numeric CHECK (delivered_energy_kwh > 0 AND delivered_energy_kwh < 'Infinity'),
    PRIMARY KEY (company_id, part_id),
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
ALTER TABLE battery_model ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON battery_model TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE ON battery_model TO ashiato_member;
