-- Which parts and structures changed when, as numbers that rise with each change of a company's: what a snapshot of them lacks.
-- Safe while older code runs: creates only what did not exist; the triggers number what older code changes as well.

CREATE TABLE structure_number (
    company_id uuid PRIMARY KEY REFERENCES company,
    number bigint NOT NULL,
    whole_since bigint NOT NULL -- what is older lacks more than structure_change tells
);
ALTER TABLE structure_number ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON structure_number TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE ON structure_number TO ashiato_member;

-- the part, or what goes into it, changed last with this number
CREATE TABLE structure_change (
    company_id uuid NOT NULL,
    part_id uuid NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (company_id, part_id),
    FOREIGN KEY (company_id, part_id) REFERENCES part
);
CREATE INDEX structure_change_number ON structure_change (company_id, number);
ALTER TABLE structure_change ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON structure_change TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, UPDATE ON structure_change TO ashiato_member;

-- A thousand parts at once are an import: whoever lacks that many reads the whole again, and the import does not pay for a list.
CREATE FUNCTION number_changes(owner uuid, changed uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    many constant boolean := cardinality(changed) > 1000;
    next bigint;
BEGIN
    INSERT INTO structure_number AS held (company_id, number, whole_since) VALUES (owner, 1, 1)
    ON CONFLICT (company_id) DO UPDATE
    SET number = held.number + 1, whole_since = CASE WHEN many THEN held.number + 1 ELSE held.whole_since END
    RETURNING held.number INTO next;
    IF NOT many THEN
        INSERT INTO structure_change (company_id, part_id, number) SELECT owner, part_id, next FROM unnest(changed) AS given (part_id)
        ON CONFLICT (company_id, part_id) DO UPDATE SET number = excluded.number;
    END IF;
END $$;

CREATE FUNCTION number_part_changes() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM number_changes(company_id, array_agg(part_id)) FROM changed GROUP BY company_id;
    RETURN NULL;
END $$;

CREATE FUNCTION number_structure_changes() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM number_changes(company_id, array_agg(DISTINCT parent_id)) FROM changed GROUP BY company_id;
    RETURN NULL;
END $$;

REVOKE ALL ON FUNCTION number_changes(uuid, uuid[]), number_part_changes(), number_structure_changes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION number_changes(uuid, uuid[]) TO ashiato_member;

CREATE TRIGGER number_inserted AFTER INSERT ON part REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION number_part_changes();
CREATE TRIGGER number_updated AFTER UPDATE ON part REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION number_part_changes();
CREATE TRIGGER number_inserted AFTER INSERT ON part_structure REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION number_structure_changes();
CREATE TRIGGER number_updated AFTER UPDATE ON part_structure REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION number_structure_changes();
CREATE TRIGGER number_deleted AFTER DELETE ON part_structure REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION number_structure_changes();
