-- A notice that cannot be carried on now is put off, so that it does not keep later ones waiting.
-- Safe while older code runs: adds columns with defaults; what older code puts off it tries at once.

ALTER TABLE notice ADD COLUMN attempts integer NOT NULL DEFAULT 0, ADD COLUMN due_at timestamptz;
GRANT UPDATE (attempts, due_at) ON notice TO ashiato_follower;
