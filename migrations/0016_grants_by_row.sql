-- What is granted is looked up row by row (OFFSET 0): else the planner may read all that a company was ever granted to show one row.
-- And it counts until the instant that it names.
-- Safe while older code runs: the same rows are admitted, less those whose grant has ended.

ALTER POLICY granted ON release_snapshot USING (
    EXISTS (
        SELECT FROM data_grant
        WHERE data_grant.company_id = release_snapshot.company_id
          AND data_grant.grantee_id = (SELECT tenant())
          AND data_grant.subject_kind = 'footprint_release'
          AND data_grant.subject_id = release_snapshot.release_id
          AND data_grant.revoked_at IS NULL
          AND (data_grant.valid_until IS NULL OR data_grant.valid_until > now())
        OFFSET 0
    )
);
ALTER POLICY granted ON release_quality USING (
    EXISTS (
        SELECT FROM data_grant
        WHERE data_grant.company_id = release_quality.company_id
          AND data_grant.grantee_id = (SELECT tenant())
          AND data_grant.subject_kind = 'release_quality'
          AND data_grant.subject_id = release_quality.release_id
          AND data_grant.revoked_at IS NULL
          AND (data_grant.valid_until IS NULL OR data_grant.valid_until > now())
        OFFSET 0
    )
);
ALTER POLICY granted ON certificate USING (
    EXISTS (
        SELECT FROM data_grant
        WHERE data_grant.company_id = certificate.company_id
          AND data_grant.grantee_id = (SELECT tenant())
          AND data_grant.subject_kind = 'certificate'
          AND data_grant.subject_id = certificate.part_id
          AND data_grant.revoked_at IS NULL
          AND (data_grant.valid_until IS NULL OR data_grant.valid_until > now())
        OFFSET 0
    )
);
ALTER POLICY granted ON certificate_file USING (
    EXISTS (
        SELECT FROM data_grant
        WHERE data_grant.company_id = certificate_file.company_id
          AND data_grant.grantee_id = (SELECT tenant())
          AND data_grant.subject_kind = 'certificate'
          AND data_grant.subject_id = certificate_file.part_id
          AND data_grant.revoked_at IS NULL
          AND (data_grant.valid_until IS NULL OR data_grant.valid_until > now())
        OFFSET 0
    )
);
