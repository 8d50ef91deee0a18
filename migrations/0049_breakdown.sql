-- What pages tell of a footprint is kept with it when it is computed, so that nobody waits for its package to be read again;
-- what requests are about and how files are called is folded when it is written, not at every search.
-- Safe while older code runs: adds columns that the database fills, and one that older code leaves empty (such a footprint is told from its package).

ALTER TABLE footprint ADD COLUMN breakdown text;
GRANT UPDATE (breakdown) ON footprint TO ashiato_leaver;

ALTER TABLE request ADD COLUMN sought text GENERATED ALWAYS AS (lower(normalize(item || ' ' || item_number, NFKC))) STORED;
ALTER TABLE evidence_item ADD COLUMN sought text GENERATED ALWAYS AS (lower(normalize(name, NFKC))) STORED;
