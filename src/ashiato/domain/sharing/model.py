"""Grants: the nouns."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import LiteralString
from uuid import UUID

from ashiato.kernel.ids import CompanyId, GrantId


class SubjectKind(StrEnum):
    """What can be granted."""

    FOOTPRINT_RELEASE = "footprint_release"
    RELEASE_QUALITY = "release_quality"  # the quality of a stated footprint's release, by process
    CERTIFICATE = "certificate"  # the certificate of a part, named by the part
    DILIGENCE_STATEMENT = "diligence_statement"
    PATH_NAME = "path_name"  # a company's name on one path of the chain, once the whole path has consented
    FOOTPRINT_PACKAGE = "footprint_package"  # a computed footprint with everything that it follows from
    EVIDENCE = "evidence"  # a file that proves a figure


@dataclass(frozen=True, slots=True)
class Conditions:
    """Until when a grant counts, and under which terms, in the giver's words."""

    valid_until: datetime | None = None
    terms: str = ""


class Purpose(StrEnum):
    """What the recipient may use it for."""

    PRODUCT_FOOTPRINT = "product_footprint"  # computing, declaring and having verified the footprint of its own products
    VERIFICATION = "verification"  # examining what stands behind a figure, and an opinion on it
    DILIGENCE = "diligence"  # the due diligence of its own chain, and reporting on it (EU 2023/1542 Articles 48 to 53)
    BREAK_GLASS = "break_glass"  # the operator's, for hours, after two of its persons agreed (governance.break_glass)


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that can be granted."""

    kind: SubjectKind
    subject_id: UUID


@dataclass(frozen=True, slots=True)
class Selection:
    """Some subjects of one kind: those whose identifiers a query of the asking slice yields."""

    kind: SubjectKind
    query: LiteralString
    params: dict[str, object]

    @staticmethod
    def of(kind: SubjectKind, subject_ids: list[UUID]) -> "Selection":
        """Exactly these subjects."""
        return Selection(kind, "SELECT unnest(%(subject_ids)s::uuid[])", {"subject_ids": subject_ids})


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may see what of whose, for which purpose, until when."""

    grant_id: GrantId
    company_id: CompanyId
    grantee_id: CompanyId
    subject_kind: str
    subject_id: UUID
    purpose: str
    granted_at: datetime
    valid_until: datetime | None
    revoked_at: datetime | None
    terms: str = ""

    def in_words(self, grantee: str) -> dict[str, str]:
        """The grant in one sentence that a person can read, by language. Without a name the grantee is the operator."""
        who, who_ja = (grantee, grantee) if grantee else _OPERATOR
        english, japanese = _SUBJECTS[SubjectKind(self.subject_kind)]
        purpose, purpose_ja = _PURPOSES[Purpose(self.purpose)]
        until = f" until {self.valid_until:%Y-%m-%d %H:%M} UTC" if self.valid_until else " until it is withdrawn"
        until_ja = f"{self.valid_until:%Y-%m-%d %H:%M}（UTC）まで" if self.valid_until else "撤回するまで"
        ended = f"; withdrawn on {self.revoked_at:%Y-%m-%d}" if self.revoked_at else ""
        ended_ja = f"{self.revoked_at:%Y-%m-%d} に撤回済み。" if self.revoked_at else ""
        return {
            "en": f"{who} may see {english} to {purpose}{until}{f', on these terms: {self.terms}' if self.terms else ''}{ended}.",
            "ja": f"{who_ja} は、{purpose_ja}ために、{japanese}を{until_ja}閲覧できます。{f'条件：{self.terms}。' if self.terms else ''}{ended_ja}",
        }


@dataclass(frozen=True, slots=True)
class SeenGrant(Grant):
    """A grant, and when its recipient first read what it is about, if it has."""

    first_read_at: datetime | None = None


_OPERATOR = ("The operator", "運営者")  # in no member's directory
_SUBJECTS = {
    SubjectKind.FOOTPRINT_RELEASE: ("a released footprint", "開示した排出量"),
    SubjectKind.RELEASE_QUALITY: ("the quality of a released footprint", "開示した排出量のデータ品質"),
    SubjectKind.CERTIFICATE: ("the certificate of a part", "部品の証明書"),
    SubjectKind.DILIGENCE_STATEMENT: (
        "what was stated about human rights along the chain of a part",
        "部品のサプライチェーンにおける人権に関する陳述",
    ),
    SubjectKind.PATH_NAME: ("the company's name on a path of the chain", "サプライチェーン上の経路における自社名"),
    SubjectKind.FOOTPRINT_PACKAGE: ("a computed footprint with everything that it follows from", "算定した排出量とその根拠となる全データ"),
    SubjectKind.EVIDENCE: ("a file that proves a figure", "数値を裏付ける証憑ファイル"),
}
_PURPOSES = {
    Purpose.PRODUCT_FOOTPRINT: ("compute, declare and have verified the footprint of its own products", "自社製品の排出量を算定・申告・検証する"),
    Purpose.VERIFICATION: ("verify it", "検証する"),
    Purpose.DILIGENCE: ("exercise due diligence in its own chain and report on it", "自社のサプライチェーンのデュー・ディリジェンスとその報告を行う"),
    Purpose.BREAK_GLASS: ("do what two of its persons agreed on (break-glass access)", "2名の承認による緊急閲覧の目的を果たす"),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """The proof, made by `sharing.reach` alone, that the actor may read one subject of one owner in this transaction."""

    owner_id: CompanyId
    subject: Subject
    own: bool
