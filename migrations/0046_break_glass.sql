-- Break-glass: what the operator may read of a company's releases once two of its persons agreed, for hours, with the company watching.
-- The grant is one like any other (data_grant), so that the walls, the ledger and its end need no second way.
-- Safe while older code runs: creates a table, adds policies and rights that older code does not use.

CREATE TABLE break_glass (
    company_id uuid NOT NULL REFERENCES company,
    access_id uuid NOT NULL,
    concerned_id uuid NOT NULL REFERENCES company,
    release_id uuid,  -- without one: all that the company has released
    purpose text NOT NULL CHECK (purpose IN ('incident', 'authority_order', 'company_asked')),
    reason text NOT NULL,
    hours integer NOT NULL CHECK (hours BETWEEN 1 AND 72),
    state text NOT NULL CHECK (state IN ('asked', 'approved', 'refused', 'ended')),
    asked_by uuid NOT NULL,
    asker text NOT NULL,
    asked_at timestamptz NOT NULL,
    decided_by uuid,
    decider text NOT NULL DEFAULT '',
    decided_at timestamptz,
    valid_until timestamptz,
    ended_at timestamptz,
    ended_by text NOT NULL DEFAULT '' CHECK (ended_by IN ('', 'operator', 'company')),
    PRIMARY KEY (company_id, access_id),
    FOREIGN KEY (company_id, asked_by) REFERENCES person (company_id, person_id),
    FOREIGN KEY (company_id, decided_by) REFERENCES person (company_id, person_id),
    CHECK (concerned_id <> company_id),
    CHECK ((state = 'asked') = (decided_by IS NULL)),
    CHECK (state NOT IN ('approved', 'ended') OR (decided_by IS DISTINCT FROM asked_by AND valid_until IS NOT NULL)),
    CHECK (valid_until <= decided_at + interval '72 hours')
);
CREATE INDEX break_glass_concerning ON break_glass (concerned_id, asked_at, access_id);
CREATE INDEX break_glass_when ON break_glass (company_id, asked_at, access_id);
ALTER TABLE break_glass ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON break_glass TO ashiato_operator USING (company_id = (SELECT tenant()));
CREATE POLICY concerned ON break_glass FOR SELECT TO ashiato_member USING (concerned_id = (SELECT tenant()));
CREATE POLICY stop ON break_glass FOR UPDATE TO ashiato_member
    USING (concerned_id = (SELECT tenant()) AND state = 'approved')
    WITH CHECK (concerned_id = (SELECT tenant()) AND state = 'ended' AND ended_by = 'company');
GRANT SELECT, INSERT, UPDATE (state, decided_by, decider, decided_at, valid_until, ended_at, ended_by) ON break_glass TO ashiato_operator;
GRANT SELECT, UPDATE (state, ended_at, ended_by) ON break_glass TO ashiato_member;

-- Of a company's releases the operator may know the identifiers, and nothing else, while an access that two persons agreed on counts.
CREATE POLICY break_glass ON release_snapshot FOR SELECT TO ashiato_operator USING (
    EXISTS (
        SELECT FROM break_glass
        WHERE break_glass.company_id = (SELECT tenant()) AND break_glass.concerned_id = release_snapshot.company_id
          AND break_glass.state = 'approved' AND break_glass.valid_until > now()
    )
);
GRANT SELECT (company_id, release_id) ON release_snapshot TO ashiato_operator;

-- It grants to itself what such an access covers and no longer than that lasts, and may end it; every other grant is closed to it.
CREATE POLICY break_glass ON data_grant FOR INSERT TO ashiato_operator WITH CHECK (
    grantee_id = (SELECT tenant()) AND purpose = 'break_glass' AND subject_kind = 'footprint_release' AND revoked_at IS NULL
    AND EXISTS (
        SELECT FROM break_glass
        WHERE break_glass.company_id = (SELECT tenant()) AND break_glass.concerned_id = data_grant.company_id
          AND break_glass.state = 'approved' AND break_glass.valid_until >= data_grant.valid_until
          AND (break_glass.release_id IS NULL OR break_glass.release_id = data_grant.subject_id)
    )
);
CREATE POLICY break_glass_seen ON data_grant FOR SELECT TO ashiato_operator USING (
    grantee_id = (SELECT tenant()) AND purpose = 'break_glass'
);
CREATE POLICY break_glass_ended ON data_grant FOR UPDATE TO ashiato_operator
    USING (grantee_id = (SELECT tenant()) AND purpose = 'break_glass') WITH CHECK (revoked_at IS NOT NULL AND grantee_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (revoked_at) ON data_grant TO ashiato_operator;
