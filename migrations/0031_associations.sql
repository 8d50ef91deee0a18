-- Industry associations: memberships that members confirm, surveys, figures that members contribute, and what was published of them.
-- An aggregate is drawn by the aggregator alone: whom it concerns sees what was released, never what it was drawn from.
-- Safe while older code runs: creates new tables and a role; loosens a check that older code keeps by itself.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ashiato_aggregator') THEN
        BEGIN
            CREATE ROLE ashiato_aggregator NOINHERIT;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- another database of the same server was faster
        END;
    END IF;
END
$$;
GRANT ashiato_aggregator TO ashiato_app;
GRANT USAGE ON SCHEMA ashiato TO ashiato_aggregator;
GRANT EXECUTE ON FUNCTION tenant() TO ashiato_aggregator;

ALTER TABLE company DROP CONSTRAINT company_kind_check,
    ADD CONSTRAINT company_kind_check CHECK (kind IN ('member', 'verifier', 'operator', 'association'));
ALTER POLICY directory ON company USING (
    company_id = (SELECT tenant()) OR (kind IN ('member', 'association') AND state IN ('admitted', 'suspended'))
);

-- Owned by the association, seen and decided by the member.
CREATE TABLE membership (
    company_id uuid NOT NULL REFERENCES company,
    member_id uuid NOT NULL REFERENCES company,
    state text NOT NULL CHECK (state IN ('asked', 'confirmed', 'ended')),
    asked_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (company_id, member_id),
    CHECK (member_id <> company_id)
);
CREATE INDEX membership_of ON membership (member_id, company_id);
ALTER TABLE membership ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON membership TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY concerned ON membership FOR SELECT TO ashiato_member USING (member_id = (SELECT tenant()));
CREATE POLICY decide ON membership FOR UPDATE TO ashiato_member USING (member_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (state, asked_at, confirmed_at, ended_at) ON membership TO ashiato_member;

-- What an association asks its members to have counted: one figure each. Nothing of it changes once it is opened.
CREATE TABLE survey (
    company_id uuid NOT NULL REFERENCES company,
    survey_id uuid NOT NULL,
    title text NOT NULL,
    measure text NOT NULL CHECK (measure IN ('footprint', 'own_data_share', 'answer_days', 'coverage')),
    category text NOT NULL,
    declared_unit text NOT NULL,
    method text NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    opened_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, survey_id)
);
CREATE INDEX survey_id ON survey (survey_id);
CREATE INDEX survey_closing ON survey (closes_at);
ALTER TABLE survey ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON survey TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY members ON survey FOR SELECT TO ashiato_member USING (
    EXISTS (
        SELECT FROM membership
        WHERE membership.company_id = survey.company_id AND membership.member_id = (SELECT tenant()) AND membership.state = 'confirmed'
        OFFSET 0
    )
);
CREATE POLICY aggregate ON survey FOR SELECT TO ashiato_aggregator USING (true);
GRANT SELECT, INSERT ON survey TO ashiato_member;
GRANT SELECT ON survey TO ashiato_aggregator;

-- A member's own figure in a survey, as long as it is open. The association cannot see it, nor whose there are.
CREATE TABLE contribution (
    company_id uuid NOT NULL REFERENCES company,
    association_id uuid NOT NULL,
    survey_id uuid NOT NULL,
    part_id uuid,
    amount numeric NOT NULL CHECK (amount >= 0 AND amount < 'Infinity'),
    contributed_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, association_id, survey_id),
    FOREIGN KEY (association_id, survey_id) REFERENCES survey,
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
CREATE INDEX contribution_to ON contribution (association_id, survey_id);
ALTER TABLE contribution ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON contribution FOR SELECT TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY give ON contribution FOR INSERT TO ashiato_member WITH CHECK (
    company_id = (SELECT tenant())
    AND EXISTS (SELECT FROM survey WHERE survey.company_id = association_id AND survey.survey_id = contribution.survey_id AND survey.closes_at > now())
);
CREATE POLICY amend ON contribution FOR UPDATE TO ashiato_member USING (
    company_id = (SELECT tenant())
    AND EXISTS (SELECT FROM survey WHERE survey.company_id = association_id AND survey.survey_id = contribution.survey_id AND survey.closes_at > now())
);
CREATE POLICY take_back ON contribution FOR DELETE TO ashiato_member USING (
    company_id = (SELECT tenant())
    AND EXISTS (SELECT FROM survey WHERE survey.company_id = association_id AND survey.survey_id = contribution.survey_id AND survey.closes_at > now())
);
CREATE POLICY aggregate ON contribution FOR SELECT TO ashiato_aggregator USING (true);
GRANT SELECT, INSERT, UPDATE (part_id, amount, contributed_at), DELETE ON contribution TO ashiato_member;
GRANT SELECT ON contribution TO ashiato_aggregator;

-- What came of a survey. Where nothing is published, nothing is told of why: no count, no figure.
CREATE TABLE survey_result (
    company_id uuid NOT NULL,
    survey_id uuid NOT NULL,
    published boolean NOT NULL,
    contributors integer,
    mean numeric,
    middle numeric,
    drawn_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, survey_id),
    FOREIGN KEY (company_id, survey_id) REFERENCES survey,
    CHECK (published = (contributors IS NOT NULL) AND published = (mean IS NOT NULL) AND (published OR middle IS NULL))
);
ALTER TABLE survey_result ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON survey_result FOR SELECT TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY members ON survey_result FOR SELECT TO ashiato_member USING (
    EXISTS (
        SELECT FROM membership
        WHERE membership.company_id = survey_result.company_id AND membership.member_id = (SELECT tenant()) AND membership.state = 'confirmed'
        OFFSET 0
    )
);
CREATE POLICY aggregate ON survey_result TO ashiato_aggregator USING (true);
GRANT SELECT ON survey_result TO ashiato_member;
GRANT SELECT, INSERT ON survey_result TO ashiato_aggregator;

-- Whose figures each published figure rests on: what later ones are audited against. Nobody but the aggregator reads it.
CREATE TABLE published_cell (
    company_id uuid NOT NULL,
    survey_id uuid NOT NULL,
    statistic text NOT NULL CHECK (statistic IN ('mean', 'middle')),
    measure text NOT NULL,
    columns text[] NOT NULL,
    amounts numeric[] NOT NULL,
    PRIMARY KEY (company_id, survey_id, statistic),
    FOREIGN KEY (company_id, survey_id) REFERENCES survey
);
ALTER TABLE published_cell ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY aggregate ON published_cell TO ashiato_aggregator USING (true);
GRANT SELECT, INSERT ON published_cell TO ashiato_aggregator;

CREATE POLICY note_drawn ON outbox FOR INSERT TO ashiato_aggregator WITH CHECK (company_id = (SELECT tenant()));
GRANT INSERT (company_id, fact_id, kind, subject, recorded_at, salt) ON outbox TO ashiato_aggregator;

-- Questionnaires and sets of emission factors that an association offers to its members, by version; each member chooses to adopt one.
CREATE TABLE publication (
    company_id uuid NOT NULL REFERENCES company,
    publication_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('questionnaire', 'factors')),
    code text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    title text NOT NULL,
    content text NOT NULL,
    digest text NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, publication_id),
    UNIQUE (company_id, kind, code, version)
);
CREATE INDEX publication_id ON publication (publication_id);
ALTER TABLE publication ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON publication TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY members ON publication FOR SELECT TO ashiato_member USING (
    EXISTS (
        SELECT FROM membership
        WHERE membership.company_id = publication.company_id AND membership.member_id = (SELECT tenant()) AND membership.state = 'confirmed'
        OFFSET 0
    )
);
GRANT SELECT, INSERT ON publication TO ashiato_member;

CREATE TABLE adoption (
    company_id uuid NOT NULL REFERENCES company,
    association_id uuid NOT NULL,
    publication_id uuid NOT NULL,
    adopted_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, association_id, publication_id),
    FOREIGN KEY (association_id, publication_id) REFERENCES publication
);
ALTER TABLE adoption ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON adoption TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT ON adoption TO ashiato_member;
