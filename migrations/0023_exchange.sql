-- Exchange with systems elsewhere: where a company's own system stands, whose credentials another has given, events that came in,
-- deliveries that go out or fetch, footprints that were received. A program may be admitted to the exchange alone.
-- Safe while older code runs: creates new tables, and loosens a check that older code keeps by itself.

ALTER TABLE client DROP CONSTRAINT client_roles_check;
ALTER TABLE client ADD CONSTRAINT client_roles_check CHECK (roles <@ ARRAY['clerk', 'approver', 'verifier', 'partner']);

-- With which account a company calls a partner's system; the secret is sealed under a key that the database does not hold.
CREATE TABLE exchange_partner (
    company_id uuid NOT NULL REFERENCES company,
    partner_id uuid NOT NULL REFERENCES company,
    account text NOT NULL,
    sealed bytea NOT NULL,
    stated_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, partner_id),
    CHECK (partner_id <> company_id)
);
ALTER TABLE exchange_partner ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON exchange_partner TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (account, sealed, stated_at), DELETE ON exchange_partner TO ashiato_member;

-- Where a company's own system stands, as the company itself says: no partner can say it for it. Seen by those who name it as a partner.
CREATE TABLE exchange_endpoint (
    company_id uuid NOT NULL REFERENCES company,
    address text NOT NULL,
    token_address text NOT NULL,
    version smallint NOT NULL CHECK (version IN (2, 3)),
    stated_at timestamptz NOT NULL,
    PRIMARY KEY (company_id)
);
ALTER TABLE exchange_endpoint ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON exchange_endpoint TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY named ON exchange_endpoint FOR SELECT TO ashiato_member USING (
    EXISTS (
        SELECT FROM exchange_partner
        WHERE exchange_partner.company_id = (SELECT tenant()) AND exchange_partner.partner_id = exchange_endpoint.company_id
    )
);
GRANT SELECT, INSERT, UPDATE (address, token_address, version, stated_at), DELETE ON exchange_endpoint TO ashiato_member;

-- Owned by the sender, seen by the recipient: an event as it came in. The same event is kept once.
CREATE TABLE exchange_event (
    company_id uuid NOT NULL REFERENCES company,
    event_id uuid NOT NULL,
    recipient_id uuid NOT NULL REFERENCES company,
    kind text NOT NULL CHECK (kind IN ('created', 'fulfilled', 'rejected', 'published')),
    version smallint NOT NULL CHECK (version IN (2, 3)),
    source text NOT NULL,
    number text NOT NULL,
    body text NOT NULL,
    received_at timestamptz NOT NULL,
    handled_at timestamptz,
    PRIMARY KEY (company_id, event_id),
    UNIQUE (company_id, recipient_id, source, number)
);
CREATE INDEX exchange_event_waiting ON exchange_event (received_at) WHERE handled_at IS NULL;
CREATE INDEX exchange_event_received ON exchange_event (recipient_id, received_at, event_id);
ALTER TABLE exchange_event ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON exchange_event TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY received ON exchange_event FOR SELECT TO ashiato_member USING (recipient_id = (SELECT tenant()));
CREATE POLICY follow ON exchange_event TO ashiato_follower USING (true);
GRANT SELECT, INSERT ON exchange_event TO ashiato_member;
GRANT SELECT (company_id, event_id, recipient_id, received_at, handled_at), UPDATE (handled_at) ON exchange_event TO ashiato_follower;

-- What a company has promised to answer: an event that became a request, until the request is settled.
CREATE TABLE exchange_inquiry (
    company_id uuid NOT NULL REFERENCES company,
    buyer_id uuid NOT NULL REFERENCES company,
    request_id uuid NOT NULL,
    number text NOT NULL,
    version smallint NOT NULL CHECK (version IN (2, 3)),
    noted_at timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (company_id, buyer_id, request_id, number)
);
ALTER TABLE exchange_inquiry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON exchange_inquiry TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (settled_at) ON exchange_inquiry TO ashiato_member;

-- What goes out to a partner's system, or is to be fetched there: tried until it succeeds, with growing pauses, for three days.
CREATE TABLE exchange_delivery (
    company_id uuid NOT NULL REFERENCES company,
    delivery_id uuid NOT NULL,
    partner_id uuid NOT NULL REFERENCES company,
    kind text NOT NULL CHECK (kind IN ('fetch', 'created', 'fulfilled', 'rejected', 'published')),
    subject jsonb NOT NULL,
    request_id uuid,
    state text NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    trouble text NOT NULL DEFAULT '',
    noted_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (company_id, delivery_id)
);
CREATE INDEX exchange_delivery_due ON exchange_delivery (due_at) WHERE state = 'waiting';
CREATE INDEX exchange_delivery_own ON exchange_delivery (company_id, noted_at, delivery_id);
ALTER TABLE exchange_delivery ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON exchange_delivery TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY follow ON exchange_delivery FOR SELECT TO ashiato_follower USING (true);
GRANT SELECT, INSERT, UPDATE (state, attempts, trouble, due_at, settled_at) ON exchange_delivery TO ashiato_member;
GRANT SELECT (company_id, delivery_id, partner_id, state, due_at) ON exchange_delivery TO ashiato_follower;

-- A footprint as a partner's system told it, what it means here, what was lost on the way, and what became of it.
CREATE TABLE received_footprint (
    company_id uuid NOT NULL REFERENCES company,
    received_id uuid NOT NULL,
    partner_id uuid NOT NULL REFERENCES company,
    footprint_id text NOT NULL,
    version smallint NOT NULL CHECK (version IN (2, 3)),
    document text NOT NULL,
    digest text NOT NULL,
    meaning text,
    losses text NOT NULL,
    flaws text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'quarantined', 'accepted', 'superseded', 'declined')),
    request_id uuid,
    release_id uuid,
    received_at timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (company_id, received_id),
    UNIQUE (company_id, partner_id, footprint_id, digest)
);
CREATE INDEX received_footprint_own ON received_footprint (company_id, received_at, received_id);
ALTER TABLE received_footprint ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON received_footprint TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (state, request_id, release_id, settled_at) ON received_footprint TO ashiato_member;
