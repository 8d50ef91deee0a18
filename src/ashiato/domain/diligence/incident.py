"""A finding as an incident of Catena-X (CX-0144, aspect io.catenax.essincident 4.0.0): without names beyond the company's own (pure)."""

from datetime import datetime

from ashiato.domain.diligence.model import RiskCategory
from ashiato.domain.diligence.risk import Risk, RiskState
from ashiato.kernel.digest import Json

_SUBCATEGORIES = {
    RiskCategory.CHILD_LABOUR: "Child labour", RiskCategory.FORCED_LABOUR: "Forced labour", RiskCategory.HEALTH_AND_SAFETY: "Work safety",
    RiskCategory.PLANT_SAFETY: "Work safety", RiskCategory.TRADE_UNION_FREEDOMS: "Freedom of association",
    RiskCategory.DISCRIMINATION: "Discrimination", RiskCategory.COMMUNITY_LIFE: "Forced eviction",
    RiskCategory.HAZARDOUS_SUBSTANCES: "Usage of harmful chemicals", RiskCategory.WASTE: "Non-environmental friendly handling of waste",
}  # fmt: skip
_ENVIRONMENT = frozenset({
    RiskCategory.AIR, RiskCategory.WATER, RiskCategory.SOIL, RiskCategory.BIODIVERSITY, RiskCategory.HAZARDOUS_SUBSTANCES, RiskCategory.NOISE,
    RiskCategory.ENERGY, RiskCategory.WASTE,
})  # fmt: skip
_STATES = {
    RiskState.IDENTIFIED: "new", RiskState.ASSESSED: "in cleansing", RiskState.MITIGATING: "in process", RiskState.DISENGAGING: "in process",
    RiskState.CLOSED: "closed",
}  # fmt: skip


def payload(risk: Risk, product: str, now: datetime) -> dict[str, Json]:
    """The message about an entry of the register. `product`: what it is about, in words."""
    category = RiskCategory(risk.category)
    told: dict[str, Json] = {
        "incidentId": str(risk.risk_id), "incidentDate": _instant(risk.opened_at), "systemDate": _instant(now), "productDescription": product,
        "incidentCategory": "Environmental" if category in _ENVIRONMENT else "Social",
        "incidentSubcategory": _SUBCATEGORIES.get(category, "Environmental pollution"), "incidentSubject": risk.title,
        "incidentDescription": risk.description or risk.title, "incidentStatusInformation": _STATES[RiskState(risk.state)], "flagAnonymous": True,
    }  # fmt: skip
    return told | ({"rawMaterial": risk.material.replace("_", " ")} if risk.material else {})


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
