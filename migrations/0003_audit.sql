-- The transparency log: leaves, the complete subtrees above them, signed checkpoints.
-- Safe while older code runs: creates only what did not exist.

CREATE TABLE log_leaf (
    log_index bigint PRIMARY KEY,
    company_id uuid NOT NULL,
    fact_id uuid NOT NULL,
    salt bytea NOT NULL,
    leaf_hash bytea NOT NULL,
    FOREIGN KEY (company_id, fact_id) REFERENCES outbox,
    UNIQUE (company_id, fact_id)
);
ALTER TABLE log_leaf ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY follow ON log_leaf TO ashiato_follower USING (true);
GRANT SELECT, INSERT ON log_leaf TO ashiato_follower;

-- node (level, position) covers leaves [position * 2^level, (position + 1) * 2^level)
CREATE TABLE log_node (
    level integer NOT NULL,
    position bigint NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (level, position)
);
ALTER TABLE log_node ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY follow ON log_node TO ashiato_follower USING (true);
GRANT SELECT, INSERT ON log_node TO ashiato_follower;

CREATE TABLE log_checkpoint (
    tree_size bigint PRIMARY KEY,
    root_hash bytea NOT NULL,
    note text NOT NULL,
    signed_at timestamptz NOT NULL
);
ALTER TABLE log_checkpoint ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY follow ON log_checkpoint TO ashiato_follower USING (true);
CREATE POLICY public ON log_checkpoint FOR SELECT TO ashiato_member, ashiato_operator, ashiato_visitor USING (true);
GRANT SELECT, INSERT ON log_checkpoint TO ashiato_follower;
GRANT SELECT ON log_checkpoint TO ashiato_member, ashiato_operator, ashiato_visitor;
