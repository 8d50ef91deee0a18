-- What lets anybody check the log: salts drawn with the fact, public leaves and subtrees, members' co-signatures; erasure of personal data.
-- Safe while older code runs: an older server's facts get a salt by default. An older worker's additions fail and wait for the newer one.

ALTER TABLE outbox NO FORCE ROW LEVEL SECURITY;
ALTER TABLE log_leaf NO FORCE ROW LEVEL SECURITY;
ALTER TABLE outbox
    ADD COLUMN salt bytea,
    ADD COLUMN erased_at timestamptz,
    -- the other company that a fact concerns, if there is one: it follows from the identifiers that the fact holds
    ADD COLUMN counterpart_id uuid GENERATED ALWAYS AS (NULLIF(coalesce(
        subject ->> 'owner_id',
        subject ->> 'grantee_id',
        CASE WHEN subject ->> 'buyer_id' = company_id::text THEN subject ->> 'supplier_id' ELSE subject ->> 'buyer_id' END,
        subject ->> 'company_id'
    )::uuid, company_id)) STORED;
UPDATE outbox SET salt = log_leaf.salt FROM log_leaf WHERE log_leaf.company_id = outbox.company_id AND log_leaf.fact_id = outbox.fact_id;
UPDATE outbox SET salt = uuid_send(gen_random_uuid()) WHERE salt IS NULL;
ALTER TABLE outbox ALTER COLUMN salt SET DEFAULT uuid_send(gen_random_uuid());
ALTER TABLE outbox ADD CONSTRAINT outbox_salted CHECK ((salt IS NULL) = (erased_at IS NOT NULL));
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
CREATE INDEX outbox_concerning ON outbox (counterpart_id, recorded_at, fact_id) WHERE counterpart_id IS NOT NULL;
CREATE POLICY concerned ON outbox FOR SELECT TO ashiato_member, ashiato_operator USING (counterpart_id = (SELECT tenant()));
GRANT INSERT (salt) ON outbox TO ashiato_member, ashiato_operator, ashiato_visitor;
GRANT SELECT (salt, counterpart_id, erased_at) ON outbox TO ashiato_member, ashiato_operator;

-- Erasing is the one change that a fact admits: of one that is in the log and names a person, nothing but its hash is left.
DROP POLICY own ON outbox;
CREATE POLICY own ON outbox FOR SELECT TO ashiato_member, ashiato_operator, ashiato_visitor USING (company_id = (SELECT tenant()));
CREATE POLICY note ON outbox FOR INSERT TO ashiato_member, ashiato_operator, ashiato_visitor WITH CHECK (company_id = (SELECT tenant()));
CREATE POLICY erase ON outbox FOR UPDATE TO ashiato_member, ashiato_operator
    USING (company_id = (SELECT tenant()) AND logged_at IS NOT NULL AND subject ? 'account_id')
    WITH CHECK (company_id = (SELECT tenant()) AND subject = '{}' AND salt IS NULL AND erased_at IS NOT NULL);
GRANT UPDATE (subject, salt, erased_at) ON outbox TO ashiato_member, ashiato_operator;

-- A leaf's hash is public, and tells nothing without the fact and its salt; whose it is stays closed.
ALTER TABLE log_leaf DROP COLUMN salt;
ALTER TABLE log_leaf FORCE ROW LEVEL SECURITY;
CREATE INDEX log_leaf_hash ON log_leaf (leaf_hash);
CREATE POLICY public ON log_leaf FOR SELECT TO ashiato_member, ashiato_operator, ashiato_visitor USING (true);
GRANT SELECT (log_index, leaf_hash) ON log_leaf TO ashiato_member, ashiato_operator, ashiato_visitor;
CREATE POLICY public ON log_node FOR SELECT TO ashiato_member, ashiato_operator, ashiato_visitor USING (true);
GRANT SELECT ON log_node TO ashiato_member, ashiato_operator, ashiato_visitor;

-- A member's word that it saw this checkpoint and that it continues what the member had seen before (C2SP tlog-cosignature).
CREATE TABLE log_cosignature (
    company_id uuid NOT NULL REFERENCES company,
    tree_size bigint NOT NULL REFERENCES log_checkpoint,
    verifier_key text NOT NULL,
    line text NOT NULL,
    cosigned_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, tree_size)
);
CREATE INDEX log_cosignature_size ON log_cosignature (tree_size);
ALTER TABLE log_cosignature ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON log_cosignature TO ashiato_member USING (company_id = (SELECT tenant()));
CREATE POLICY public ON log_cosignature FOR SELECT TO ashiato_member, ashiato_operator, ashiato_visitor USING (true);
GRANT SELECT, INSERT ON log_cosignature TO ashiato_member;
GRANT SELECT (tree_size, verifier_key, line, cosigned_at) ON log_cosignature TO ashiato_operator, ashiato_visitor;

-- What a write answered is kept with the facts that it promised.
ALTER TABLE idempotency ADD COLUMN receipt text NOT NULL DEFAULT '';

GRANT UPDATE (email) ON person TO ashiato_member, ashiato_operator;

-- Whoever inspects the installation compares kept files with their digests; their names stay closed.
CREATE POLICY follow ON evidence_file FOR SELECT TO ashiato_follower USING (true);
GRANT SELECT (company_id, file_id, digest, size) ON evidence_file TO ashiato_follower;
