-- Each numbered change of a company's structure gets a random mark: a snapshot knows by it that the number it holds is one of this
-- database's past, not of a past that a restored backup has forgotten, nor of a transaction that was rolled back.
-- Safe while older code runs: adds a table; the function that numbers changes keeps its signature; older code does not ask for marks.

CREATE TABLE structure_moment (
    company_id uuid NOT NULL,
    number bigint NOT NULL,
    mark uuid NOT NULL,
    PRIMARY KEY (company_id, number),
    FOREIGN KEY (company_id) REFERENCES structure_number
);
ALTER TABLE structure_moment ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON structure_moment TO ashiato_member USING (company_id = (SELECT tenant()));
GRANT SELECT, INSERT, DELETE ON structure_moment TO ashiato_member;

INSERT INTO structure_moment (company_id, number, mark) SELECT company_id, number, gen_random_uuid() FROM structure_number;

-- The last thousand moments are kept: what is older is read whole again.
CREATE OR REPLACE FUNCTION number_changes(owner uuid, changed uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    many constant boolean := cardinality(changed) > 1000;
    next bigint;
BEGIN
    INSERT INTO structure_number AS held (company_id, number, whole_since) VALUES (owner, 1, 1)
    ON CONFLICT (company_id) DO UPDATE
    SET number = held.number + 1, whole_since = CASE WHEN many THEN held.number + 1 ELSE held.whole_since END
    RETURNING held.number INTO next;
    INSERT INTO structure_moment (company_id, number, mark) VALUES (owner, next, gen_random_uuid());
    DELETE FROM structure_moment WHERE company_id = owner AND number <= next - 1000;
    IF NOT many THEN
        INSERT INTO structure_change (company_id, part_id, number) SELECT owner, part_id, next FROM unnest(changed) AS given (part_id)
        ON CONFLICT (company_id, part_id) DO UPDATE SET number = excluded.number;
    END IF;
END $$;
