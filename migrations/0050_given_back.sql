-- What an approver gave back is among what its author has to do, until it is prepared anew or the request is settled.
-- Safe while older code runs: adds an index.

CREATE INDEX release_approval_returned ON release_approval (company_id, asked_at) WHERE state = 'returned';
