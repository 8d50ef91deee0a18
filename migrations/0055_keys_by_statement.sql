-- What stands in a structure or an inventory is a part of the company's own: looked at once a statement, no longer once a row and key.
-- Safe while older code runs: it may write what it could, and is refused what it was refused, with the same code (23503). Both tables are
-- locked for an instant; what they hold was guaranteed by the keys until then.
--
-- Why nothing can slip through (docs/adr/0034): whoever adds rows sees no parts but those it may see, so that a narrow view refuses. A part
-- goes only in a serializable transaction: with a serializable one that adds rows, one of the two fails; one that adds rows and is not
-- serializable writes to the parts that it names, so that it waits, or whoever takes the part away fails.

ALTER TABLE part_structure DROP CONSTRAINT part_structure_company_id_parent_id_fkey;
ALTER TABLE part_structure DROP CONSTRAINT part_structure_company_id_child_id_fkey;
ALTER TABLE inventory_line DROP CONSTRAINT inventory_line_company_id_part_id_fkey;

-- Few rows find their parts by its key, whatever the planner thinks of how many there are; very many are compared with all of them.
CREATE FUNCTION links_name_parts() RETURNS trigger LANGUAGE plpgsql
SET search_path = ashiato, pg_temp
SET enable_nestloop = on SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET work_mem = '32MB' AS $$
DECLARE
    stray uuid;
BEGIN
    IF current_setting('transaction_isolation') <> 'serializable' THEN
        UPDATE part SET registered_at = registered_at
        WHERE (company_id, part_id) IN (SELECT company_id, parent_id FROM arrived UNION SELECT company_id, child_id FROM arrived);
    END IF;
    IF EXISTS (SELECT FROM arrived OFFSET 5000) THEN
        PERFORM set_config('enable_nestloop', 'off', true), set_config('enable_hashjoin', 'on', true), set_config('enable_seqscan', 'on', true);
        SELECT parent_id INTO stray FROM arrived AS link
        WHERE NOT EXISTS (SELECT FROM part WHERE part.company_id = link.company_id AND part.part_id = link.parent_id) LIMIT 1;
        IF NOT FOUND THEN
            SELECT child_id INTO stray FROM arrived AS link
            WHERE NOT EXISTS (SELECT FROM part WHERE part.company_id = link.company_id AND part.part_id = link.child_id) LIMIT 1;
        END IF;
    ELSE
        SELECT named.part_id INTO stray FROM arrived AS link, LATERAL (VALUES (link.parent_id), (link.child_id)) AS named (part_id)
        WHERE NOT EXISTS (SELECT FROM part WHERE part.company_id = link.company_id AND part.part_id = named.part_id) LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = 'a link names what is no part of its company', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION lines_name_parts() RETURNS trigger LANGUAGE plpgsql
SET search_path = ashiato, pg_temp
SET enable_nestloop = on SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET work_mem = '32MB' AS $$
DECLARE
    stray uuid;
BEGIN
    IF current_setting('transaction_isolation') <> 'serializable' THEN
        UPDATE part SET registered_at = registered_at WHERE (company_id, part_id) IN (SELECT company_id, part_id FROM arrived);
    END IF;
    IF EXISTS (SELECT FROM arrived OFFSET 5000) THEN
        PERFORM set_config('enable_nestloop', 'off', true), set_config('enable_hashjoin', 'on', true), set_config('enable_seqscan', 'on', true);
        SELECT part_id INTO stray FROM arrived AS line
        WHERE NOT EXISTS (SELECT FROM part WHERE part.company_id = line.company_id AND part.part_id = line.part_id) LIMIT 1;
    ELSE
        SELECT part_id INTO stray FROM arrived AS line
        WHERE NOT EXISTS (SELECT FROM part WHERE part.company_id = line.company_id AND part.part_id = line.part_id) LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = 'a line names what is no part of its company', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;

-- Whoever takes a part away sees with the same eyes what hangs on it (tests/plumbing/test_keys_by_statement.py compares the policies).
CREATE FUNCTION parts_are_let_go() RETURNS trigger LANGUAGE plpgsql
SET search_path = ashiato, pg_temp
SET enable_nestloop = on SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM departed_part) THEN
        RETURN NULL;
    END IF;
    IF current_setting('transaction_isolation') <> 'serializable' THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = 'parts are taken away in serializable transactions only', TABLE = TG_TABLE_NAME;
    END IF;
    IF NOT row_security_active('part') AND (row_security_active('part_structure') OR row_security_active('inventory_line')) THEN
        RAISE insufficient_privilege USING MESSAGE = 'whoever takes parts away must see what hangs on them', TABLE = TG_TABLE_NAME;
    END IF;
    IF EXISTS (SELECT FROM departed_part AS gone JOIN part_structure AS link ON link.company_id = gone.company_id AND link.parent_id = gone.part_id)
    OR EXISTS (SELECT FROM departed_part AS gone JOIN part_structure AS link ON link.company_id = gone.company_id AND link.child_id = gone.part_id)
    OR EXISTS (SELECT FROM departed_part AS gone JOIN inventory_line AS line ON line.company_id = gone.company_id AND line.part_id = gone.part_id)
    THEN
        RAISE foreign_key_violation USING MESSAGE = 'a part is still named by a structure or an inventory', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION keys_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE restrict_violation USING MESSAGE = 'what names a part is never changed, nor are all parts taken away at once', TABLE = TG_TABLE_NAME;
END $$;
REVOKE ALL ON FUNCTION links_name_parts(), lines_name_parts(), parts_are_let_go(), keys_stay() FROM PUBLIC;

-- The columns that name parts are told to the trigger, from where domain/leaving reads what hangs on what.
CREATE TRIGGER names_parts AFTER INSERT ON part_structure REFERENCING NEW TABLE AS arrived
    FOR EACH STATEMENT EXECUTE FUNCTION links_name_parts('parent_id', 'child_id');
CREATE TRIGGER names_parts AFTER INSERT ON inventory_line REFERENCING NEW TABLE AS arrived
    FOR EACH STATEMENT EXECUTE FUNCTION lines_name_parts('part_id');
CREATE TRIGGER is_let_go AFTER DELETE ON part REFERENCING OLD TABLE AS departed_part
    FOR EACH STATEMENT EXECUTE FUNCTION parts_are_let_go();
CREATE TRIGGER keys_stay BEFORE UPDATE OF company_id, parent_id, child_id ON part_structure FOR EACH ROW
    WHEN ((OLD.company_id, OLD.parent_id, OLD.child_id) IS DISTINCT FROM (NEW.company_id, NEW.parent_id, NEW.child_id)) EXECUTE FUNCTION keys_stay();
CREATE TRIGGER keys_stay BEFORE UPDATE OF company_id, part_id ON inventory_line FOR EACH ROW
    WHEN ((OLD.company_id, OLD.part_id) IS DISTINCT FROM (NEW.company_id, NEW.part_id)) EXECUTE FUNCTION keys_stay();
CREATE TRIGGER keys_stay BEFORE UPDATE OF company_id, part_id ON part FOR EACH ROW
    WHEN ((OLD.company_id, OLD.part_id) IS DISTINCT FROM (NEW.company_id, NEW.part_id)) EXECUTE FUNCTION keys_stay();
CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON part FOR EACH STATEMENT EXECUTE FUNCTION keys_stay();

GRANT SELECT (parent_id, child_id) ON part_structure TO ashiato_leaver;
GRANT SELECT (part_id) ON inventory_line TO ashiato_leaver;
