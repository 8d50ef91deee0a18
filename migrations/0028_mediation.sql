-- Mediation of grievances by the operator or a named member, who see only what each side hands to them; evidence that answers rest on is held.
-- Safe while older code runs: adds a table and columns; who was asked to mediate before sees nothing more until it is handed over.

-- A mediator no longer reads the grievance itself, nor who complained.
DROP POLICY mediates ON grievance_reporter;
REVOKE SELECT (company_id, grievance_id, contact) ON grievance_reporter FROM ashiato_member;
DROP POLICY mediates ON grievance;
DROP POLICY mediates ON grievance_step;

-- The reporter may ask for mediation too. `mediator_name`: a visitor has no view of companies.
ALTER TABLE grievance_mediation
    ADD COLUMN asked_by text NOT NULL DEFAULT 'company' CHECK (asked_by IN ('company', 'reporter')),
    ADD COLUMN mediator_name text NOT NULL DEFAULT '';
ALTER POLICY asked ON grievance_mediation TO ashiato_member, ashiato_operator;
CREATE POLICY reporter ON grievance_mediation TO ashiato_visitor USING (
    EXISTS (
        SELECT FROM grievance_reporter AS who
        WHERE who.company_id = grievance_mediation.company_id AND who.grievance_id = grievance_mediation.grievance_id
          AND who.reporter_key = (SELECT tenant())
    )
);
GRANT SELECT, INSERT ON grievance_mediation TO ashiato_visitor;
GRANT SELECT ON grievance_mediation TO ashiato_operator;

-- What was handed to a mediator, and what it said: the reporter's notes are for the mediator and not for the company, the company's not for
-- the reporter; the mediator's are for both. `contact`: the reporter's, sealed, where the reporter handed it over.
CREATE TABLE mediation_note (
    company_id uuid NOT NULL,
    grievance_id uuid NOT NULL,
    mediator_id uuid NOT NULL,
    note_id uuid NOT NULL,
    by_whom text NOT NULL CHECK (by_whom IN ('reporter', 'company', 'mediator')),
    words text NOT NULL,
    contact bytea CHECK (contact IS NULL OR by_whom = 'reporter'),
    written_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, grievance_id, note_id),
    FOREIGN KEY (company_id, grievance_id, mediator_id) REFERENCES grievance_mediation
);
CREATE INDEX mediation_note_mediator ON mediation_note (mediator_id, grievance_id, written_at);
ALTER TABLE mediation_note ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY reporter ON mediation_note TO ashiato_visitor USING (
    by_whom <> 'company'
    AND EXISTS (
        SELECT FROM grievance_reporter AS who
        WHERE who.company_id = mediation_note.company_id AND who.grievance_id = mediation_note.grievance_id
          AND who.reporter_key = (SELECT tenant())
    )
) WITH CHECK (
    by_whom = 'reporter'
    AND EXISTS (
        SELECT FROM grievance_reporter AS who
        WHERE who.company_id = mediation_note.company_id AND who.grievance_id = mediation_note.grievance_id
          AND who.reporter_key = (SELECT tenant())
    )
);
CREATE POLICY own ON mediation_note TO ashiato_member USING (company_id = (SELECT tenant()) AND by_whom <> 'reporter')
    WITH CHECK (company_id = (SELECT tenant()) AND by_whom = 'company');
CREATE POLICY mediates ON mediation_note TO ashiato_member, ashiato_operator USING (mediator_id = (SELECT tenant()))
    WITH CHECK (mediator_id = (SELECT tenant()) AND by_whom = 'mediator');
GRANT SELECT, INSERT ON mediation_note TO ashiato_visitor, ashiato_member, ashiato_operator;

-- Until when a file is held by rule, whatever else it proves: answers to questionnaires and verifications rest on it.
ALTER TABLE evidence_item ADD COLUMN held_until date;
GRANT UPDATE (held_until) ON evidence_item TO ashiato_member;
ALTER TABLE evidence_link DROP CONSTRAINT evidence_link_subject_kind_check, ADD CONSTRAINT evidence_link_subject_kind_check CHECK (
    subject_kind IN ('inventory_line', 'answer', 'declaration', 'assessment', 'verification')
);

-- What was answered or recorded before holds its files as well: ten years (Article 48).
ALTER TABLE evidence_item NO FORCE ROW LEVEL SECURITY;
ALTER TABLE assessment NO FORCE ROW LEVEL SECURITY;
ALTER TABLE verification NO FORCE ROW LEVEL SECURITY;
UPDATE evidence_item SET held_until = named.until
FROM (
    SELECT company_id, evidence_id, max(until) AS until
    FROM (
        SELECT company_id, file::uuid AS evidence_id, (assessed_at + interval '10 years')::date AS until
        FROM assessment, jsonb_each(answers) AS answer, jsonb_array_elements_text(answer.value -> 'evidence') AS file
        UNION ALL
        SELECT company_id, evidence_id, (recorded_at + interval '10 years')::date FROM verification WHERE evidence_id IS NOT NULL
    ) AS every GROUP BY company_id, evidence_id
) AS named
WHERE evidence_item.company_id = named.company_id AND evidence_item.evidence_id = named.evidence_id;
ALTER TABLE evidence_item FORCE ROW LEVEL SECURITY;
ALTER TABLE assessment FORCE ROW LEVEL SECURITY;
ALTER TABLE verification FORCE ROW LEVEL SECURITY;
