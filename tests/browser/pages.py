"""Every page, once: a line here is all that a new page needs to be looked at in a real browser, in every way that `test_pages.py` looks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PageToSee:
    """A page: whose eyes it is looked at with (`visitor`: nobody's), its address with `furnished.known` in braces, and what it is there for.

    `deed` selects what can be done on it and must be reached by the keyboard alone.
    """

    who: str
    address: str
    deed: str = "a.skip"
    status: int = 200

    @property
    def name(self) -> str:
        """What its pictures are called."""
        spelled = "".join(letter if letter.isalnum() else "-" for letter in self.address.replace("{", "").replace("}", "")).strip("-")
        return f"{self.who}-{spelled or 'first'}"


PAGES = (
    PageToSee("visitor", "/login", "button.p"),
    PageToSee("visitor", "/declarations/{declaration}", "a.btn.p"),
    PageToSee("visitor", "/nothing/here", "a.btn", 404),
    PageToSee("supplier", "/", "#main a.btn.small"),
    PageToSee("supplier", "/parts", "#main button.p"),
    PageToSee("supplier", "/parts?q=nothing", "#main a.btn.p"),
    PageToSee("supplier", "/requests", "#main button.p"),
    PageToSee("supplier", "/requests?side=sent", "#main a.btn.p"),
    PageToSee("supplier", "/requests?late=1", "#main button.plain"),
    PageToSee("supplier", "/search?q=cell", "#main button.p"),
    PageToSee("supplier", "/requests/{late}", "#main button.p"),
    PageToSee("supplier", "/requests/{answered}", "#main button"),
    PageToSee("supplier", "/parts/{cell}", "#main summary"),
    PageToSee("buyer", "/", "#main a"),
    PageToSee("buyer", "/parts?sourcing=bought&numbers=CELL-B", "#main button.p"),
    PageToSee("buyer", "/requests?side=sent&late=1", "#main button.p"),
    PageToSee("buyer", "/declarations", "#main button.p"),
    PageToSee("supplier", "/declarations", "#main a.btn.p"),
    PageToSee("buyer", "/requests/{answered}"),
    PageToSee("buyer", "/parts/{pack}", "#main a"),
    PageToSee("buyer", "/exchange", "#main summary"),
    PageToSee("buyer", "/parts/{pack}?band=true", "#main summary"),
    PageToSee("buyer", "/parts/{pack}/structure?find=cell", "#main button"),
    PageToSee("buyer", "/parts/{pack}/inventory", "#main a"),
    PageToSee("buyer", "/parts/{pack}/what-if?c=%5B%22amount%22%2C%22PACK-1%22%2C%221%22%2C%221%22%5D", "#main button"),
    PageToSee("buyer", "/parts/{pack}/declaration", "#main button"),
    PageToSee("buyer", "/parts/{pack}/ask?part={bought}", "#main a"),
    PageToSee("buyer", "/evidence", "#main button.p"),
    PageToSee("buyer", "/company", "#main summary"),
    PageToSee("supplier", "/sharing", "#main a.btn.small"),
    PageToSee("supplier", "/sharing/uses", "#main a[download]"),
    PageToSee("operator", "/", "#main button"),
    PageToSee("operator", "/?state=admitted", "#main button"),
    PageToSee("visitor", "/grievances/new?company=7000012050002", "button.p"),
    PageToSee("visitor", "/grievances/follow", "button.p"),
    PageToSee("supplier", "/questionnaires", "#main a.btn.small"),
    PageToSee("supplier", "/questionnaires/company", "#main button.p"),
    PageToSee("supplier", "/requests/{diligence}", "#main .btn.p"),
    PageToSee("supplier", "/risks", "#main summary"),
    PageToSee("supplier", "/risks/{risk}", "#main button.p"),
    PageToSee("supplier", "/parts/{cell}/diligence", "#main summary"),
    PageToSee("supplier", "/parts/{cell}/minerals", "#main button.p"),
    PageToSee("supplier", "/parts/{cell}/evidence-bundle", "#main button.p"),
    PageToSee("supplier", "/chains/map", "#main button"),
    PageToSee("supplier", "/consents", "#main a"),
    PageToSee("supplier", "/grievances", "#main a.btn.small"),
    PageToSee("supplier", "/grievances/{grievance}", "#main button.p"),
    PageToSee("buyer", "/chains", "#main a"),
    PageToSee("buyer", "/reports", "#main button.p"),
    PageToSee("buyer", "/reports/preview?year=2026&part={pack}", "#main button.p"),
    PageToSee("operator", "/grievances", "#main a"),
    PageToSee("operator", "/mediations/{grievance}", "#main button.p"),
    PageToSee("supplier", "/imports", "#main button.p"),
    PageToSee("supplier", "/imports/{draft}", "#main button.p"),
    PageToSee("supplier", "/imports/{flood}", "#main form[data-counted] button"),
    PageToSee("supplier", "/requests/{answered}/others", "#main button.p"),
    PageToSee("supplier", "/reminders", "#main button.p"),
    PageToSee("operator", "/companies/{applicant}", "#main button.p"),
    PageToSee("operator", "/operator/health"),
    PageToSee("operator", "/break-glass", "#main button.p"),
    PageToSee("supplier", "/break-glass"),
    PageToSee("guarded", "/break-glass/{glass}/releases"),
    PageToSee("asker", "/probes/{root}"),
    PageToSee("supplier", "/support", "#main button.p"),
    PageToSee("supplier", "/support/{support}", "#main button.p"),
    PageToSee("verifier", "/support", "#main button.p"),
    PageToSee("operator", "/support", "#main a"),
    PageToSee("operator", "/support?all=true", "#main a"),
    PageToSee("operator", "/support/{support}", "#main button.p"),
    PageToSee("operator", "/operator/request", "#main button.p"),
    PageToSee("operator", "/operator/rules", "#main a"),
    PageToSee("visitor", "/apply", "button.p"),
    PageToSee("visitor", "/applications/{application}", "#main button"),
    PageToSee("visitor", "/login/sso", "button.p"),
    PageToSee("visitor", "/login/sso?email=anybody%40{signed_on}", "#main a"),
    PageToSee("visitor", "/login/sso/{provider}", "#main a", 409),
    PageToSee("waiting", "/login/second-factor", "button.p"),
    PageToSee("visitor", "/invitations/{invitation}", "button.p"),
    PageToSee("supplier", "/account", "#main button.p"),
    PageToSee("supplier", "/account/passkey", "#main a"),
    PageToSee("supplier", "/account/confirmation", "#main button"),
    PageToSee("supplier", "/operator-deeds"),
    PageToSee("verifier", "/", "#main a"),
    PageToSee("verifier", "/rooms", "#main a"),
    PageToSee("verifier", "/rooms/{room}", "#main a"),
    PageToSee("verifier", "/rooms/{room}/footprints/{footprint}", "#main button.p"),
    PageToSee("verifier", "/rooms/{room}/footprints/{footprint}?at=CELL-B", "#main a"),
    PageToSee("verifier", "/rooms/{room}/footprints/{footprint}/sample?seed=2026&size=2", "#main button"),
    PageToSee("verifier", "/opinions/{opinion}", "#main a.btn"),
    PageToSee("buyer", "/rooms", "#main a"),
    PageToSee("buyer", "/rooms/new?footprint={footprint}", "#main button.p"),
    PageToSee("buyer", "/rooms/{room}", "#main button"),
    PageToSee("buyer", "/rooms/{room}/footprints/{footprint}", "#main button"),
    PageToSee("buyer", "/parts/{pack}/difference?earlier={earlier}&later={footprint}", "#main a"),
    PageToSee("buyer", "/evidence/{evidence}", "#main summary"),
    PageToSee("buyer", "/exchange/received/{received}", "#main button.p"),
    PageToSee("buyer", "/associations", "#main button"),
    PageToSee("association", "/associations", "#main button"),
    PageToSee("association", "/company"),
    PageToSee("supplier", "/associations", "#main button"),
    PageToSee("supplier", "/sharing/{grant}", "#main button"),
    PageToSee("supplier", "/receipts/{fact}", "#main a.btn"),
    PageToSee("supplier", "/assessments/{assessment}", "#main a"),
    PageToSee("supplier", "/questionnaires/company/outcome", "#main a"),
    PageToSee("operator", "/oversight", "#main button.p"),
    PageToSee("visitor", "/verify", "button.p"),
    PageToSee("visitor", "/transparency", "#main a"),
    PageToSee("visitor", "/transparency/{transparency}", "#main a"),
)
