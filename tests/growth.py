"""The builder of large platforms: thousands of parts, requests and releases written by set-wise SQL beside what really happened.

The owner lowers its own wall inside one transaction that nobody else sees into, and raises it again before the end. Texts that
programs parse (packages, results, snapshots) are copied from the one real release that must be there already.
"""

import contextlib
import hashlib
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

BLOCK = 50  # parts that go into one product; the last ten of them are bought


@dataclass(frozen=True, slots=True)
class Grown:
    """A platform. The first company owns half of all parts; `secret` opens a session of its administrator."""

    secret: str
    companies: int
    parts: int
    sent: int
    received: int
    linked: int

    def named(self, kind: str, number: int) -> UUID:
        """The identifier of a `company`, of a `part/0` of the first one, of its `sent` and `received` requests, of the latter's `footprint`."""
        return UUID(hashlib.md5(f"{self.secret}/{kind}/{number}".encode(), usedforsecurity=False).hexdigest())

    def partner(self, number: int) -> int:
        """The company on the other side of a request of this number."""
        return 1 + number % (self.companies - 1)


_STATE = "CASE WHEN i % 20 < 16 THEN 'answered' WHEN i % 20 < 18 THEN 'asked' WHEN i % 20 = 18 THEN 'linked' ELSE 'rejected' END"
_SUPPLIER = "1 + i % (%(companies)s - 1)"
_REQUEST = "INSERT INTO request (company_id, request_id, supplier_id, subject_kind, item, declared_unit, method, state, asked_at, due_at)"
_NOW = "timestamptz '2026-01-01' + i * interval '1 second'"

# In the order of their foreign keys. `id` is a function of this transaction; `n` the number of parts of company k.
_LOADS: tuple[LiteralString, ...] = (
    """INSERT INTO company (company_id, kind, name, corporate_number, country, contact_email, state, applied_at)
       SELECT pg_temp.id('company', k), 'member', 'Company ' || k, left(translate(%(seed)s, 'abcdef', '123456'), 7) || lpad(k::text, 6, '0'), 'JP',
              'a@b.test', 'admitted', now() FROM generate_series(0, %(companies)s - 1) AS k""",
    """INSERT INTO person (company_id, person_id, email, display_name, password_hash, roles)
       SELECT pg_temp.id('company', k), pg_temp.id('person', k), %(seed)s || k || '@grown.test', 'Admin', '-', '{clerk,approver,company_admin}'
       FROM generate_series(0, %(companies)s - 1) AS k""",
    """INSERT INTO session (company_id, token_hash, person_id, created_at, expires_at)
       SELECT pg_temp.id('company', 0), sha256(%(seed)s::bytea), pg_temp.id('person', 0), now(), now() + interval '1 day'""",
    """INSERT INTO site (company_id, site_id, code, name, country)
       SELECT pg_temp.id('company', 0), pg_temp.id('site', i), 'SITE-' || i, 'Works', 'JP' FROM generate_series(1, 300) AS i""",
    """INSERT INTO client (company_id, client_id, name, secret_hash, roles, registered_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('client', i), 'Program', sha256(i::text::bytea), '{clerk}', now() FROM generate_series(1, 300) AS i""",
    """INSERT INTO part (company_id, part_id, part_number, name, declared_unit, mass_kg, sourcing, supplier_number, registered_at)
       SELECT pg_temp.id('company', k), pg_temp.id('part/' || k, i), 'P-' || lpad(i::text, 8, '0'), 'Part ' || i, 'kg', 1,
              CASE WHEN i % 50 < 40 THEN 'made' ELSE 'bought' END, NULL, now()
       FROM generate_series(0, %(companies)s - 1) AS k, generate_series(0, pg_temp.n(k) - 1) AS i""",
    """INSERT INTO part_structure (company_id, parent_id, child_id, amount, unit)
       SELECT pg_temp.id('company', k), pg_temp.id('part/' || k, i - i % 50 + (i % 50 - 1) / 7), pg_temp.id('part/' || k, i), 0.5, 'kg'
       FROM generate_series(0, %(companies)s - 1) AS k, generate_series(0, pg_temp.n(k) - 1) AS i WHERE i % 50 > 0""",
    """INSERT INTO emission_factor (company_id, code, name, kg_co2e, per_unit, year, geography, source, citation, licence, standing)
       SELECT pg_temp.id('company', 0), 'F-' || lpad(i::text, 8, '0'), 'Factor', 1, 'kg', 2024, 'GLO', 's', 'c', 'l', 'published'
       FROM generate_series(0, pg_temp.n(0) / 10) AS i""",
    """INSERT INTO inventory_line (company_id, part_id, line, stage, activity, amount, unit, factor_code, flow, data_source)
       SELECT pg_temp.id('company', 0), pg_temp.id('part/0', i), 1, 'production', 'power', 1, 'kg', 'F-00000000', 'input', 'own'
       FROM generate_series(0, pg_temp.n(0) - 1) AS i WHERE i % 50 < 40""",
    """INSERT INTO circular_material (company_id, part_id, line, material, mass_kg, terms, parameters, data_source)
       SELECT pg_temp.id('company', 0), pg_temp.id('part/0', i), 1, 'Al', 1, 'both',
              '{"shares": {"a": "0.2", "r1": "0", "r2": "0"}, "factors": {"ev": "F-00000000", "erec": "F-00000000", "erec_eol": "F-00000000", "ev_star": "F-00000000"}}', 'own'
       FROM generate_series(0, pg_temp.n(0) - 1, 50) AS i""",
    """INSERT INTO secondary_factor (company_id, part_id, factor_code, stage)
       SELECT pg_temp.id('company', 0), pg_temp.id('part/0', i), 'F-00000000', 'raw_materials' FROM generate_series(0, pg_temp.n(0) - 1) AS i WHERE i % 50 >= 40""",
    f"""{_REQUEST}
        SELECT pg_temp.id('company', 0), pg_temp.id('sent', i), pg_temp.id('company', {_SUPPLIER}), 'footprint', 'Cell', 'kg', %(method)s, {_STATE}, {_NOW}, {_NOW}
        FROM generate_series(0, %(sent)s - 1) AS i""",
    """INSERT INTO request_part (company_id, request_id, part_id)
       SELECT pg_temp.id('company', 0), pg_temp.id('sent', i), pg_temp.id('part/0', 50 * (i / 10) + 40 + i % 10) FROM generate_series(0, %(sent)s - 1) AS i""",
    f"""{_REQUEST}
        SELECT pg_temp.id('company', {_SUPPLIER}), pg_temp.id('received', i), pg_temp.id('company', 0), 'footprint', 'Cell', 'kg', %(method)s,
               CASE WHEN i < %(linked)s THEN 'linked' ELSE {_STATE} END, {_NOW}, {_NOW}
        FROM generate_series(0, %(received)s - 1) AS i""",
    f"""INSERT INTO request_link (company_id, buyer_id, request_id, part_id, linked_at)
        SELECT pg_temp.id('company', 0), pg_temp.id('company', {_SUPPLIER}), pg_temp.id('received', i), pg_temp.id('part/0', i), now()
        FROM generate_series(0, %(received)s - 1) AS i WHERE i < %(linked)s OR i % 20 NOT IN (16, 17)""",
    """INSERT INTO footprint (company_id, footprint_id, part_id, method, package, package_digest, result, computed_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('footprint', i), pg_temp.id('part/0', i), %(method)s, %(package)s, %(package_digest)s, %(result)s, now()
       FROM generate_series(0, %(received)s - 1) AS i""",
    f"""INSERT INTO footprint (company_id, footprint_id, part_id, method, package, package_digest, result, computed_at)
        SELECT pg_temp.id('company', {_SUPPLIER}), pg_temp.id('supplied', i), pg_temp.id('part/' || {_SUPPLIER}, i / (%(companies)s - 1) % pg_temp.n(1)), %(method)s, '{{}}', '', '{{}}',
               now() FROM generate_series(0, %(sent)s - 1) AS i WHERE i % 20 < 16""",
    """INSERT INTO release (company_id, release_id, part_id, footprint_id, version, released_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('release', i), pg_temp.id('part/0', i), pg_temp.id('footprint', i), 1, now()
       FROM generate_series(%(linked)s, %(received)s - 1) AS i WHERE i % 20 < 16""",
    f"""INSERT INTO release (company_id, release_id, part_id, footprint_id, version, released_at)
        SELECT pg_temp.id('company', {_SUPPLIER}), pg_temp.id('supplied', i), pg_temp.id('part/' || {_SUPPLIER}, i / (%(companies)s - 1) % pg_temp.n(1)), pg_temp.id('supplied', i), 1 + i, now()
        FROM generate_series(0, %(sent)s - 1) AS i WHERE i % 20 < 16""",
    """INSERT INTO release_snapshot (company_id, release_id, snapshot, digest, signature)
       SELECT company_id, release_id, %(snapshot)s, %(digest)s, %(signature)s FROM release
       WHERE released_at = now()""",
    f"""INSERT INTO data_grant (company_id, grant_id, grantee_id, subject_kind, subject_id, purpose, granted_at)
        SELECT pg_temp.id('company', 0), pg_temp.id('given', i), pg_temp.id('company', {_SUPPLIER}), 'footprint_release', pg_temp.id('release', i), 'product_footprint', now()
        FROM generate_series(%(linked)s, %(received)s - 1) AS i WHERE i % 20 < 16""",
    f"""INSERT INTO data_grant (company_id, grant_id, grantee_id, subject_kind, subject_id, purpose, granted_at)
        SELECT pg_temp.id('company', {_SUPPLIER}), pg_temp.id('taken', i), pg_temp.id('company', 0), 'footprint_release', pg_temp.id('supplied', i), 'product_footprint', now()
        FROM generate_series(0, %(sent)s - 1) AS i WHERE i % 20 < 16""",
    """INSERT INTO access_record (company_id, subject_kind, subject_id, reader_id, first_read_at)
       SELECT company_id, subject_kind, subject_id, grantee_id, granted_at FROM data_grant WHERE granted_at = now()""",
    f"""INSERT INTO answer (company_id, buyer_id, request_id, ordinal, subject_id, answered_at)
        SELECT pg_temp.id('company', 0), pg_temp.id('company', {_SUPPLIER}), pg_temp.id('received', i), 1, pg_temp.id('release', i), now()
        FROM generate_series(%(linked)s, %(received)s - 1) AS i WHERE i % 20 < 16""",
    f"""INSERT INTO answer (company_id, buyer_id, request_id, ordinal, subject_id, answered_at)
        SELECT pg_temp.id('company', {_SUPPLIER}), pg_temp.id('company', 0), pg_temp.id('sent', i), 1, pg_temp.id('supplied', i), now()
        FROM generate_series(0, %(sent)s - 1) AS i WHERE i % 20 < 16""",
    f"""INSERT INTO request_progress (company_id, buyer_id, request_id, trades, completed, tiers, terminated, trades_changed_at, completed_changed_at)
        SELECT pg_temp.id('company', 0), pg_temp.id('company', {_SUPPLIER}), pg_temp.id('received', i), 1, 1, 1, true, now(), now()
        FROM generate_series(%(linked)s, %(received)s - 1) AS i WHERE i % 20 < 16""",
    f"""INSERT INTO request_progress (company_id, buyer_id, request_id, trades, completed, tiers, terminated, trades_changed_at, completed_changed_at)
        SELECT pg_temp.id('company', {_SUPPLIER}), pg_temp.id('company', 0), pg_temp.id('sent', i), 1, 1, 1, true, now(), now()
        FROM generate_series(0, %(sent)s - 1) AS i WHERE i % 20 < 16""",
    """INSERT INTO declaration (company_id, declaration_id, part_id, footprint_id, declared_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('declaration', i), pg_temp.id('part/0', i), pg_temp.id('footprint', i), now()
       FROM generate_series(0, %(received)s / 2) AS i""",
    """INSERT INTO evidence_item (company_id, evidence_id, name, media_type, digest, size, stored, sealed_key, personal, added_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('evidence', i), 'f.txt', 'text/plain', md5(i::text), 1, md5(i::text), '\\x00', false,
              timestamptz '2026-01-01' + i * interval '1 second' FROM generate_series(0, %(received)s / 2) AS i""",
    """INSERT INTO evidence_link (company_id, evidence_id, subject_kind, subject_id, line, linked_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('evidence', i), 'declaration', pg_temp.id('declaration', i), 0, now()
       FROM generate_series(0, %(received)s / 2) AS i""",
    """INSERT INTO published_declaration (company_id, declaration_id, document, signature)
       SELECT pg_temp.id('company', 0), pg_temp.id('declaration', i), %(document)s, %(declaration_signature)s FROM generate_series(0, %(received)s / 2) AS i""",
    """INSERT INTO assessment (company_id, assessment_id, questionnaire, version, subject_kind, subject_id, answers, score, points, of_points, assessed_at, valid_until)
       SELECT pg_temp.id('company', 0), pg_temp.id('assessment', i), 'material', '1', 'material', i::text, '{}', '{"lines": []}', 1, 2, now() - i * interval '1 second', '2020-01-01'
       FROM generate_series(0, %(received)s) AS i""",
    """INSERT INTO evidence_file (company_id, file_id, name, announced_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('file', i), 'x.pdf', now() FROM generate_series(0, %(received)s) AS i""",
    """INSERT INTO material_content (company_id, part_id, material, mass_kg)
       SELECT pg_temp.id('company', 0), pg_temp.id('part/0', i), 'cobalt', 0.1 FROM generate_series(0, pg_temp.n(0) - 1) AS i""",
    """INSERT INTO material_origin (company_id, part_id, line, material, mass_kg, form, country, region, mine, refiner, refiner_cid, custody, recycled, audit_scheme)
       SELECT pg_temp.id('company', 0), pg_temp.id('part/0', i), 1, 'cobalt', 0.1, '', 'CD', '', '', '', '', 'unknown', false, '' FROM generate_series(0, pg_temp.n(0) - 1) AS i""",
    """INSERT INTO diligence_statement (company_id, statement_id, part_id, version, basis, stated_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('statement', i), pg_temp.id('part/0', i), 1, '{}', now() FROM generate_series(0, %(received)s - 1) AS i""",
    """INSERT INTO diligence_snapshot (company_id, statement_id, snapshot, digest, signature)
       SELECT pg_temp.id('company', 0), pg_temp.id('statement', i), '{}', '', '{}' FROM generate_series(0, %(received)s - 1) AS i""",
    """INSERT INTO risk (company_id, risk_id, kind, part_id, category, severity, likelihood, title, description, source, state, opened_at, changed_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('risk', i), 'finding', pg_temp.id('part/0', i), 'air', 'low', 'rare', 'R', '', '', 'identified', now() - i * interval '1 second', now()
       FROM generate_series(0, %(received)s) AS i""",
    """INSERT INTO risk_step (company_id, risk_id, ordinal, state, note, taken_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('risk', i), 1, 'identified', '', now() - i * interval '1 second' FROM generate_series(0, %(received)s) AS i""",
    """INSERT INTO probe_root (company_id, root_id, kind, part_id, subject, purpose, reason, asked_at, due_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('root', i), 'path', pg_temp.id('part/0', 0), 'cobalt', 'traceability', '', now() - i * interval '1 second', now()
       FROM generate_series(0, %(received)s) AS i""",
    f"""INSERT INTO probe (company_id, probe_id, supplier_id, request_id, root_id, kind, subject, purpose, asker_id, told, depth, asked_at, due_at)
        SELECT pg_temp.id('company', {_SUPPLIER}), pg_temp.id('probe', i), pg_temp.id('company', 0), pg_temp.id('received', i), pg_temp.id('asked', i), 'path', 'cobalt', 'traceability',
               pg_temp.id('company', {_SUPPLIER}), true, 1, now() - i * interval '1 second', now() FROM generate_series(0, %(received)s - 1) AS i""",
    f"""INSERT INTO probe (company_id, probe_id, supplier_id, request_id, root_id, kind, subject, purpose, asker_id, told, depth, asked_at, due_at)
        SELECT pg_temp.id('company', 0), pg_temp.id('sent probe', i), pg_temp.id('company', {_SUPPLIER}), pg_temp.id('sent', i), pg_temp.id('root', i), 'path', 'cobalt', 'traceability',
               pg_temp.id('company', 0), true, 1, now() - i * interval '1 second', now() FROM generate_series(0, %(sent)s - 1) AS i""",
    f"""INSERT INTO probe_answer (company_id, buyer_id, probe_id, answer, asked, answered, answered_at)
        SELECT pg_temp.id('company', {_SUPPLIER}), pg_temp.id('company', 0), pg_temp.id('sent probe', i), 'yes', 1, 1, now() FROM generate_series(0, %(sent)s - 1) AS i""",
    """INSERT INTO path_consent (company_id, root_id, decision, decided_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('asked', i), 'consented', now() FROM generate_series(0, %(received)s - 1) AS i""",
    f"""INSERT INTO path_name (company_id, root_id, asker_id, depth, content)
        SELECT pg_temp.id('company', {_SUPPLIER}), pg_temp.id('root', i), pg_temp.id('company', 0), 1, '{{}}' FROM generate_series(0, %(sent)s - 1) AS i""",
    """INSERT INTO grievance_reporter (company_id, grievance_id, reporter_key)
       SELECT pg_temp.id('company', 0), pg_temp.id('grievance', i), pg_temp.id('reporter', i) FROM generate_series(0, %(received)s) AS i""",
    """INSERT INTO grievance (company_id, grievance_id, category, language, words, state, received_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('grievance', i), 'air', 'en', 'X', 'received', now() - i * interval '1 second' FROM generate_series(0, %(received)s) AS i""",
    """INSERT INTO grievance_step (company_id, grievance_id, ordinal, by_whom, state, words, taken_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('grievance', i), 1, 'company', 'received', 'X', now() FROM generate_series(0, %(received)s) AS i""",
    """INSERT INTO grievance_mediation (company_id, grievance_id, mediator_id, asked_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('grievance', i), pg_temp.id('company', 1), now() FROM generate_series(0, %(received)s) AS i""",
    """INSERT INTO assessment_draft (company_id, questionnaire, subject_id, answers, evidence, changed_at)
       SELECT pg_temp.id('company', 0), 'site', i::text, '{}', '{}', now() FROM generate_series(0, %(received)s) AS i""",
    """INSERT INTO mediation_note (company_id, grievance_id, mediator_id, note_id, by_whom, words, written_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('grievance', i), pg_temp.id('company', 1), pg_temp.id('note', i), 'company', 'X', now() FROM generate_series(0, %(received)s) AS i""",
    """INSERT INTO verification (company_id, verification_id, scheme, issuer, scope, summary, valid_from, valid_until, recorded_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('verification', i), 's', 'i', 's', 's', '2026-01-01', '2027-01-01', now() - i * interval '1 second' FROM generate_series(0, %(received)s) AS i""",
    """INSERT INTO diligence_report (company_id, report_id, year, basis, reported_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('report', i), 2026, '{}', now() - i * interval '1 second' FROM generate_series(0, %(received)s) AS i""",
    """INSERT INTO published_report (company_id, report_id, document, signature)
       SELECT pg_temp.id('company', 0), pg_temp.id('report', i), '{}', '{}' FROM generate_series(0, %(received)s) AS i""",
    """INSERT INTO import_record (company_id, import_id, file_name, file_digest, rows_registered, rows_refused, changes, registered_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('import', i), 'f', '', 1, 0, '{}', now() FROM generate_series(0, %(received)s) AS i""",
    """INSERT INTO exchange_partner (company_id, partner_id, account, sealed, stated_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('company', i), 'a', ''::bytea, now() FROM generate_series(1, %(companies)s - 1) AS i
       UNION ALL SELECT pg_temp.id('company', i), pg_temp.id('company', j), 'a', ''::bytea, now()
       FROM generate_series(1, %(companies)s - 1) AS i, generate_series(0, %(companies)s - 1) AS j WHERE i <> j""",
    """INSERT INTO exchange_endpoint (company_id, address, token_address, version, stated_at)
       SELECT pg_temp.id('company', i), 'https://partner.example', '', 3, now() FROM generate_series(0, %(companies)s - 1) AS i""",
    f"""INSERT INTO exchange_delivery (company_id, delivery_id, partner_id, kind, subject, state, noted_at, due_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('delivery', i), pg_temp.id('company', {_SUPPLIER}), 'fetch', '{{}}', 'done', now(), now()
       FROM generate_series(0, %(received)s) AS i""",
    f"""INSERT INTO received_footprint (company_id, received_id, partner_id, footprint_id, version, document, digest, losses, flaws, state, received_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('foreign', i), pg_temp.id('company', {_SUPPLIER}), i::text, 3, '{{}}', '', '[]', '[]', 'waiting', now()
       FROM generate_series(0, %(received)s) AS i""",
    """INSERT INTO idempotency (company_id, key, request_digest, status, body, kept_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('key', i)::text, '', 201, '{}', now() FROM generate_series(0, pg_temp.n(0) / 2) AS i""",
    f"""INSERT INTO request_message (company_id, request_id, supplier_id, content, jws, public_jwk)
        SELECT pg_temp.id('company', 0), pg_temp.id('sent', i), pg_temp.id('company', {_SUPPLIER}), '{{}}', '', '{{}}'
        FROM generate_series(0, %(sent)s - 1) AS i""",
    """INSERT INTO outbox (company_id, fact_id, kind, subject, recorded_at, logged_at)
       SELECT pg_temp.id('company', 0), pg_temp.id('fact', i), 'footprint.computed', '{}', now(), now() FROM generate_series(0, pg_temp.n(0) / 2) AS i""",
)
_ATTEMPTS = 9
_WRITTEN_BY_TRIGGERS = {"structure_change", "structure_moment", "structure_number"}
_TABLES = sorted({load.split("INSERT INTO ")[1].split(" ")[0] for load in _LOADS} | _WRITTEN_BY_TRIGGERS)
_TEMPLATE = """
    SELECT method, package, package_digest, result, snapshot, digest, release_snapshot.signature, document, declared.signature AS declaration_signature
    FROM release JOIN footprint USING (company_id, footprint_id) JOIN release_snapshot USING (company_id, release_id)
    LEFT JOIN published_declaration AS declared ON true LIMIT 1
"""


def plant(owner_url: str, seed: str, *, companies: int, parts: int, linked: int = 0, partners: bool = True) -> Grown:
    """A platform of so many companies and parts beside what there is. `linked`: received requests that are ready to be answered.

    `partners`: each company states an account at every other's system. Nobody stands behind them: what is told to one fails, again and again.

    Sent are requests for a fifth of the first company's parts, received are as many; four of five are answered and read.
    Where an installation runs on the database, its worker may hold tables in another order: then it is begun anew.
    """
    for _ in range(_ATTEMPTS):
        with contextlib.suppress(psycopg.errors.DeadlockDetected):
            return _planted(owner_url, seed, companies, parts, linked, partners=partners)
    return _planted(owner_url, seed, companies, parts, linked, partners=partners)


def _planted(owner_url: str, seed: str, companies: int, parts: int, linked: int, *, partners: bool) -> Grown:
    half = parts // 2
    grown = Grown(seed, companies, half, half // 5, max(half // 5, linked * 5 // 4), linked)
    fewer = max(BLOCK, half // (companies - 1))
    with psycopg.connect(owner_url, options="-c search_path=ashiato", row_factory=dict_row) as connection:
        connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE  # links that are not written so move the parts that they name
        for table in _TABLES:
            connection.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(sql.Identifier(table)))
        template = connection.execute(_TEMPLATE).fetchone() or {}
        connection.execute(
            sql.SQL(
                "CREATE FUNCTION pg_temp.id(text, bigint) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN md5({} || '/' || $1 || '/' || $2)::uuid;"
                "CREATE FUNCTION pg_temp.n(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN CASE $1 WHEN 0 THEN {} ELSE {} END"
            ).format(seed, half, fewer)
        )
        stated = {"seed": seed, "companies": companies, "sent": grown.sent, "received": grown.received, "linked": linked}
        params = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in template.items()} | stated
        params["document"] = params["document"] or "{}"
        params["declaration_signature"] = params["declaration_signature"] or Jsonb({})
        for load in _LOADS:
            if "INTO exchange_partner" in load and not partners:
                continue
            connection.execute(load.replace("%", "%%").replace("%%(", "%("), params)
        for table in _TABLES:
            connection.execute(sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(sql.Identifier(table)))
        connection.execute("DROP FUNCTION pg_temp.id, pg_temp.n")
    with psycopg.connect(owner_url, options="-c search_path=ashiato", autocommit=True) as connection:
        connection.execute("ANALYZE")
    return grown
