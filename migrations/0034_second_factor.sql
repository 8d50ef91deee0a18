-- A second factor beside the password, sessions that are not open yet, and single sign-on by a company's own identity provider.
-- Safe while older code runs: adds columns with defaults and tables that did not exist. Older code takes no session that waits for a factor,
-- because none is made while it runs.

ALTER TABLE person ADD COLUMN second_factor boolean NOT NULL DEFAULT false;
GRANT SELECT (second_factor, failed_logins, locked_until), UPDATE (second_factor, failed_logins, locked_until)
    ON person TO ashiato_member, ashiato_operator;

ALTER TABLE session
    ADD COLUMN session_id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN method text NOT NULL DEFAULT 'password' CHECK (method IN ('password', 'sso', 'invitation')),
    ADD COLUMN label text NOT NULL DEFAULT '',
    ADD COLUMN pending boolean NOT NULL DEFAULT false,  -- opens nothing until a second factor is given or set up
    ADD COLUMN proven_at timestamptz,                   -- when a second factor was given last
    ADD COLUMN challenge bytea;                         -- what a passkey has to sign
CREATE POLICY prove ON session FOR UPDATE TO ashiato_member, ashiato_operator USING (company_id = (SELECT tenant()));
GRANT UPDATE (challenge, proven_at, pending) ON session TO ashiato_member, ashiato_operator;
GRANT UPDATE (challenge) ON session TO ashiato_app;

CREATE TABLE second_factor (
    company_id uuid NOT NULL,
    factor_id uuid NOT NULL,
    person_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('totp', 'passkey')),
    name text NOT NULL,
    sealed bytea,            -- totp: the shared secret, under the installation's master key
    credential_id bytea,     -- passkey
    public_key bytea,        -- passkey: COSE
    last_count bigint NOT NULL DEFAULT 0,  -- totp: the last time step that was used; passkey: the signature counter
    added_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (company_id, factor_id),
    FOREIGN KEY (company_id, person_id) REFERENCES person,
    CHECK ((kind = 'totp') = (sealed IS NOT NULL) AND (kind = 'passkey') = (credential_id IS NOT NULL AND public_key IS NOT NULL))
);
CREATE INDEX second_factor_person ON second_factor (company_id, person_id);
ALTER TABLE second_factor ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON second_factor TO ashiato_member, ashiato_operator USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, DELETE, UPDATE (last_count, confirmed_at, last_used_at) ON second_factor TO ashiato_member, ashiato_operator;

CREATE TABLE recovery_code (
    company_id uuid NOT NULL,
    person_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (company_id, person_id, code_hash),
    FOREIGN KEY (company_id, person_id) REFERENCES person
);
ALTER TABLE recovery_code ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON recovery_code TO ashiato_member, ashiato_operator USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, DELETE, UPDATE (used_at) ON recovery_code TO ashiato_member, ashiato_operator;

-- A company's own provider of identities (OpenID Connect), for the addresses of a domain that it has proven.
CREATE TABLE identity_provider (
    company_id uuid NOT NULL REFERENCES company,
    provider_id uuid NOT NULL,
    issuer text NOT NULL,
    client_id text NOT NULL,
    sealed bytea NOT NULL,  -- the client's secret, under the installation's master key
    domain text NOT NULL,
    stated_at timestamptz NOT NULL,
    active boolean NOT NULL DEFAULT true,
    PRIMARY KEY (company_id, provider_id),
    UNIQUE (company_id, domain)
);
CREATE INDEX identity_provider_domain ON identity_provider (domain) WHERE active;
ALTER TABLE identity_provider ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY gate ON identity_provider FOR SELECT TO ashiato_app USING (true);
CREATE POLICY own ON identity_provider TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT ON identity_provider TO ashiato_app;
GRANT SELECT (company_id, provider_id, issuer, client_id, domain, stated_at, active), INSERT, UPDATE (issuer, client_id, sealed, active)
    ON identity_provider TO ashiato_member;

-- A log-in that was sent to a provider and has not come back. It is used once.
CREATE TABLE sign_on (
    company_id uuid NOT NULL,
    state_hash bytea NOT NULL,
    provider_id uuid NOT NULL,
    browser_hash bytea NOT NULL,
    nonce text NOT NULL,
    verifier text NOT NULL,
    there text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, state_hash),
    FOREIGN KEY (company_id, provider_id) REFERENCES identity_provider
);
CREATE INDEX sign_on_state ON sign_on (state_hash);
ALTER TABLE sign_on ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY gate ON sign_on TO ashiato_app USING (true);
CREATE POLICY own ON sign_on FOR SELECT TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, DELETE ON sign_on TO ashiato_app;
GRANT SELECT (company_id, provider_id, expires_at) ON sign_on TO ashiato_member;

-- Which subject of a provider a person is: bound at the first log-in by the proven address, and from then on by the subject alone.
CREATE TABLE person_identity (
    company_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    subject text NOT NULL,
    person_id uuid NOT NULL,
    bound_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, provider_id, subject),
    UNIQUE (company_id, provider_id, person_id),
    FOREIGN KEY (company_id, provider_id) REFERENCES identity_provider,
    FOREIGN KEY (company_id, person_id) REFERENCES person
);
ALTER TABLE person_identity ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY gate ON person_identity TO ashiato_app USING (true);
CREATE POLICY own ON person_identity FOR SELECT TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON person_identity TO ashiato_app;
GRANT SELECT ON person_identity TO ashiato_member;

-- The operator can look one request up by its identifier, which one of its parties has told: who asked whom, when, and how far it is.
-- It can list none: what it sees is the one row that it names.
CREATE FUNCTION sought() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('ashiato.sought', true), '')::uuid;
REVOKE ALL ON FUNCTION sought() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sought() TO ashiato_operator;
CREATE POLICY look_up ON request FOR SELECT TO ashiato_operator USING (request_id = (SELECT sought()));
GRANT SELECT (company_id, request_id, supplier_id, state, asked_at, due_at, settled_at) ON request TO ashiato_operator;
