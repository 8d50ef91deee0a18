"""What of a release the forms of other systems have no place for: the loss report of every export (pure, held complete by a test)."""

from enum import StrEnum

from ashiato.domain import footprint
from ashiato.domain.exchange.model import Loss

__all__ = ["LOSSES", "Form"]


class Form(StrEnum):
    """A form in which a released footprint goes out."""

    PACT_3 = "pact-3"
    PACT_2 = "pact-2"
    PCF_7 = "catenax-pcf-7"
    PCF_8 = "catenax-pcf-8"
    PCF_9 = "catenax-pcf-9"
    COMPONENT = "catenax-component"


_EVERYWHERE = (
    Loss("schema", "The name of Ashiato's own form."),
    Loss("supplier.country", "Where a company is registered does not say where the product is made, and the form has no member for it."),
    Loss("coverage", "The form has no member for how many suppliers of which tier have answered."),
)
_NO_MEMBER = "The form has no member for it."


def _none(*members: str) -> tuple[Loss, ...]:
    return tuple(Loss(member, _NO_MEMBER) for member in members)


_NOT_IN_PCF = _none("total", "obstacles", "withheld", "dqr", "assurance.level", "assurance.coverage", "assurance.comments")
_STAGES = Loss("stages", "The form tells raw materials and production as one figure, and no other stage.")
LOSSES: dict[Form, tuple[Loss, ...]] = {
    Form.PACT_3: _EVERYWHERE,
    Form.PACT_2: (
        *_EVERYWHERE,
        Loss("quality", "Version 2 rates from 1 to 3 and demands five ratings; ours are three, from 1 to 5, and are not rescaled."),
        *_none(
            "particulars.known.recycled_carbon_content", "particulars.known.land_carbon_leakage", "particulars.known.land_area_occupation",
            "particulars.known.packaging_biogenic_carbon_content", "particulars.known.outbound_logistics_emissions",
        ),
    ),
    Form.PCF_7: (
        *_EVERYWHERE, *_NOT_IN_PCF, _STAGES,
        *_none(
            "quality", "assurance.provider", "assurance.standard", "assurance.completed_on", "assurance.package_digest", "particulars.classes",
            "particulars.known.recycled_carbon_content", "particulars.known.land_carbon_leakage", "particulars.known.land_area_occupation",
            "particulars.known.packaging_biogenic_carbon_content",
            "particulars.known.outbound_logistics_emissions",
        ),
    ),
    Form.PCF_8: (
        *_EVERYWHERE, *_NOT_IN_PCF, _STAGES,
        *_none(
            "particulars.known.land_carbon_leakage", "particulars.known.land_area_occupation", "particulars.known.land_management_fossil_emissions",
            "particulars.known.outbound_logistics_emissions",
        ),
    ),
    Form.PCF_9: (
        *_EVERYWHERE, *_NOT_IN_PCF, _STAGES,
        *_none(
            "particulars.known.land_carbon_leakage", "particulars.known.land_area_occupation", "particulars.known.land_management_fossil_emissions",
            "particulars.known.outbound_logistics_emissions",
        ),
    ),
    Form.COMPONENT: (
        *_EVERYWHERE,
        Loss("supplier.company_id", "The form names companies and sites by business partner numbers, which Catena-X issues."),
        *_none(
            "release_id", "version", "supplier.name", "supplier.corporate_number", "product.name", "method", "period.start", "period.end",
            "obstacles", "mass_kg", "supersedes", "withheld", "assurance.provider", "assurance.standard", "assurance.level",
            "assurance.completed_on", "assurance.coverage", "assurance.comments", "assurance.package_digest", "particulars.names",
            "particulars.maker_names", "particulars.classes", "particulars.country", "particulars.subdivision", "particulars.region",
            "particulars.packaging_included", "particulars.exempted_percent", "particulars.exempted_because", "particulars.boundary",
            "particulars.allocation", *(f"particulars.known.{known}" for known in footprint.describing.Known),
        ),
    ),
}  # fmt: skip
