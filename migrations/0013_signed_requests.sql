-- What a buyer signed when it asked: the words that crossed to the supplier, with the platform's time; and keys that rotate.
-- Safe while older code runs: creates only what did not exist; a request without a signature is one of before.

CREATE TABLE request_message (
    company_id uuid NOT NULL,
    request_id uuid NOT NULL,
    supplier_id uuid NOT NULL REFERENCES company,
    content text NOT NULL,  -- canonical JSON, the very bytes that were signed
    jws text NOT NULL,
    public_jwk jsonb NOT NULL,
    PRIMARY KEY (company_id, request_id),
    FOREIGN KEY (company_id, request_id) REFERENCES request
);
CREATE INDEX request_message_by_id ON request_message (request_id);
ALTER TABLE request_message ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON request_message TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY received ON request_message FOR SELECT TO ashiato_member USING (supplier_id = (SELECT tenant()));
GRANT SELECT, INSERT ON request_message TO ashiato_member;

GRANT UPDATE (retired_at) ON signing_key TO ashiato_member;
