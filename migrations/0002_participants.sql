-- Companies, their people, systems, sites and keys.
-- Safe while older code runs: creates only what did not exist.

CREATE TABLE company (
    company_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('member', 'verifier', 'operator')),
    name text NOT NULL,
    corporate_number text UNIQUE,  -- a public register's number; that a company is a member is public
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    contact_email text NOT NULL,
    state text NOT NULL CHECK (state IN ('applied', 'verified', 'admitted', 'suspended', 'declined')),
    applied_at timestamptz NOT NULL
);
ALTER TABLE company ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY gate ON company FOR SELECT TO ashiato_app USING (true);
CREATE POLICY directory ON company FOR SELECT TO ashiato_member
    USING (company_id = (SELECT tenant()) OR (kind = 'member' AND state IN ('admitted', 'suspended')));
CREATE POLICY supervise ON company FOR SELECT TO ashiato_operator USING (true);
CREATE POLICY move ON company FOR UPDATE TO ashiato_operator USING (kind <> 'operator');
CREATE POLICY found ON company FOR INSERT TO ashiato_operator WITH CHECK (company_id = (SELECT tenant()) AND kind = 'operator');
CREATE POLICY apply ON company FOR INSERT TO ashiato_visitor WITH CHECK (company_id = (SELECT tenant()) AND state = 'applied' AND kind <> 'operator');
GRANT SELECT (company_id, kind, state) ON company TO ashiato_app;
GRANT SELECT (company_id, kind, name, corporate_number, country, state) ON company TO ashiato_member;
GRANT SELECT, INSERT, UPDATE (state) ON company TO ashiato_operator;
GRANT INSERT ON company TO ashiato_visitor;

-- How a company came to its state: who changed it, when and why.
CREATE TABLE standing (
    company_id uuid NOT NULL REFERENCES company,
    standing_id uuid NOT NULL,
    from_state text,
    to_state text NOT NULL,
    reason text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, standing_id)
);
ALTER TABLE standing ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON standing FOR SELECT TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY supervise ON standing TO ashiato_operator USING (true);
CREATE POLICY apply ON standing FOR INSERT TO ashiato_visitor WITH CHECK (company_id = (SELECT tenant()));
GRANT SELECT ON standing TO ashiato_member;
GRANT SELECT, INSERT ON standing TO ashiato_operator;
GRANT INSERT ON standing TO ashiato_visitor;

CREATE TABLE person (
    company_id uuid NOT NULL REFERENCES company,
    person_id uuid NOT NULL,
    email text NOT NULL,
    display_name text NOT NULL,
    password_hash text NOT NULL,
    roles text[] NOT NULL CHECK (roles <@ ARRAY['clerk', 'approver', 'company_admin', 'verifier', 'operator']),
    active boolean NOT NULL DEFAULT true,
    failed_logins integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    PRIMARY KEY (company_id, person_id),
    UNIQUE (company_id, email)
);
CREATE INDEX person_email ON person (email);
ALTER TABLE person ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY gate ON person TO ashiato_app USING (true);
CREATE POLICY own ON person TO ashiato_member, ashiato_operator USING (company_id = (SELECT tenant()));
CREATE POLICY apply ON person FOR INSERT TO ashiato_visitor WITH CHECK (company_id = (SELECT tenant()));
GRANT SELECT, UPDATE (failed_logins, locked_until) ON person TO ashiato_app;
GRANT SELECT (company_id, person_id, email, display_name, roles, active) ON person TO ashiato_member, ashiato_operator;
GRANT INSERT, UPDATE (display_name, password_hash, roles, active) ON person TO ashiato_member, ashiato_operator;
GRANT INSERT ON person TO ashiato_visitor;

CREATE TABLE session (
    company_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    person_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, token_hash),
    FOREIGN KEY (company_id, person_id) REFERENCES person
);
CREATE INDEX session_token ON session (token_hash);
CREATE INDEX session_person ON session (company_id, person_id);
ALTER TABLE session ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY gate ON session TO ashiato_app USING (true);
CREATE POLICY own ON session FOR SELECT TO ashiato_member, ashiato_operator USING (company_id = (SELECT tenant()));
CREATE POLICY leave ON session FOR DELETE TO ashiato_member, ashiato_operator USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, DELETE ON session TO ashiato_app;
GRANT SELECT, DELETE ON session TO ashiato_member, ashiato_operator;

-- A program of a company, known by its client credentials (RFC 6749 section 4.4).
CREATE TABLE client (
    company_id uuid NOT NULL REFERENCES company,
    client_id uuid NOT NULL,
    name text NOT NULL,
    secret_hash bytea NOT NULL,
    roles text[] NOT NULL CHECK (roles <@ ARRAY['clerk', 'approver', 'verifier']),
    active boolean NOT NULL DEFAULT true,
    registered_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, client_id)
);
CREATE INDEX client_by_id ON client (client_id);
ALTER TABLE client ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY gate ON client FOR SELECT TO ashiato_app USING (true);
CREATE POLICY own ON client TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT ON client TO ashiato_app;
GRANT SELECT (company_id, client_id, name, roles, active, registered_at), INSERT, UPDATE (active) ON client TO ashiato_member;

CREATE TABLE site (
    company_id uuid NOT NULL REFERENCES company,
    site_id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    address text NOT NULL DEFAULT '',
    extra jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (company_id, site_id),
    UNIQUE (company_id, code)
);
ALTER TABLE site ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON site TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE ON site TO ashiato_member;

-- The keys with which a company signs what it releases and declares. The public parts are public.
CREATE TABLE signing_key (
    company_id uuid NOT NULL REFERENCES company,
    key_id text NOT NULL,
    public_jwk jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz,
    PRIMARY KEY (company_id, key_id)
);
ALTER TABLE signing_key ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON signing_key TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY public ON signing_key FOR SELECT TO ashiato_member, ashiato_visitor USING (true);
GRANT SELECT, INSERT ON signing_key TO ashiato_member;
GRANT SELECT ON signing_key TO ashiato_visitor;

CREATE TABLE signing_secret (
    company_id uuid NOT NULL,
    key_id text NOT NULL,
    sealed bytea NOT NULL,  -- under the installation's master key, which the database does not hold
    PRIMARY KEY (company_id, key_id),
    FOREIGN KEY (company_id, key_id) REFERENCES signing_key
);
ALTER TABLE signing_secret ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON signing_secret TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON signing_secret TO ashiato_member;
