-- Lists of requests in the order of their due dates: each state's own range, on either side.
-- Safe while older code runs: adds two indexes.

CREATE INDEX request_sent_due ON request (company_id, state, due_at, request_id);
CREATE INDEX request_received_due ON request (supplier_id, state, due_at, request_id);
