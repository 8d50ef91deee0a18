-- A part's number and name as they are looked for: folded once, when they are written, not at every search.
-- Safe while older code runs: adds a column that the database fills.

ALTER TABLE part ADD COLUMN sought text GENERATED ALWAYS AS (lower(normalize(part_number || ' ' || name, NFKC))) STORED;
