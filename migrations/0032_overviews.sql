-- Who sees what and the evidence page: the newest grants first, and what proves a part, an answer or a declaration.
-- Safe while older code runs: creates only what did not exist, two indexes.
CREATE INDEX data_grant_when ON data_grant (company_id, granted_at, grant_id);
CREATE INDEX evidence_link_subject ON evidence_link (company_id, subject_id);
