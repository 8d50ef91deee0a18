-- A second person also looks at what a company states of human rights: a statement waits frozen and signed, and says whether it is to be renewed.
-- Safe while older code runs: it shows and decides only what has a footprint or a release.

ALTER TABLE release_approval
    ADD COLUMN statement_id uuid,
    ADD COLUMN standing boolean NOT NULL DEFAULT false,
    ADD FOREIGN KEY (company_id, statement_id) REFERENCES diligence_statement (company_id, statement_id),
    DROP CONSTRAINT release_approval_check,
    ADD CHECK (num_nonnulls(footprint_id, release_id, statement_id) = 1);
