-- A bundle of all a company's data is kept until a moment that the company is told; then the worker takes its bytes away.
-- Safe while older code runs: adds a column with a default, so that what older code makes ends too.

ALTER TABLE bundle ADD COLUMN kept_until timestamptz NOT NULL DEFAULT now() + interval '14 days';
CREATE INDEX bundle_kept ON bundle (kept_until) WHERE state IN ('done', 'failed');
GRANT UPDATE (kept_until) ON bundle TO ashiato_member;
GRANT SELECT (kept_until) ON bundle TO ashiato_follower;
