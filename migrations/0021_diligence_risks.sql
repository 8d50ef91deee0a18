-- Due diligence: the register of risks; questions that go through the whole chain, and the consent to be named on a path.
-- Safe while older code runs: creates new tables; narrows who sees grants of a kind that older code does not give.

CREATE TABLE risk (
    company_id uuid NOT NULL REFERENCES company,
    risk_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('finding', 'red_flag')),
    part_id uuid,
    material text,
    category text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'severe')),
    likelihood text NOT NULL CHECK (likelihood IN ('rare', 'possible', 'likely', 'certain')),
    title text NOT NULL,
    description text NOT NULL,
    source text NOT NULL,
    state text NOT NULL CHECK (state IN ('identified', 'assessed', 'mitigating', 'disengaging', 'closed')),
    owner text NOT NULL DEFAULT '',
    plan text NOT NULL DEFAULT '',
    deadline date,
    opened_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, risk_id),
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
CREATE INDEX risk_when ON risk (company_id, opened_at, risk_id);
CREATE INDEX risk_part ON risk (company_id, part_id);
ALTER TABLE risk ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON risk TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (state, severity, likelihood, owner, plan, deadline, changed_at) ON risk TO ashiato_member;

-- Every step that a risk took, with why: what changed since the last report.
CREATE TABLE risk_step (
    company_id uuid NOT NULL,
    risk_id uuid NOT NULL,
    ordinal integer NOT NULL CHECK (ordinal > 0),
    state text NOT NULL,
    note text NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, risk_id, ordinal),
    FOREIGN KEY (company_id, risk_id) REFERENCES risk
);
CREATE INDEX risk_step_when ON risk_step (company_id, taken_at);
ALTER TABLE risk_step ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON risk_step TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON risk_step TO ashiato_member;

-- Owned by the buyer, seen by the supplier: a question that goes through the whole chain. All that ask the same for one asker share `root_id`.
CREATE TABLE probe (
    company_id uuid NOT NULL REFERENCES company,
    probe_id uuid NOT NULL,
    supplier_id uuid NOT NULL REFERENCES company,
    request_id uuid NOT NULL,
    root_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('screening', 'path')),
    subject text NOT NULL,
    purpose text NOT NULL,
    asker_id uuid NOT NULL REFERENCES company,
    told boolean NOT NULL,
    depth integer NOT NULL CHECK (depth BETWEEN 1 AND 20),
    asked_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, probe_id),
    UNIQUE (company_id, root_id, request_id),
    FOREIGN KEY (company_id, request_id) REFERENCES request
);
CREATE INDEX probe_received ON probe (supplier_id, asked_at, probe_id);
CREATE INDEX probe_of_root ON probe (company_id, root_id);
ALTER TABLE probe ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON probe TO ashiato_member USING (company_id = (SELECT tenant())) WITH CHECK (
    company_id = (SELECT tenant())
    AND EXISTS (
        SELECT FROM request
        WHERE request.company_id = probe.company_id AND request.request_id = probe.request_id AND request.supplier_id = probe.supplier_id
    )
);
CREATE POLICY received ON probe FOR SELECT TO ashiato_member USING (supplier_id = (SELECT tenant()));
GRANT SELECT, INSERT ON probe TO ashiato_member;

-- Owned by the supplier, seen by the buyer: the answer so far, with how much of the chain has spoken. It names nobody.
CREATE TABLE probe_answer (
    company_id uuid NOT NULL REFERENCES company,
    buyer_id uuid NOT NULL,
    probe_id uuid NOT NULL,
    answer text NOT NULL CHECK (answer IN ('yes', 'no', 'unknown')),
    asked integer NOT NULL CHECK (asked >= 0),
    answered integer NOT NULL CHECK (answered BETWEEN 0 AND asked),
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, buyer_id, probe_id),
    FOREIGN KEY (buyer_id, probe_id) REFERENCES probe
);
CREATE INDEX probe_answer_probe ON probe_answer (buyer_id, probe_id);
ALTER TABLE probe_answer ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON probe_answer TO ashiato_member USING (company_id = (SELECT tenant())) WITH CHECK (
    company_id = (SELECT tenant())
    AND EXISTS (
        SELECT FROM probe
        WHERE probe.company_id = probe_answer.buyer_id AND probe.probe_id = probe_answer.probe_id AND probe.supplier_id = (SELECT tenant())
    )
);
CREATE POLICY received ON probe_answer FOR SELECT TO ashiato_member USING (buyer_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (answer, asked, answered, answered_at) ON probe_answer TO ashiato_member;

-- The asker's own: what was asked about which of its parts.
CREATE TABLE probe_root (
    company_id uuid NOT NULL REFERENCES company,
    root_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('screening', 'path')),
    part_id uuid NOT NULL,
    subject text NOT NULL,
    purpose text NOT NULL,
    reason text NOT NULL,
    asked_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, root_id),
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
CREATE INDEX probe_root_when ON probe_root (company_id, asked_at, root_id);
ALTER TABLE probe_root ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON probe_root TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON probe_root TO ashiato_member;

-- A supplier's own: whether it consents to be named to the asker of a path. The buyer does not see it.
CREATE TABLE path_consent (
    company_id uuid NOT NULL REFERENCES company,
    root_id uuid NOT NULL,
    decision text NOT NULL CHECK (decision IN ('consented', 'refused', 'withdrawn')),
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, root_id)
);
ALTER TABLE path_consent ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON path_consent TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (decision, decided_at) ON path_consent TO ashiato_member;

-- A company's name on a path, and what it says of the material: for the asker, once every company on the path has consented.
CREATE TABLE path_name (
    company_id uuid NOT NULL REFERENCES company,
    root_id uuid NOT NULL,
    asker_id uuid NOT NULL REFERENCES company,
    depth integer NOT NULL CHECK (depth BETWEEN 1 AND 20),
    content jsonb NOT NULL,
    PRIMARY KEY (company_id, root_id)
);
CREATE INDEX path_name_asker ON path_name (asker_id, root_id);

CREATE FUNCTION path_stands(wanted uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY INVOKER
    BEGIN ATOMIC
        SELECT EXISTS (SELECT FROM probe WHERE probe.company_id = tenant() AND probe.root_id = wanted)
           AND NOT EXISTS (
               SELECT FROM probe LEFT JOIN probe_answer ON probe_answer.buyer_id = probe.company_id AND probe_answer.probe_id = probe.probe_id
               WHERE probe.company_id = tenant() AND probe.root_id = wanted AND probe_answer.answer IS DISTINCT FROM 'yes'
           );
    END;
REVOKE ALL ON FUNCTION path_stands(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION path_stands(uuid) TO ashiato_member;

ALTER TABLE path_name ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON path_name TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY granted ON path_name FOR SELECT TO ashiato_member USING (
    asker_id = (SELECT tenant())
    AND path_stands(root_id)
    AND EXISTS (
        SELECT FROM data_grant
        WHERE data_grant.company_id = path_name.company_id
          AND data_grant.grantee_id = (SELECT tenant())
          AND data_grant.subject_kind = 'path_name'
          AND data_grant.subject_id = path_name.root_id
          AND data_grant.revoked_at IS NULL
          AND (data_grant.valid_until IS NULL OR data_grant.valid_until > now())
    )
);
GRANT SELECT, INSERT, UPDATE (content, depth) ON path_name TO ashiato_member;

-- Before the whole path has consented, even that somebody has granted its name is nobody's to see.
ALTER POLICY received ON data_grant USING (grantee_id = (SELECT tenant()) AND (subject_kind <> 'path_name' OR path_stands(subject_id)));
