-- Emission factors, inventories, computed footprints, releases to buyers, declarations to the public.
-- Safe while older code runs: creates only what did not exist.

CREATE TABLE emission_factor (
    company_id uuid NOT NULL REFERENCES company,
    code text NOT NULL,
    name text NOT NULL,
    kg_co2e numeric NOT NULL CHECK (kg_co2e > '-Infinity' AND kg_co2e < 'Infinity'),
    per_unit text NOT NULL,
    year integer NOT NULL,
    geography text NOT NULL,
    source text NOT NULL,
    citation text NOT NULL,
    licence text NOT NULL,
    standing text NOT NULL CHECK (standing IN ('published', 'supplier', 'measured', 'estimate')),
    electricity_basis text,
    ter integer CHECK (ter BETWEEN 1 AND 5),
    ger integer CHECK (ger BETWEEN 1 AND 5),
    tir integer CHECK (tir BETWEEN 1 AND 5),
    extra jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (company_id, code)
);
ALTER TABLE emission_factor ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON emission_factor TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE ON emission_factor TO ashiato_member;

CREATE TABLE inventory_line (
    company_id uuid NOT NULL,
    part_id uuid NOT NULL,
    line integer NOT NULL CHECK (line > 0),
    stage text NOT NULL CHECK (stage IN ('raw_materials', 'production', 'distribution', 'end_of_life')),
    activity text NOT NULL,
    amount numeric NOT NULL CHECK (amount > '-Infinity' AND amount < 'Infinity'),
    unit text NOT NULL,
    factor_code text,  -- the company's own, or gwp:<gas> for a direct emission; empty for an outflow without burden
    flow text NOT NULL CHECK (flow IN ('input', 'energy', 'emission', 'waste', 'credit')),
    data_source text NOT NULL CHECK (data_source IN ('own', 'average')),
    evidence text NOT NULL DEFAULT '',
    ter integer CHECK (ter BETWEEN 1 AND 5),
    ger integer CHECK (ger BETWEEN 1 AND 5),
    tir integer CHECK (tir BETWEEN 1 AND 5),
    extra jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (company_id, part_id, line),
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
ALTER TABLE inventory_line ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON inventory_line TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON inventory_line TO ashiato_member;

-- Materials accounted for by the circular footprint formula (Recommendation (EU) 2021/2279).
CREATE TABLE circular_material (
    company_id uuid NOT NULL,
    part_id uuid NOT NULL,
    line integer NOT NULL CHECK (line > 0),
    material text NOT NULL,
    mass_kg numeric NOT NULL CHECK (mass_kg > 0 AND mass_kg < 'Infinity'),
    terms text NOT NULL CHECK (terms IN ('material', 'end_of_life', 'both')),
    parameters jsonb NOT NULL,
    data_source text NOT NULL CHECK (data_source IN ('own', 'average')),
    evidence text NOT NULL DEFAULT '',
    extra jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (company_id, part_id, line),
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
ALTER TABLE circular_material ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON circular_material TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON circular_material TO ashiato_member;

-- The factor that stands in for a bought part until its supplier has answered.
CREATE TABLE secondary_factor (
    company_id uuid NOT NULL,
    part_id uuid NOT NULL,
    factor_code text NOT NULL,
    stage text NOT NULL CHECK (stage IN ('raw_materials', 'production')),
    PRIMARY KEY (company_id, part_id),
    FOREIGN KEY (company_id, part_id) REFERENCES part,
    FOREIGN KEY (company_id, factor_code) REFERENCES emission_factor
);
ALTER TABLE secondary_factor ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON secondary_factor TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON secondary_factor TO ashiato_member;

-- A computed footprint: the frozen input package and what follows from it.
CREATE TABLE footprint (
    company_id uuid NOT NULL,
    footprint_id uuid NOT NULL,
    part_id uuid NOT NULL,
    method text NOT NULL,
    package text NOT NULL,
    package_digest text NOT NULL,
    result text NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, footprint_id),
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
CREATE INDEX footprint_part ON footprint (company_id, part_id, computed_at);
ALTER TABLE footprint ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON footprint TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON footprint TO ashiato_member;

-- Supplier only: which footprint of which part stands behind a release.
CREATE TABLE release (
    company_id uuid NOT NULL,
    release_id uuid NOT NULL,
    part_id uuid NOT NULL,
    footprint_id uuid NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    released_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, release_id),
    UNIQUE (company_id, part_id, version),
    FOREIGN KEY (company_id, part_id) REFERENCES part,
    FOREIGN KEY (company_id, footprint_id) REFERENCES footprint
);
ALTER TABLE release ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON release TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON release TO ashiato_member;

-- What a recipient sees of a release, frozen and signed: readable by the owner and by those whom a live grant names.
CREATE TABLE release_snapshot (
    company_id uuid NOT NULL,
    release_id uuid NOT NULL,
    snapshot text NOT NULL,
    digest text NOT NULL,
    signature jsonb NOT NULL,
    PRIMARY KEY (company_id, release_id),
    FOREIGN KEY (company_id, release_id) REFERENCES release
);
CREATE INDEX release_snapshot_id ON release_snapshot (release_id);
ALTER TABLE release_snapshot ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON release_snapshot TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY granted ON release_snapshot FOR SELECT TO ashiato_member USING (
    EXISTS (
        SELECT FROM data_grant
        WHERE data_grant.company_id = release_snapshot.company_id
          AND data_grant.grantee_id = (SELECT tenant())
          AND data_grant.subject_kind = 'footprint_release'
          AND data_grant.subject_id = release_snapshot.release_id
          AND data_grant.revoked_at IS NULL
    )
);
GRANT SELECT, INSERT ON release_snapshot TO ashiato_member;

-- A declaration with its input package: the declaring company's own.
CREATE TABLE declaration (
    company_id uuid NOT NULL,
    declaration_id uuid NOT NULL,
    part_id uuid NOT NULL,
    footprint_id uuid NOT NULL,
    declared_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, declaration_id),
    FOREIGN KEY (company_id, part_id) REFERENCES part,
    FOREIGN KEY (company_id, footprint_id) REFERENCES footprint
);
CREATE INDEX declaration_part ON declaration (company_id, part_id, declared_at);
ALTER TABLE declaration ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON declaration TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON declaration TO ashiato_member;

-- What the public sees of it.
CREATE TABLE published_declaration (
    company_id uuid NOT NULL,
    declaration_id uuid NOT NULL,
    document text NOT NULL,
    signature jsonb NOT NULL,
    PRIMARY KEY (company_id, declaration_id),
    FOREIGN KEY (company_id, declaration_id) REFERENCES declaration
);
CREATE INDEX published_declaration_id ON published_declaration (declaration_id);
ALTER TABLE published_declaration ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON published_declaration TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY public ON published_declaration FOR SELECT TO ashiato_visitor USING (true);
GRANT SELECT, INSERT ON published_declaration TO ashiato_member;
GRANT SELECT ON published_declaration TO ashiato_visitor;
