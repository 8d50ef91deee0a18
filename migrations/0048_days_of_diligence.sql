-- What of due diligence is due, found in the order of its days, however much a company has stated.
-- Safe while older code runs: it only adds indexes.

CREATE INDEX probe_due ON probe (supplier_id, due_at) WHERE kind = 'path';
CREATE INDEX risk_due ON risk (company_id, deadline) WHERE state <> 'closed' AND deadline IS NOT NULL;
CREATE INDEX grievance_due ON grievance (company_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX verification_due ON verification (company_id, valid_until);
CREATE INDEX verification_newest ON verification (company_id, scheme, scope, valid_until);
CREATE INDEX material_origin_audit ON material_origin (company_id, audit_until) WHERE audit_until IS NOT NULL;
