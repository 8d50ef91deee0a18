-- A buyer's request, a supplier's answer, and the two private links between them and each side's own part.
-- Safe while older code runs: creates only what did not exist.

-- Owned by the buyer, seen by both parties: it says who asks for what, and nothing of the buyer's product.
CREATE TABLE request (
    company_id uuid NOT NULL REFERENCES company,
    request_id uuid NOT NULL,
    supplier_id uuid NOT NULL REFERENCES company,
    subject_kind text NOT NULL CHECK (subject_kind IN ('footprint')),
    item text NOT NULL,
    item_number text NOT NULL DEFAULT '',
    declared_unit text NOT NULL,
    method text NOT NULL,  -- the calculation rules that the buyer needs the answer under
    message text NOT NULL DEFAULT '',
    reply text NOT NULL DEFAULT '',
    state text NOT NULL CHECK (state IN ('asked', 'linked', 'answered', 'rejected', 'cancelled')),
    asked_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (company_id, request_id),
    CHECK (supplier_id <> company_id)
);
CREATE INDEX request_by_id ON request (request_id);
CREATE INDEX request_sent ON request (company_id, asked_at, request_id);
CREATE INDEX request_received ON request (supplier_id, asked_at, request_id);
ALTER TABLE request ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON request TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY received ON request FOR SELECT TO ashiato_member USING (supplier_id = (SELECT tenant()));
CREATE POLICY settle ON request FOR UPDATE TO ashiato_member USING (supplier_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (state, reply, settled_at) ON request TO ashiato_member;

-- Buyer only: which of its parts it asks about.
CREATE TABLE request_part (
    company_id uuid NOT NULL,
    request_id uuid NOT NULL,
    part_id uuid NOT NULL,
    PRIMARY KEY (company_id, request_id),
    FOREIGN KEY (company_id, request_id) REFERENCES request,
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
CREATE INDEX request_part_part ON request_part (company_id, part_id);
ALTER TABLE request_part ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON request_part TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON request_part TO ashiato_member;

-- Supplier only: which of its parts answers.
CREATE TABLE request_link (
    company_id uuid NOT NULL REFERENCES company,
    buyer_id uuid NOT NULL,
    request_id uuid NOT NULL,
    part_id uuid NOT NULL,
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, buyer_id, request_id),
    FOREIGN KEY (buyer_id, request_id) REFERENCES request,
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
CREATE INDEX request_link_part ON request_link (company_id, part_id);
ALTER TABLE request_link ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON request_link TO ashiato_member USING (company_id = (SELECT tenant())) WITH CHECK (
    company_id = (SELECT tenant())
    AND EXISTS (
        SELECT FROM request
        WHERE request.company_id = request_link.buyer_id
          AND request.request_id = request_link.request_id
          AND request.supplier_id = (SELECT tenant())
    )
);
GRANT SELECT, INSERT, UPDATE (part_id, linked_at) ON request_link TO ashiato_member;

-- Owned by the supplier, seen by both: what was handed over in answer to a request. The newest counts.
CREATE TABLE answer (
    company_id uuid NOT NULL REFERENCES company,
    buyer_id uuid NOT NULL,
    request_id uuid NOT NULL,
    ordinal integer NOT NULL CHECK (ordinal > 0),
    subject_id uuid NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, buyer_id, request_id, ordinal),
    FOREIGN KEY (buyer_id, request_id) REFERENCES request
);
CREATE INDEX answer_request ON answer (buyer_id, request_id, ordinal);
ALTER TABLE answer ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON answer TO ashiato_member USING (company_id = (SELECT tenant())) WITH CHECK (
    company_id = (SELECT tenant())
    AND EXISTS (
        SELECT FROM request
        WHERE request.company_id = answer.buyer_id
          AND request.request_id = answer.request_id
          AND request.supplier_id = (SELECT tenant())
    )
);
CREATE POLICY received ON answer FOR SELECT TO ashiato_member USING (buyer_id = (SELECT tenant()));
GRANT SELECT, INSERT ON answer TO ashiato_member;
