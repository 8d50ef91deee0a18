-- Answers to questionnaires that are not finished: saved with every change, kept until they are sent.
-- Safe while older code runs: adds a table.

CREATE TABLE assessment_draft (
    company_id uuid NOT NULL REFERENCES company,
    questionnaire text NOT NULL,
    subject_id text NOT NULL DEFAULT '',
    answers jsonb NOT NULL,
    evidence jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, questionnaire, subject_id)
);
ALTER TABLE assessment_draft ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON assessment_draft TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE (answers, evidence, changed_at), DELETE ON assessment_draft TO ashiato_member;
