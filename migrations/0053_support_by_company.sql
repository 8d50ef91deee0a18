-- A company's own requests for support in the order of their opening: without it, listing them walks past those of all others.
-- Safe while older code runs: adds an index to a small table.

CREATE INDEX support_request_of ON support_request (company_id, opened_at, request_id);
