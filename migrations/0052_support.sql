-- Requests for support: the company opens them itself, so that how long it waits is counted from its own word.
-- Safe while older code runs: creates tables.

CREATE TABLE support_request (
    company_id uuid NOT NULL REFERENCES company,
    request_id uuid NOT NULL,
    subject text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (company_id, request_id)
);
CREATE INDEX support_request_when ON support_request (opened_at, request_id);
ALTER TABLE support_request ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON support_request TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY supervise ON support_request TO ashiato_operator USING (true);
GRANT SELECT, INSERT, UPDATE (closed_at) ON support_request TO ashiato_member;
GRANT SELECT, UPDATE (closed_at) ON support_request TO ashiato_operator;  -- when it was opened stays the company's word

-- What was said of a request, by either side. Nobody speaks for the other.
CREATE TABLE support_word (
    company_id uuid NOT NULL,
    word_id uuid NOT NULL,
    request_id uuid NOT NULL,
    by_operator boolean NOT NULL,
    speaker text NOT NULL,
    words text NOT NULL,
    said_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, word_id),
    FOREIGN KEY (company_id, request_id) REFERENCES support_request (company_id, request_id)
);
CREATE INDEX support_word_of ON support_word (company_id, request_id, said_at);
ALTER TABLE support_word ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON support_word TO ashiato_member USING (company_id = (SELECT tenant()))
    WITH CHECK (company_id = (SELECT tenant()) AND NOT by_operator);
CREATE POLICY supervise ON support_word TO ashiato_operator USING (true) WITH CHECK (by_operator);
GRANT SELECT, INSERT ON support_word TO ashiato_member, ashiato_operator;
