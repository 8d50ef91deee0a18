-- A second person also looks at what a company's own system states or sends: such a release was never computed here, and waits drawn and signed.
-- Safe while older code runs: it shows and decides only what has a footprint.

ALTER TABLE release_approval
    ALTER COLUMN footprint_id DROP NOT NULL,
    ADD COLUMN release_id uuid,
    ADD FOREIGN KEY (company_id, release_id) REFERENCES release (company_id, release_id),
    ADD CHECK ((footprint_id IS NULL) <> (release_id IS NULL));
