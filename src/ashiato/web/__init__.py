"""Pages: HTML from the server, in English and Japanese, one module per journey in `pages/`.

- Nothing from elsewhere, no script or style in a page: the strictest Content-Security-Policy that lets our own files in stands on every page.
- A page reads in the transaction that found out who asks; a form acts once, however often it is sent.
- What does not exist and what belongs to somebody else get the same page.

A new page is
1. a module in `pages/`: a frozen dataclass of what it shows (`template` names its file), routes on a `journey()` router, entered in `install`
   below; reading goes through `visit.show`, every form through `visit.act` with its hidden field `once`;
2. a template in `templates/` that extends `inside.html` (for members) or `outside.html` (for everybody, without any script);
   chips, figures and tables as in `ui.html`, drawings by `icon("name")`; tables scroll inside `<div class="scroll" role="region" tabindex="0">`;
3. its words, English and Japanese, in `words/<journey>.json`; families of words that are composed (`t("state." ~ …)`) are listed in
   `tests/web/test_words.py`;
4. a line in `navigation.py`, if it stands in the side bar;
5. its routes in the authorization matrix (`tests/attacks`), a test like those in `tests/web`, and a line in `tests/browser/pages.py`, from which
   every check in a real browser follows.

Scripts only make better what works without them. htmx is there on every inside page (`hx-get` and so on; `hx-on`, `js:` and filters in
`hx-trigger` are off: they would need eval). A picture or a tree is an island: a file of its own in `static/islands/` that finds what it needs
in a table on the page (`<table data-island="…">`), imports nothing, and is named in the template's block `islands`:
`<script src="{{ address("islands/sankey.js") }}" defer></script>`. Charts use `echarts.min.js` (SVG only), named before it; words come from
`data-` attributes, colours from the style sheet's variables. What comes from npm stands in `tools/refresh_web_packages.py`.
"""

from fastapi import FastAPI

from ashiato.web import errors, static
from ashiato.web.pages import (
    account,
    asking,
    associating,
    break_glass,
    carbon,
    chain,
    companies,
    company,
    consents,
    data_uses,
    declaration,
    declarations,
    declaring,
    difference,
    evidence,
    evidence_bundle,
    exchanging,
    grievances,
    health,
    home,
    importing,
    inventory,
    joining,
    login,
    minerals,
    operator,
    part,
    parts,
    questionnaires,
    receipts,
    reminding,
    reporting,
    request,
    requests,
    rights_reports,
    risks,
    rooms,
    search,
    sharing,
    signing_on,
    statement,
    structure,
    support,
    verifying,
    views,
    whatif,
)

__all__ = ["install"]

# In this order: difference, minerals and inventory before carbon, whose addresses end alike. A new one stands anywhere else.
_JOURNEYS = (
    static,
    health,
    login,
    home,
    search,
    parts,
    part,
    difference,
    minerals,
    inventory,
    carbon,
    asking,
    companies,
    company,
    declaration,
    declarations,
    declaring,
    evidence,
    evidence_bundle,
    exchanging,
    rooms,
    importing,
    reminding,
    receipts,
    request,
    requests,
    data_uses,
    sharing,
    signing_on,
    structure,
    verifying,
    views,
    whatif,
    questionnaires,
    risks,
    chain,
    consents,
    grievances,
    rights_reports,
    statement,
    associating,
    reporting,
    account,
    joining,
    operator,
    support,
    break_glass,
)


def install(app: FastAPI) -> None:
    """Mounts the pages and their files, and shows failures as pages to those who read pages."""
    for journey in _JOURNEYS:
        app.router.routes.extend(journey.router.routes)  # as they are: an included router would be analysed twice, and tried level by level
    errors.install(app)
