-- The time zone in which a person reads instants; without one it is that of the company's country (participants/zones.py).
-- Safe while older code runs: a column that may be empty, which older code leaves out.
ALTER TABLE person ADD COLUMN time_zone text CHECK (length(time_zone) BETWEEN 1 AND 64);
GRANT SELECT (time_zone), UPDATE (time_zone) ON person TO ashiato_member, ashiato_operator;
