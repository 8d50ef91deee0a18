"""What a bundle holds, table by table, and what it leaves out with the reason. `tests/attacks/test_catalog.py` holds both against the schema:
a company table that is in neither list fails the build (pure).
"""

from dataclasses import dataclass
from enum import StrEnum

# Columns that name another company; where it is not known elsewhere, the record is carried along.
PARTY_COLUMNS = frozenset(
    {
        "buyer_id",
        "supplier_id",
        "grantee_id",
        "reader_id",
        "recipient_id",
        "partner_id",
        "asker_id",
        "mediator_id",
        "counterpart_id",
        "member_id",
        "association_id",
        "verifier_id",
        "other_id",
        "concerned_id",
    }
)


class Arrival(StrEnum):
    """What becomes of a record elsewhere."""

    LIVE = "live"  # it is the company's record there, as it was here
    ASIDE = "aside"  # it is carried along, readable


class Remains(StrEnum):
    """What becomes of a record here once its company has left."""

    TAKEN_AWAY = "taken_away"
    HELD = "held"  # taken away, unless others rely on it; then without what nobody else may know
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Content:
    """A table of a bundle: what a record of it is, what becomes of it elsewhere, and here. `received`: also what others handed over."""

    about: str
    arrival: Arrival = Arrival.LIVE
    remains: Remains = Remains.TAKEN_AWAY
    received: bool = False


_ASIDE, _HELD, _KEPT = Arrival.ASIDE, Remains.HELD, Remains.KEPT

CONTENTS: dict[str, Content] = {
    "company": Content("the company's own profile; elsewhere the one of its admission counts", _ASIDE, _HELD),
    "standing": Content("how its admission went", _ASIDE, _KEPT),
    "acceptance": Content("which terms it accepted", _ASIDE, _KEPT),
    "admission_check": Content("what was checked of it before it was admitted", _ASIDE, _KEPT),
    "control_proof": Content("domains and certificates that it proved to control: shown anew elsewhere", _ASIDE),
    "identity_provider": Content("the company's own provider of identities, without its secret: stated anew elsewhere", _ASIDE),
    "person": Content("people with their roles, without passwords: they are invited anew", _ASIDE),
    "client": Content("programs, without secrets: they are registered anew", _ASIDE),
    "site": Content("sites"),
    "signing_key": Content("public keys that verify what the company has signed; retired elsewhere, where it signs with a new one", remains=_KEPT),
    "part": Content("parts", remains=_HELD),
    "part_structure": Content("what goes into a part"),
    "product_particulars": Content("particulars of products"),
    "battery_model": Content("battery models"),
    "emission_factor": Content("emission factors"),
    "inventory_line": Content("inventories"),
    "circular_material": Content("materials in the circular footprint formula"),
    "secondary_factor": Content("factors that stand in for bought parts"),
    "stated_footprint": Content("footprints that were stated in four figures"),
    "footprint": Content("computed footprints with their frozen packages", remains=_HELD),
    "release": Content("releases", remains=_HELD),
    "release_snapshot": Content("what recipients see of a release, signed", remains=_HELD, received=True),
    "release_quality": Content("the quality of a release by process", remains=_HELD, received=True),
    "release_approval": Content("releases that waited for a second person", _ASIDE),
    "release_policy": Content("by which margin releases leave the recipe open"),
    "disclosure": Content("what one buyer may see of a part"),
    "declaration": Content("declarations", remains=_KEPT),
    "published_declaration": Content("what the public sees of them", remains=_KEPT),
    "import_record": Content("files that were imported"),
    "import_draft": Content("files that wait to be registered", _ASIDE),
    "request": Content("requests that were sent; received ones are carried along", remains=_KEPT, received=True),
    "request_message": Content("what buyers signed when they asked", remains=_KEPT, received=True),
    "request_item": Content("what a buyer shows of the part that it asks about", remains=_KEPT, received=True),
    "request_part": Content("which own part a sent request is about"),
    "request_link": Content("which own part answers a received request"),
    "request_progress": Content("counts over tiers", remains=_KEPT, received=True),
    "answer": Content("answers that were given and received", remains=_KEPT, received=True),
    "notice": Content("what one party was told of the other's deeds", _ASIDE, _KEPT, received=True),
    "data_grant": Content("grants; one to a company that is not there is closed", remains=_KEPT, received=True),
    "access_record": Content("who first read what", _ASIDE, _KEPT, received=True),
    "evidence_item": Content("evidence; its bytes lie beside, and are sealed anew elsewhere", remains=_HELD, received=True),
    "evidence_link": Content("what evidence proves"),
    "evidence_file": Content("files of the Japanese interface; their bytes lie beside"),
    "certificate": Content("certificates of parts", received=True),
    "certificate_file": Content("the files of certificates", received=True),
    "assessment_draft": Content("questionnaires that are being answered"),
    "assessment": Content("questionnaires as they were answered"),
    "material_content": Content("what parts hold"),
    "material_origin": Content("where materials come from"),
    "diligence_statement": Content("statements on due diligence", remains=_HELD),
    "diligence_snapshot": Content("what recipients see of a statement, signed", remains=_HELD, received=True),
    "standing_consent": Content("to whom statements are renewed by themselves"),
    "risk": Content("the register of risks"),
    "risk_step": Content("the steps that risks took"),
    "verification": Content("what third parties verified"),
    "diligence_report": Content("yearly reports", remains=_KEPT),
    "published_report": Content("what the public sees of them", remains=_KEPT),
    "probe": Content("questions that went through the chain", _ASIDE, _KEPT, received=True),
    "probe_answer": Content("answers to them", _ASIDE, _KEPT, received=True),
    "probe_root": Content("what was asked about which own part", _ASIDE),
    "path_consent": Content("whether the company may be named on a path", _ASIDE),
    "path_name": Content("names on a path", _ASIDE, _KEPT, received=True),
    "grievance": Content("grievances about the company", _ASIDE, _KEPT, received=True),
    "grievance_step": Content("the steps that they took", _ASIDE, _KEPT, received=True),
    "grievance_mediation": Content("who was asked to mediate", _ASIDE, _KEPT, received=True),
    "membership": Content("memberships in associations: asked for anew elsewhere", _ASIDE, received=True),
    "survey": Content("an association's surveys", _ASIDE, _KEPT, received=True),
    "contribution": Content("what was contributed to surveys", _ASIDE),
    "survey_result": Content("what was published of surveys", _ASIDE, _KEPT, received=True),
    "publication": Content("questionnaires and factors that an association published to its members", _ASIDE, _KEPT, received=True),
    "adoption": Content("publications that were adopted", _ASIDE),
    "verification_room": Content("rooms that were opened to verifiers", _ASIDE, _KEPT, received=True),
    "verification_item": Content("footprints that verifiers were shown", _ASIDE, received=True),
    "verification_note": Content("verifiers' questions and findings, and the answers", _ASIDE, _KEPT, received=True),
    "verification_opinion": Content("verifiers' signed opinions", _ASIDE, _KEPT, received=True),
    "webhook": Content("addresses that are told of events, without secrets: stated anew elsewhere", _ASIDE),
    "notification_preference": Content("how people want to be told", _ASIDE),
    "saved_view": Content("lists that people keep under a name", _ASIDE),
    "notification_delivery": Content("what people and addresses were told", _ASIDE),
    "reminder": Content("what was reminded of", _ASIDE),
    "register_entry": Content("the operator's registers, as far as they are disclosed to the company", _ASIDE, received=True),
    "support_request": Content("what the operator was asked for help with", _ASIDE),
    "support_word": Content("what was said of it", _ASIDE),
    "mediation_note": Content("what was handed to mediators, and what they said", _ASIDE, _KEPT, received=True),
    "exchange_endpoint": Content("where the company's own system stands: stated anew elsewhere", _ASIDE),
    "exchange_partner": Content("partners' systems, without secrets", _ASIDE),
    "exchange_event": Content("events from and to partners' systems", _ASIDE, _KEPT, received=True),
    "exchange_inquiry": Content("what was promised to partners' systems", _ASIDE),
    "exchange_delivery": Content("what went out to partners' systems", _ASIDE),
    "received_footprint": Content("footprints that partners' systems sent"),
    "track": Content("what became of writes over the Japanese interface", _ASIDE),
    "outbox": Content("facts of the company's affairs, and others' that concern it; what proves them is in log.json", _ASIDE, _KEPT, received=True),
    "log_cosignature": Content("the company's words on checkpoints", _ASIDE, _KEPT),
    "carried_record": Content("what was brought along from elsewhere before", _ASIDE),
    "departure": Content("departures that were announced", _ASIDE, _KEPT),
}

LEFT_OUT: dict[str, str] = {
    "candidacy": "how an applicant came back to its application; what was decided is in the admission's tables",
    "invitation": "rights to choose a password: they end with the account",
    "published_cell": "what was published in all, kept so that no further figure tells of one member; nobody reads it",
    "second_factor": "secrets and passkeys of people: they are set up anew elsewhere",
    "recovery_code": "secrets of people: they are drawn anew elsewhere",
    "person_identity": "how people are called by an identity provider: linked anew elsewhere",
    "sign_on": "log-ins that are under way",
    "transparency_report": "the operator's, and public",
    "break_glass": "the operator's: what concerns a company of it stands in its facts and its grants",
    "criterion_state": "the operator's: how far its certification is",
    "session": "who is logged in: ends with the company",
    "signing_secret": "sealed under this installation's key, which never leaves it; the public keys are there, and elsewhere a new key signs",
    "idempotency": "answers kept for repeated requests: they repeat what the other tables hold",
    "structure_number": "numbers of changes, counted anew elsewhere",
    "structure_change": "numbers of changes, counted anew elsewhere",
    "structure_moment": "numbers of changes, counted anew elsewhere",
    "application": "the operator's, not a company's",
    "log_leaf": "hashes of all companies; those of the own facts are in log.json, with what proves them",
    "grievance_reporter": "who complained: the company concerned has no way to it, here or elsewhere",
    "bundle": "earlier bundles: how this one came to be",
}

# Of what is left out here, what stays when its company leaves; the rest is taken away.
STAYS: dict[str, str] = {
    "log_leaf": "the log's",
    "published_cell": "what was published stays accounted for",
    "grievance_reporter": "the reporter's: a grievance can be followed after its company has left",
}

# Columns that stay here, of tables that are in a bundle.
OMITTED: dict[tuple[str, str], str] = {
    ("evidence_item", "sealed_key"): "sealed under this installation's key; the file's bytes lie beside, and are sealed anew elsewhere",
    ("evidence_item", "stored"): "where the sealed bytes lie here",
    ("mediation_note", "contact"): "a reporter's, sealed for the mediator",
    ("webhook", "sealed"): "a secret",
    ("exchange_partner", "sealed"): "a secret of a partner's",
}
