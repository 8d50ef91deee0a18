-- A grant counts until the instant that it names, for the second wall (0016) as for the first; and it names its terms.
-- Safe while older code runs: adds a column with a default.

ALTER TABLE data_grant ADD COLUMN terms text NOT NULL DEFAULT '';
GRANT UPDATE (granted_at, valid_until, terms) ON data_grant TO ashiato_member;  -- a grant that is given again
