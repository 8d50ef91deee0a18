-- Indices in the order in which lists are read, so that a page costs the same however long the list is.
-- Safe while older code runs: adds indices, and takes away two whose ranges the new ones hold as well.

CREATE INDEX part_sourcing ON part (company_id, sourcing, part_number);

-- A list of open requests does not walk past the closed ones.
CREATE INDEX request_sent_in_state ON request (company_id, state, asked_at, request_id);
CREATE INDEX request_received_in_state ON request (supplier_id, state, asked_at, request_id);
DROP INDEX request_sent, request_received;

CREATE INDEX answer_request_id ON answer (request_id, ordinal);
CREATE INDEX access_record_when ON access_record (company_id, first_read_at, subject_id, reader_id);
CREATE INDEX declaration_when ON declaration (company_id, declared_at, declaration_id);
CREATE INDEX client_when ON client (company_id, registered_at, client_id);
CREATE INDEX outbox_when ON outbox (company_id, recorded_at, fact_id);
CREATE INDEX footprint_newest ON footprint (company_id, part_id, method, computed_at, footprint_id);
