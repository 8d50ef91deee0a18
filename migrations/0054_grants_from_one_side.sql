-- What a company gave and what it was given are two questions, each found by its own side's index. As two policies they are joined by OR, from
-- which the planner takes that there are next to no rows, and that it may read both sides whole to sort them. As one case the policy decides
-- what is seen, and the query how it is found.
-- Safe while older code runs: the same rows are admitted, and an index is added.

DROP POLICY own ON data_grant;
DROP POLICY received ON data_grant;
CREATE POLICY seen ON data_grant FOR SELECT TO ashiato_member USING (
    CASE
        WHEN company_id = (SELECT tenant()) THEN true
        WHEN grantee_id = (SELECT tenant()) THEN subject_kind <> 'path_name' OR path_stands(subject_id)
        ELSE false
    END
);
CREATE POLICY given ON data_grant FOR INSERT TO ashiato_member WITH CHECK (company_id = (SELECT tenant()));
CREATE POLICY changed ON data_grant FOR UPDATE TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE INDEX data_grant_received_when ON data_grant (grantee_id, granted_at, grant_id);

DROP POLICY own ON access_record;
DROP POLICY reader ON access_record;
CREATE POLICY seen ON access_record FOR SELECT TO ashiato_member USING (
    CASE WHEN company_id = (SELECT tenant()) THEN true ELSE reader_id = (SELECT tenant()) END
);
CREATE POLICY reader ON access_record FOR INSERT TO ashiato_member WITH CHECK (reader_id = (SELECT tenant()));
