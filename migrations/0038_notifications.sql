-- What people and systems are told: where a company's own systems listen, who wants mail in which language, what was reminded of, and
-- what is delivered by mail or webhook.
-- Safe while older code runs: creates only what did not exist.

-- Where a company's system listens; the secret that signs is sealed under a key that the database does not hold.
CREATE TABLE webhook (
    company_id uuid NOT NULL REFERENCES company,
    webhook_id uuid NOT NULL,
    address text NOT NULL,
    events text[] NOT NULL,
    sealed bytea NOT NULL,
    stated_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, webhook_id)
);
ALTER TABLE webhook ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON webhook TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, DELETE ON webhook TO ashiato_member;

CREATE TABLE notification_preference (
    company_id uuid NOT NULL REFERENCES company,
    person_id uuid NOT NULL,
    mail boolean NOT NULL,
    language text NOT NULL CHECK (language IN ('en', 'ja')),
    PRIMARY KEY (company_id, person_id),
    FOREIGN KEY (company_id, person_id) REFERENCES person (company_id, person_id)
);
ALTER TABLE notification_preference ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notification_preference TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (mail, language) ON notification_preference TO ashiato_member;

-- Each rule reminds of each thing once.
CREATE TABLE reminder (
    company_id uuid NOT NULL REFERENCES company,
    rule text NOT NULL,
    subject_id uuid NOT NULL,
    due_on date NOT NULL,
    reminded_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, rule, subject_id, due_on)
);
ALTER TABLE reminder ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON reminder TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON reminder TO ashiato_member;

-- What goes out to a person or to a company's own system: tried until it succeeds, with growing pauses, for three days.
CREATE TABLE notification_delivery (
    company_id uuid NOT NULL REFERENCES company,
    delivery_id uuid NOT NULL,
    event text NOT NULL,
    body jsonb NOT NULL,
    webhook_id uuid,
    person_id uuid,
    state text NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    trouble text NOT NULL DEFAULT '',
    noted_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (company_id, delivery_id),
    FOREIGN KEY (company_id, person_id) REFERENCES person (company_id, person_id),
    CHECK ((webhook_id IS NULL) <> (person_id IS NULL))
);
CREATE INDEX notification_delivery_due ON notification_delivery (due_at) WHERE state = 'waiting';
CREATE INDEX notification_delivery_own ON notification_delivery (company_id, noted_at, delivery_id);
ALTER TABLE notification_delivery ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notification_delivery TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY follow ON notification_delivery FOR SELECT TO ashiato_follower USING (true);
GRANT SELECT, INSERT, UPDATE (state, attempts, trouble, due_at, settled_at) ON notification_delivery TO ashiato_member;
GRANT SELECT (company_id, delivery_id, state, due_at) ON notification_delivery TO ashiato_follower;

CREATE INDEX request_due ON request (supplier_id, due_at) WHERE state IN ('asked', 'linked');
CREATE INDEX request_overdue ON request (company_id, due_at) WHERE state IN ('asked', 'linked', 'rejected');
