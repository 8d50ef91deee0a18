-- A link by its request alone: without it, the search went through the supplier's links buyer by buyer.
-- Safe while older code runs: adds an index.

CREATE INDEX request_link_request ON request_link (company_id, request_id);
