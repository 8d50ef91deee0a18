"""A declaration is a function of its frozen, hashed input package: drawn up here, and verified here without any server (pure).

Contents: EU 2023/1542 Article 7(1) a to g. What the manufacturer has not stated is absent, never invented.
"""

import decimal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from ashiato.domain.footprint.calculation import PerKilowattHour, Result, calculate
from ashiato.domain.footprint.methods import method
from ashiato.domain.footprint.model import Quality, Stage
from ashiato.domain.footprint.package import Battery, Package, Party, Plant, SignedRelease, Span, TierCoverage, decode, encode
from ashiato.domain.footprint.release import payload
from ashiato.kernel.digest import Json, canonical, digest
from ashiato.kernel.errors import Refusal
from ashiato.kernel.ids import DeclarationId, PartId
from ashiato.kernel.quantity import CONTEXT, settle
from ashiato.plumbing.keys import Signature, key_id, verifies

SCHEMA = "ashiato/declaration/1"
FILE_SCHEMA = "ashiato/declaration-file/1"
_LONGEST_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Product:
    """The battery model as it is declared."""

    part_number: str
    name: str
    declared_unit: str


@dataclass(frozen=True, slots=True)
class MethodStatement:
    """The method next to its numbers, with what of it is not verified law."""

    id: str
    title: str
    version: str
    status: str
    source: str
    unverified: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeclaredResult:
    """What of a result is published: totals, quality and coverage. Own shares, parts and factors stay the manufacturer's."""

    method: str
    declared_unit: str
    stages: dict[Stage, Decimal]  # kg CO2e per declared unit
    total: Decimal
    per_kwh: PerKilowattHour
    primary_data_share: Decimal
    coverage: tuple[TierCoverage, ...]
    unanswered_parts: int  # of the manufacturer's own suppliers; a secondary factor stands in for each
    unanswered_share: Decimal  # of the total's absolute emissions
    kg_co2e_per_kg: Decimal | None = None
    quality: Quality | None = None
    dqr: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is published: the result and how it came about, without the recipe. The package stands behind its digest."""

    schema: str
    declaration_id: str
    declared_at: datetime
    manufacturer: Party  # Article 7(1)(a)
    product: Product  # (b)
    battery: Battery
    method: MethodStatement
    period: Span
    result: DeclaredResult  # (d), (e)
    package_digest: str
    plant: Plant | None = None  # (c)
    conformity_declaration_id: str | None = None  # (f)
    study_url: str | None = None  # (g)


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration with its file, as its owner (with the package) or the public (without) may have it."""

    declaration_id: DeclarationId
    part_id: PartId | None
    declaration: Declaration
    file: Json

    @property
    def signer(self) -> str:
        """The thumbprint of the key that signed it."""
        return key_id({name: str(value) for name, value in cast(Any, self.file)["signature"]["key"].items()})


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in a declaration file that does not hold."""

    where: str
    stated: str
    found: str


def draw_up(
    package: Package, result: Result, declaration_id: UUID, declared_at: datetime, conformity_id: str | None, study_url: str | None
) -> Declaration:
    """The declaration of a computed footprint of a battery."""
    rules = method(package.method)
    product = next(part for part in package.parts if part.part_number == package.product)
    if package.battery is None or result.per_kwh is None:
        raise ValueError("only a battery model is declared")
    return Declaration(
        schema=SCHEMA,
        declaration_id=str(declaration_id),
        declared_at=declared_at,
        manufacturer=package.manufacturer,
        product=Product(product.part_number, product.name, product.declared_unit),
        battery=package.battery,
        method=MethodStatement(rules.id, rules.title, rules.version, rules.status, rules.source, rules.unverified),
        period=package.period,
        result=_published(result, result.per_kwh),
        package_digest=digest(encode(package)),
        plant=package.plant,
        conformity_declaration_id=conformity_id,
        study_url=study_url,
    )


def _published(result: Result, per_kwh: PerKilowattHour) -> DeclaredResult:
    with decimal.localcontext(CONTEXT):
        unanswered = settle(sum((gap.share for gap in result.gaps), Decimal(0)))
    return DeclaredResult(
        method=result.method,
        declared_unit=result.declared_unit,
        stages={stage: figure.total for stage, figure in result.stages.items()},
        total=result.total,
        per_kwh=per_kwh,
        primary_data_share=result.primary_data_share,
        coverage=result.coverage,
        unanswered_parts=len(result.gaps),
        unanswered_share=unanswered,
        kg_co2e_per_kg=result.kg_co2e_per_kg,
        quality=result.quality,
        dqr=result.dqr,
    )


def file_of(document: Json, signature: Json, package: Json) -> Json:
    """The file that others verify; with the package for those who may see it, without for the public."""
    content: dict[str, Json] = {"schema": FILE_SCHEMA, "declaration": document, "signature": signature}
    if package is not None:
        content["package"] = package
    return content


def verify(content: Json, trusted_key_ids: frozenset[str] = frozenset()) -> list[Difference]:
    """What does not hold in a declaration file; nothing if it is sound.

    Checks the signature over the declaration and, where the file holds the package, its digest, the signature under every
    supplier's values, and the result, which is computed again and compared member by member. `trusted_key_ids`, where given,
    are the only signers accepted.
    """
    if not isinstance(content, dict) or content.get("schema") != FILE_SCHEMA or set(content) - {"schema", "declaration", "signature", "package"}:
        return [Difference("/", "a declaration file", "something else")]
    differences = list(_signature_differences(content, trusted_key_ids))
    document = content.get("declaration")
    try:
        declaration = decode(Declaration, document)
    except ValueError as error:
        return [*differences, Difference("/declaration", "a declaration", str(error))]
    if "package" in content:
        differences += _package_differences(content["package"], declaration, document)
    return differences


def _signature_differences(content: dict[str, Json], trusted: frozenset[str]) -> Iterator[Difference]:
    try:
        stated = cast(dict[str, Json], content["signature"])
        signature = Signature(str(stated["jws"]), {name: str(value) for name, value in cast(dict[str, Json], stated["key"]).items()})
        signer = key_id(signature.key)
        if trusted and signer not in trusted:
            yield Difference("/signature/key", signer, f"not one of the trusted signers {', '.join(sorted(trusted))}")
        if not verifies(canonical(content.get("declaration")), signature):
            yield Difference("/signature/jws", "a signature over this declaration", "it does not verify")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        yield Difference("/signature", "a detached JWS and its key", f"unreadable ({type(error).__name__})")


def _package_differences(stated: Json, declaration: Declaration, document: Json) -> Iterator[Difference]:
    try:
        if digest(stated) != declaration.package_digest:
            yield Difference("/package", declaration.package_digest, digest(stated))
        package = decode(Package, stated)
    except (TypeError, ValueError) as error:
        yield Difference("/package", "an input package", str(error))
        return
    for part in package.parts:
        if part.answer is not None and not _answer_holds(part.answer):
            yield Difference(
                f"/package/parts/{part.part_number}/answer", f"values signed by {part.answer.release.supplier.name}", "the signature does not verify"
            )
    try:
        computed = calculate(package)
        again = draw_up(package, computed, UUID(declaration.declaration_id), declaration.declared_at,
                        declaration.conformity_declaration_id, declaration.study_url)  # fmt: skip
    except (Refusal, ValueError, KeyError, TypeError, ArithmeticError) as error:
        yield Difference("/package", "a package that can be computed", str(error))
        return
    yield from compare(document, encode(again), "/declaration")


def _answer_holds(answer: SignedRelease) -> bool:
    try:
        return verifies(payload(answer.release), Signature(answer.jws, answer.key))
    except (ValueError, KeyError, TypeError):
        return False


def compare(stated: Json, found: Json, where: str) -> Iterator[Difference]:
    """Every member in which two documents differ."""
    if isinstance(stated, dict) and isinstance(found, dict):
        for name in sorted({*stated, *found}):
            if name not in stated or name not in found:
                yield Difference(f"{where}/{name}", _short(stated.get(name)), _short(found.get(name)))
            else:
                yield from compare(stated[name], found[name], f"{where}/{name}")
    elif isinstance(stated, list) and isinstance(found, list) and len(stated) == len(found):
        for place, (one, other) in enumerate(zip(stated, found, strict=True)):
            yield from compare(one, other, f"{where}/{place}")
    elif stated != found or type(stated) is not type(found):
        yield Difference(where, _short(stated), _short(found))


def _short(content: Json) -> str:
    text = "nothing" if content is None else content if isinstance(content, str) else canonical(content).decode()
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
