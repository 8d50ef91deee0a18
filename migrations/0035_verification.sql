-- Rooms in which a verifier examines what a member shows it, notes on single lines, signed opinions; and the second wall for packages.
-- Safe while older code runs: adds tables, an index and a policy that admits what is granted under a new kind of subject.

CREATE TABLE verification_room (
    company_id uuid NOT NULL REFERENCES company,
    room_id uuid NOT NULL,
    verifier_id uuid NOT NULL REFERENCES company,
    title text NOT NULL,
    opened_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (company_id, room_id),
    CHECK (verifier_id <> company_id)
);
CREATE INDEX verification_room_id ON verification_room (room_id);
CREATE INDEX verification_room_verifier ON verification_room (verifier_id, opened_at);
ALTER TABLE verification_room ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON verification_room TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY invited ON verification_room FOR SELECT TO ashiato_member USING (
    verifier_id = (SELECT tenant()) AND closed_at IS NULL AND expires_at > now()
);
GRANT SELECT, INSERT, UPDATE (closed_at) ON verification_room TO ashiato_member;

CREATE TABLE verification_item (
    company_id uuid NOT NULL,
    room_id uuid NOT NULL,
    footprint_id uuid NOT NULL,
    package_digest text NOT NULL,
    label text NOT NULL,
    proofs text NOT NULL,  -- canonical JSON: which file proves which line
    PRIMARY KEY (company_id, room_id, footprint_id),
    FOREIGN KEY (company_id, room_id) REFERENCES verification_room,
    FOREIGN KEY (company_id, footprint_id) REFERENCES footprint
);
CREATE INDEX verification_item_room ON verification_item (room_id);
ALTER TABLE verification_item ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON verification_item TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY invited ON verification_item FOR SELECT TO ashiato_member USING (
    EXISTS (
        SELECT FROM verification_room
        WHERE verification_room.company_id = verification_item.company_id
          AND verification_room.room_id = verification_item.room_id
          AND verification_room.verifier_id = (SELECT tenant())
          AND verification_room.closed_at IS NULL AND verification_room.expires_at > now()
        OFFSET 0
    )
);
GRANT SELECT, INSERT ON verification_item TO ashiato_member;

-- Written by one side, read by both, never changed.
CREATE TABLE verification_note (
    company_id uuid NOT NULL REFERENCES company,
    note_id uuid NOT NULL,
    other_id uuid NOT NULL REFERENCES company,
    room_id uuid NOT NULL,
    footprint_id uuid NOT NULL,
    place text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('tick', 'question', 'finding', 'reply', 'settled')),
    words text NOT NULL,
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, note_id)
);
CREATE INDEX verification_note_room ON verification_note (room_id, noted_at);
ALTER TABLE verification_note ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON verification_note TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY addressed ON verification_note FOR SELECT TO ashiato_member USING (other_id = (SELECT tenant()));
GRANT SELECT, INSERT ON verification_note TO ashiato_member;

-- Owned by the verifier, read by the company that it is about.
CREATE TABLE verification_opinion (
    company_id uuid NOT NULL REFERENCES company,
    opinion_id uuid NOT NULL,
    other_id uuid NOT NULL REFERENCES company,
    room_id uuid NOT NULL,
    footprint_id uuid NOT NULL,
    package_digest text NOT NULL,
    document text NOT NULL,
    digest text NOT NULL,
    signature jsonb NOT NULL,
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, opinion_id)
);
CREATE INDEX verification_opinion_id ON verification_opinion (opinion_id);
CREATE INDEX verification_opinion_about ON verification_opinion (other_id, package_digest, signed_at);
CREATE INDEX verification_opinion_room ON verification_opinion (room_id);
ALTER TABLE verification_opinion ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON verification_opinion TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY addressed ON verification_opinion FOR SELECT TO ashiato_member USING (other_id = (SELECT tenant()));
GRANT SELECT, INSERT ON verification_opinion TO ashiato_member;

CREATE INDEX footprint_id ON footprint (footprint_id);
CREATE POLICY granted ON footprint FOR SELECT TO ashiato_member USING (
    EXISTS (
        SELECT FROM data_grant
        WHERE data_grant.company_id = footprint.company_id
          AND data_grant.grantee_id = (SELECT tenant())
          AND data_grant.subject_kind = 'footprint_package'
          AND data_grant.subject_id = footprint.footprint_id
          AND data_grant.revoked_at IS NULL
          AND (data_grant.valid_until IS NULL OR data_grant.valid_until > now())
        OFFSET 0
    )
);

-- Verifiers stand in the directory: a member has to find the one whom it opens a room for, and a verifier whose room it is in.
ALTER POLICY directory ON company
    USING (company_id = (SELECT tenant()) OR (kind IN ('member', 'verifier') AND state IN ('admitted', 'suspended')));
