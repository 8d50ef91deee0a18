-- What the Japanese data-transaction interface says beyond what was known: profiles and plants, applications with their keys,
-- parts by item and supplement, stated footprints and their disclosure, progress over tiers, notices, certificates, tracks.
-- Safe while older code runs: adds columns with defaults and new tables; loosens two checks that older code keeps by itself.

ALTER TABLE company ADD COLUMN address text NOT NULL DEFAULT '', ADD COLUMN global_id text;
CREATE UNIQUE INDEX company_global_id ON company (global_id);
CREATE POLICY present ON company FOR UPDATE TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT (address, global_id), UPDATE (name, address, global_id) ON company TO ashiato_member;

ALTER TABLE site ADD COLUMN global_id text;
CREATE UNIQUE INDEX site_global_id ON site (company_id, global_id);

-- An application that is admitted to the interface, known by its key, from certain networks only. Owned by the operator.
CREATE TABLE application (
    company_id uuid NOT NULL REFERENCES company,
    application_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('application', 'system')),
    secret_hash bytea NOT NULL,
    networks cidr[] NOT NULL,
    active boolean NOT NULL DEFAULT true,
    registered_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, application_id)
);
CREATE INDEX application_key ON application (secret_hash);
ALTER TABLE application ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY gate ON application FOR SELECT TO ashiato_app USING (true);
CREATE POLICY own ON application TO ashiato_operator USING (company_id = (SELECT tenant()));
GRANT SELECT ON application TO ashiato_app;
GRANT SELECT (company_id, application_id, name, kind, networks, active, registered_at), INSERT, UPDATE (active) ON application TO ashiato_operator;

-- A part by the words of the interface: item and supplement at a site. A withdrawn part has left every list.
ALTER TABLE part
    ADD COLUMN designation text,
    ADD COLUMN supplement text,
    ADD COLUMN label text,
    ADD COLUMN notes text[] NOT NULL DEFAULT '{NULL,NULL,NULL}',
    ADD COLUMN unit_stated boolean NOT NULL DEFAULT true,
    ADD COLUMN terminal boolean NOT NULL DEFAULT false,
    ADD COLUMN withdrawn_at timestamptz,
    ADD COLUMN item text NOT NULL GENERATED ALWAYS AS (coalesce(designation, part_number)) STORED;
CREATE UNIQUE INDEX part_designation ON part (company_id, site_id, item, (coalesce(supplement, '')))
    WHERE designation IS NOT NULL AND withdrawn_at IS NULL;
CREATE INDEX part_item ON part (company_id, item COLLATE "C", part_id) WHERE withdrawn_at IS NULL AND site_id IS NOT NULL;

-- The interface allows none of a component.
ALTER TABLE part_structure DROP CONSTRAINT part_structure_amount_check;
ALTER TABLE part_structure ADD CONSTRAINT part_structure_amount_check CHECK (amount >= 0 AND amount < 'Infinity');

-- What the buyer shows the supplier of the part that it asks about: its description, never an amount.
CREATE TABLE request_item (
    company_id uuid NOT NULL,
    request_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    part_id uuid NOT NULL,
    site_id uuid NOT NULL,
    item text NOT NULL,
    supplement text,
    label text,
    notes text[] NOT NULL,
    unit text,
    terminal boolean NOT NULL,
    PRIMARY KEY (company_id, request_id),
    FOREIGN KEY (company_id, request_id) REFERENCES request
);
ALTER TABLE request_item ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON request_item TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY received ON request_item FOR SELECT TO ashiato_member USING (supplier_id = (SELECT tenant()));
GRANT SELECT, INSERT ON request_item TO ashiato_member;

-- Owned by the supplier, seen by the buyer of one request: counts of what stands above it, and which part answers, where the supplier says so.
CREATE TABLE request_progress (
    company_id uuid NOT NULL REFERENCES company,
    buyer_id uuid NOT NULL,
    request_id uuid NOT NULL,
    part_id uuid,
    trades integer NOT NULL CHECK (trades > 0),
    completed integer NOT NULL CHECK (completed >= 0),
    tiers integer NOT NULL CHECK (tiers > 0),
    terminated boolean NOT NULL,
    trades_changed_at timestamptz NOT NULL,
    completed_changed_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, buyer_id, request_id),
    FOREIGN KEY (buyer_id, request_id) REFERENCES request
);
CREATE INDEX request_progress_request ON request_progress (buyer_id, request_id);
ALTER TABLE request_progress ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON request_progress TO ashiato_member USING (company_id = (SELECT tenant())) WITH CHECK (
    company_id = (SELECT tenant())
    AND EXISTS (
        SELECT FROM request
        WHERE request.company_id = request_progress.buyer_id
          AND request.request_id = request_progress.request_id
          AND request.supplier_id = (SELECT tenant())
    )
);
CREATE POLICY received ON request_progress FOR SELECT TO ashiato_member USING (buyer_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE ON request_progress TO ashiato_member;

-- What one party of a request is told of the other's deeds. The follower passes on what concerns further tiers, and reads nothing else.
CREATE TABLE notice (
    company_id uuid NOT NULL REFERENCES company,
    notice_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('asked', 'cancelled', 'rejected', 'answered', 'updated', 'replied', 'progressed')),
    buyer_id uuid NOT NULL,
    request_id uuid NOT NULL,
    noted_at timestamptz NOT NULL,
    passed_on_at timestamptz,
    PRIMARY KEY (company_id, notice_id),
    FOREIGN KEY (buyer_id, request_id) REFERENCES request
);
CREATE INDEX notice_received ON notice (recipient_id, noted_at, notice_id);
CREATE INDEX notice_waiting ON notice (noted_at) WHERE passed_on_at IS NULL;
ALTER TABLE notice ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notice TO ashiato_member USING (company_id = (SELECT tenant())) WITH CHECK (
    company_id = (SELECT tenant())
    AND EXISTS (
        SELECT FROM request
        WHERE request.company_id = notice.buyer_id
          AND request.request_id = notice.request_id
          AND (request.company_id, request.supplier_id) IN ((notice.company_id, notice.recipient_id), (notice.recipient_id, notice.company_id))
    )
);
CREATE POLICY received ON notice FOR SELECT TO ashiato_member USING (recipient_id = (SELECT tenant()));
CREATE POLICY follow ON notice TO ashiato_follower USING (true);
GRANT SELECT, INSERT ON notice TO ashiato_member;
GRANT SELECT, UPDATE (passed_on_at) ON notice TO ashiato_follower;

-- A footprint that its company states in four figures, without an inventory: own and component share, each of pre-processing and main production.
CREATE TABLE stated_footprint (
    company_id uuid NOT NULL,
    part_id uuid NOT NULL,
    statement_id uuid NOT NULL,
    unit text NOT NULL,
    pre_production numeric CHECK (pre_production >= 0 AND pre_production < 'Infinity'),
    main_production numeric CHECK (main_production >= 0 AND main_production < 'Infinity'),
    pre_component numeric CHECK (pre_component >= 0 AND pre_component < 'Infinity'),
    main_component numeric CHECK (main_component >= 0 AND main_component < 'Infinity'),
    pre_quality numeric[] NOT NULL CHECK (cardinality(pre_quality) = 3),
    main_quality numeric[] NOT NULL CHECK (cardinality(main_quality) = 3),
    stated_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, part_id),
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
ALTER TABLE stated_footprint ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON stated_footprint TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON stated_footprint TO ashiato_member;

-- A stated footprint is released without a computation behind it.
ALTER TABLE release ALTER COLUMN footprint_id DROP NOT NULL;

-- The quality of a release by process, granted apart from its figures.
CREATE TABLE release_quality (
    company_id uuid NOT NULL,
    release_id uuid NOT NULL,
    pre_quality numeric[] NOT NULL CHECK (cardinality(pre_quality) = 3),
    main_quality numeric[] NOT NULL CHECK (cardinality(main_quality) = 3),
    PRIMARY KEY (company_id, release_id),
    FOREIGN KEY (company_id, release_id) REFERENCES release
);
CREATE INDEX release_quality_id ON release_quality (release_id);
ALTER TABLE release_quality ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON release_quality TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY granted ON release_quality FOR SELECT TO ashiato_member USING (
    EXISTS (
        SELECT FROM data_grant
        WHERE data_grant.company_id = release_quality.company_id
          AND data_grant.grantee_id = (SELECT tenant())
          AND data_grant.subject_kind = 'release_quality'
          AND data_grant.subject_id = release_quality.release_id
          AND data_grant.revoked_at IS NULL
    )
);
GRANT SELECT, INSERT ON release_quality TO ashiato_member;

-- What a company wishes one buyer to see of one of its parts, now and whenever it is released anew.
CREATE TABLE disclosure (
    company_id uuid NOT NULL,
    part_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    figures boolean,
    quality boolean,
    certificates boolean,
    PRIMARY KEY (company_id, part_id, recipient_id),
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
ALTER TABLE disclosure ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON disclosure TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE ON disclosure TO ashiato_member;

-- Files as proof: announced first, kept once, by their digest.
CREATE TABLE evidence_file (
    company_id uuid NOT NULL REFERENCES company,
    file_id uuid NOT NULL,
    name text NOT NULL,
    digest text,
    size bigint CHECK (size >= 0),
    announced_at timestamptz NOT NULL,
    kept_at timestamptz,
    PRIMARY KEY (company_id, file_id)
);
ALTER TABLE evidence_file ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON evidence_file TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (digest, size, kept_at) ON evidence_file TO ashiato_member;

CREATE TABLE certificate (
    company_id uuid NOT NULL,
    certificate_id uuid NOT NULL,
    part_id uuid NOT NULL,
    description text,
    PRIMARY KEY (company_id, certificate_id),
    UNIQUE (company_id, part_id),
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
CREATE INDEX certificate_part ON certificate (part_id);
ALTER TABLE certificate ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON certificate TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY granted ON certificate FOR SELECT TO ashiato_member USING (
    EXISTS (
        SELECT FROM data_grant
        WHERE data_grant.company_id = certificate.company_id
          AND data_grant.grantee_id = (SELECT tenant())
          AND data_grant.subject_kind = 'certificate'
          AND data_grant.subject_id = certificate.part_id
          AND data_grant.revoked_at IS NULL
    )
);
GRANT SELECT, INSERT, UPDATE (description), DELETE ON certificate TO ashiato_member;

CREATE TABLE certificate_file (
    company_id uuid NOT NULL,
    certificate_id uuid NOT NULL,
    file_id uuid NOT NULL,
    part_id uuid NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (company_id, certificate_id, file_id),
    FOREIGN KEY (company_id, certificate_id) REFERENCES certificate,
    FOREIGN KEY (company_id, file_id) REFERENCES evidence_file
);
ALTER TABLE certificate_file ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON certificate_file TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY granted ON certificate_file FOR SELECT TO ashiato_member USING (
    EXISTS (
        SELECT FROM data_grant
        WHERE data_grant.company_id = certificate_file.company_id
          AND data_grant.grantee_id = (SELECT tenant())
          AND data_grant.subject_kind = 'certificate'
          AND data_grant.subject_id = certificate_file.part_id
          AND data_grant.revoked_at IS NULL
    )
);
GRANT SELECT, INSERT, DELETE ON certificate_file TO ashiato_member;

-- What became of a write, by the number that its answer carried.
CREATE TABLE track (
    company_id uuid NOT NULL REFERENCES company,
    track_id text NOT NULL,
    accepted_at timestamptz NOT NULL,
    succeeded boolean NOT NULL,
    PRIMARY KEY (company_id, track_id)
);
ALTER TABLE track ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON track TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON track TO ashiato_member;
