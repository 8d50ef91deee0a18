-- The follower passes nothing on to a company that is suspended: it reads who is admitted, and nothing else of a company.
-- Safe while older code runs: adds a policy and a right to read two columns.

CREATE POLICY follow ON company FOR SELECT TO ashiato_follower USING (true);
GRANT SELECT (company_id, state) ON company TO ashiato_follower;
