"""Due diligence on pages: a questionnaire from the open question to the score, a grievance by its code, steps of a risk, consent, the report."""

import re
from collections.abc import Callable

from tests.chain_world import COBALT, GOOD_ANSWERS, Chain, chain, content, settle, stated
from tests.web.browser import SITE, Browser
from tests.world import PART_HEADER, Member, World, workbook

from ashiato.plumbing import spreadsheet
from ashiato.web import lists

Browse = Callable[..., Browser]


async def at(browse: Browse, member: Member, path: str, language: str = "en") -> Browser:
    browser = browse(language)
    await browser.log_in(member.email)
    await browser.get(path)
    return browser


async def test_a_questionnaire_is_begun_saved_sent_and_explained(world: World, browse: Browse) -> None:
    member = await world.company("Questioned Works")
    browser = await at(browse, member, "/questionnaires/material?subject=cobalt")
    assert "1 to answer" in browser.page.text
    save, send = "/questionnaires/material/draft?subject=cobalt", "/questionnaires/material/answers?subject=cobalt"
    await browser.send(save, browser.page.form(send).fields | {"answer-used": "yes"})
    await browser.get("/questionnaires/material?subject=cobalt")
    assert "5 to answer" in browser.page.text, "it was saved, and what follows from an answer is asked at once"
    said = {"answer-cahra": "unknown", "answer-recycled_only": "no", "answer-suppliers_responded": "８0％", "answer-smelters_identified": "yes"}
    await browser.submit(send, **said)
    assert "Not sent yet: 1 questions below need you." in browser.page.text
    assert browser.page.form(send).fields["answer-suppliers_responded"] == "80"
    await browser.submit(send, **{"answer-all_reported": "yes"})
    assert "15 of 20 points" in browser.page.text
    assert "It is not known whether the material comes from high-risk areas." in browser.page.text
    await browser.get("/questionnaires/material?subject=cobalt")
    assert "ready to send" in browser.page.text
    assert browser.page.text.count("last time’s answer") == 6, "next year one click sends it again"
    await browser.get("/questionnaires/site?subject=00000000-0000-4000-8000-000000000000")
    assert browser.response.status_code == 422


async def test_evidence_is_demanded_and_an_expired_one_is_not_offered(world: World, browse: Browse) -> None:
    member = await world.company("Proving Works")
    await member.call("POST", "/evidence", files={"file": ("old.txt", b"old")}, params={"expires_on": "2020-01-01"})
    new = (await member.call("POST", "/evidence", files={"file": ("policy.txt", b"new")})).json()["evidence_id"]
    await member.post("/assessments", {"questionnaire": "company", "answers": GOOD_ANSWERS})
    browser = await at(browse, member, "/questionnaires/company")
    send = "/questionnaires/company/answers"
    await browser.submit(send, **{"answer-policy": "yes"})
    assert "A file is missing." in browser.page.text
    assert "policy.txt" in browser.page.text
    assert "old.txt" not in browser.page.text
    await browser.submit(send, **{"file-policy": new, "answer-policy_categories": "child_labour"})
    assert "Your answers" in browser.page.text
    kept = (await member.get("/assessments"))["items"][-1]
    assert kept["answers"]["policy"]["evidence"] == [new]


async def test_anybody_complains_follows_and_asks_the_operator_and_the_company_answers(world: World, browse: Browse) -> None:
    mine = await world.company("Complained Mine")
    stranger = browse("ja")
    await stranger.get(f"/grievances/new?company={mine.number}")
    words = "坑道で子どもが働いています。"
    await stranger.submit("/grievances/new", category="child_labour", words="", contact="")
    assert "入力内容は下に残っています" in stranger.page.text
    await stranger.submit("/grievances/new", category="child_labour", words=words, contact="夜に電話を")
    code = re.search(r"[2-9A-Z]{5}(?:-[2-9A-Z]{5}){3}", stranger.page.text)
    assert code
    company = await at(browse, mine, "/grievances")
    path = next(link for link in company.page.links if re.fullmatch(r"/grievances/[0-9a-f-]{36}", link))
    await company.get(path)
    assert words in company.page.text
    assert "夜に電話を" not in company.page.html
    await company.submit(f"{path}/steps", words="We have read it.", state="acknowledged")
    await stranger.get("/grievances/follow")
    await stranger.submit("/grievances/follow", code=code[0].lower())
    assert "We have read it." in stranger.page.text
    assert code[0] not in stranger.address, "the code stands in no address"
    await stranger.submit("/grievances/mediate", number="", words="怖いです。", contact="true")
    assert "Ashiato" in stranger.page.text
    operator = await at(browse, world.operator, path.replace("/grievances/", "/mediations/"))
    assert "怖いです。" in operator.page.text
    assert "夜に電話を" in operator.page.text
    assert words not in operator.page.html
    await operator.submit(f"{path.replace('/grievances/', '/mediations/')}/notes", words="Let us meet.")
    await company.get(path)
    assert "Let us meet." in company.page.text
    assert "怖いです。" not in company.page.html
    assert (await operator.get(path)).status_code in (403, 404)


async def test_a_risk_takes_its_steps_by_one_button_each(world: World, browse: Browse) -> None:
    member = await world.company("Risky Works")
    browser = await at(browse, member, "/risks")
    await browser.submit("/risks", kind="finding", category="water", severity="high", likelihood="likely", title="Spill", material="")
    path = next(link for link in browser.page.links if re.fullmatch(r"/risks/[0-9a-f-]{36}", link))
    await browser.get(path)
    await browser.submit(f"{path}/steps", note="Seen.", state="assessed")
    await browser.submit(f"{path}/steps", note="Ordered.", state="mitigating", owner="", plan="", deadline="")
    assert browser.response.status_code == 422, "without owner, plan and deadline"
    await browser.get(path)
    await browser.submit(f"{path}/steps", note="Ordered.", state="mitigating", owner="Site", plan="A wall", deadline="2020-01-31")
    assert "Late" in browser.page.text or "late" in browser.page.text
    await browser.get("/risks")
    assert "Ordered." in browser.page.text, "what changed"
    other = await at(browse, await world.company("Curious Works"), path)
    assert other.response.status_code == 404


async def test_from_the_chain_to_consent_and_the_report(world: World, browse: Browse) -> None:
    built: Chain = await chain(world, cathode_cobalt="0.135")
    pack = await built.packs.part_id("PACK")
    packs = await at(browse, built.packs, f"/parts/{pack}/diligence")
    assert "Masses do not add up" in packs.page.text
    assert built.cells.name in packs.page.text
    assert built.cathodes.name not in packs.page.html
    await packs.submit(f"/parts/{pack}/probes", kind="path", subject="cobalt")
    await settle(world)
    cells = await at(browse, built.cells, "/consents")
    assert f"{built.packs.name} asks to know your company" in cells.page.text
    action = next(form.action for form in cells.page.forms if form.action.startswith("/consents/"))
    await cells.submit(action, consent="true")
    assert "Take consent back" in cells.page.text
    await cells.submit(action, consent="false")
    assert "taken back" in cells.page.text
    found = {"kind": "finding", "category": "water", "severity": "low", "likelihood": "rare", "title": "Leak"}
    await built.packs.post("/risks", found)
    await packs.get(f"/reports/preview?year=2026&part={pack}")
    assert "preview, nothing is published" in packs.page.text
    assert f"/requests/{built.requests['cells']}" in packs.page.links, "what a figure follows from"
    await followed_by_nobody_else(packs, await at(browse, built.refiner, "/reports"))
    assert (await built.packs.get("/reports"))["items"] == []
    await packs.submit("/reports")
    (item,) = (await built.packs.get("/reports"))["items"]
    await packs.get(f"/reports/{item['report_id']}")
    assert "signed and published" in packs.page.text
    assert built.cathodes.name not in packs.page.html


async def followed_by_nobody_else(owner: Browser, other: Browser) -> None:
    """Every address behind a figure of the report that is open shows its owner what stands behind it, and somebody else of the chain nothing."""
    behind = {link for part in owner.page.html.split("<details>")[1:] for link in re.findall(r'href="([^"]+)"', part.partition("</details>")[0])}
    behind = {link for link in behind if re.search("[0-9a-f]{8}-", link) and not link.startswith("/reports")}
    assert len(behind) >= 3
    for link in sorted(behind):
        assert (await owner.client.get(link)).status_code == 200, link
        assert (await other.client.get(link)).status_code == 404, link


async def wanted(buyer: Member) -> str:
    """One more request for due diligence on the cells that this company buys."""
    body = {"part_id": await buyer.part_id("CELL"), "method": "company", "due_at": "2099-01-01T00:00:00Z", "subject": "diligence"}
    return str((await buyer.post("/requests", body))["request_id"])


async def test_a_request_is_answered_with_what_was_seen_and_the_same_to_another(world: World, browse: Browse) -> None:
    built = await chain(world)
    other = await world.company("Other Packs")
    await other.import_tables(parts=[PART_HEADER, ["CELL", "Cell", "kg", "", built.cells.number, "CELL", ""]])
    again, more = await wanted(built.packs), await wanted(other)
    path = f"/requests/{again}"
    browser = await at(browse, built.cells, path)
    await browser.submit(f"{path}/link")
    assert "The same answer to others" in browser.page.text
    await browser.submit(f"{path}/statement", other=more)
    for member, request in ((built.packs, again), (other, more)):
        assert (await member.get(f"/requests/{request}/statement"))["statement"]["version"] == 1
    buyer = await at(browse, built.packs, path)
    assert "Who has answered, by tier" in buyer.page.html
    assert built.cathodes.name not in buyer.page.html


async def test_origins_are_stated_and_the_map_shows_them(world: World, browse: Browse) -> None:
    built = await chain(world)
    part = await built.refiner.part_id("HYDROXIDE")
    await stated(built.refiner, "HYDROXIDE", [content("cobalt", "0.12")], [COBALT | {"mass_kg": "0.06"}])
    path = f"/parts/{part}/diligence"
    browser = await at(browse, built.refiner, path)
    await browser.submit(f"/parts/{part}/origins", material="cobalt", mass_kg="0.06", country="au", refiner_cid="CID000001", audit_until="")
    assert "Australia (AU)" in browser.page.text
    await browser.get("/chains/map?material=cobalt")
    assert "Congo" in browser.page.text
    assert 'class="warned"' in browser.page.html, "a public list speaks of cobalt from there"
    assert browser.page.html.count('class="ground"') > 50, "the continents are known by the dots of all countries"
    for link in ("/chains/map.csv?material=cobalt&country=", "/chains/map.xlsx?material=cobalt&country="):
        assert link.replace("&", "&amp;") in browser.page.html
    told = (await browser.client.get("/chains/map.csv?material=cobalt&country=cd")).text.splitlines()
    assert told[1].startswith("CD,Cobalt,1,1,0,"), "the list as a file, with the same filters"
    assert "Department of Labor" in told[1]
    assert (await browser.client.get("/chains/map.xlsx?material=nickel")).content.startswith(b"PK")
    await browser.get(path)
    await browser.submit(f"/parts/{part}/origins", material="cobalt", mass_kg="0.06", country="au", refiner_cid="CID1", audit_until="")
    assert browser.response.status_code == 422


HEADINGS = ["Metal", "Smelter Name", "Smelter Country", "Smelter Identification", "Name of Mine(s)", "Location (Country) of Mine(s)"]


def emrt(*smelters: list[str]) -> bytes:
    """A supplier's template that says that all smelters of cobalt are identified."""
    declared = [
        ["Extended Minerals Reporting Template"],
        ["Company Name (*)", "Kamo"],
        ["Have you identified all of the smelters?", "Answer"],
        ["Cobalt", "Yes"],
    ]
    return workbook(**{"Declaration": declared, "Smelter List": [HEADINGS, *smelters]})


async def handed(browser: Browser, path: str, content: bytes, **more: str) -> None:
    """A workbook is handed in on a page, which shows what it says."""
    said = {"Origin": SITE, "Sec-Fetch-Site": "same-origin", "Referer": SITE + browser.address}
    browser.response = await browser.client.post(path, files={"file": ("emrt.xlsx", content)}, data=more, headers=said)


async def test_a_suppliers_workbook_is_shown_cell_by_cell_and_taken_only_once_confirmed(world: World, browse: Browse) -> None:
    member = await world.company("Importing Works")
    await member.import_tables(parts=[PART_HEADER, ["SULFATE", "Sulfate", "kg", "", "", "", ""]])
    part = await member.part_id("SULFATE")
    await stated(member, "SULFATE", [content("cobalt", "0.12")], [COBALT | {"refiner": "Of last year"}])
    path = f"/parts/{part}/minerals"
    browser = await at(browse, member, f"/parts/{part}/diligence", "ja")
    assert path in browser.page.links
    await browser.get(path)
    await handed(browser, path, emrt(["Cobalt", "Wakasa", "JP", "CID 3255", "Mutanda", "CD"], ["Cobolt", "X", "Nowhere", "", "", ""]))
    assert browser.response.status_code == 422
    for told in (
        "Smelter List!D2",
        "CID 3255",
        "CIDと6桁の数字",
        "Smelter List!A3",
        "Cobolt",
        "テンプレートにない金属名",
        "Smelter List!C3",
        "何も保存されていません",
    ):
        assert told in browser.page.text, told
    assert not [form for form in browser.page.forms if form.action.endswith("/confirmation")]
    await handed(browser, path, emrt(["Cobalt", "Wakasa", "JP", "CID003255", "Mutanda", "CD"], ["Cobalt", "Kokkola", "FI", "CID003226", "", ""]))
    assert "登録される原産地：2件" in browser.page.text
    assert "Wakasa" in browser.page.text
    assert [line["refiner"] for line in (await member.get(f"/parts/{part}/materials"))["origins"]] == ["Of last year"], (
        "nothing before it is confirmed"
    )
    confirmation = f"{path}/confirmation"
    fields = browser.page.form(confirmation).fields
    refused = await browser.send(confirmation, fields | {"waiting": fields["waiting"].replace("CID003226", "CID1")})
    assert (refused.status_code, "CIDと6桁の数字" in refused.text) == (422, True)
    assert (await browser.send(confirmation, fields)).status_code == 303
    kept = (await member.get(f"/parts/{part}/materials"))["origins"]
    assert {(line["refiner"], line["country"], line["mass_kg"]) for line in kept} == {("Wakasa", "CD", "0.06"), ("Kokkola", "", "0.06")}
    response = await browser.get(f"{path}.xlsx")
    assert "CID003226" in str(spreadsheet.read(response.content))
    stranger = await at(browse, await world.company("Curious Importer"), path)
    assert stranger.response.status_code == 404


async def test_a_verification_is_recorded_on_the_page_and_told_when_it_has_run_out(world: World, browse: Browse) -> None:
    member = await world.company("Verified Works")
    file = (await member.call("POST", "/evidence", files={"file": ("audit.txt", b"audit")})).json()["evidence_id"]
    browser = await at(browse, member, "/reports", "ja")
    said = {"scheme": "RMAP", "issuer": "Notified Body", "scope": "Cobalt", "summary": "No finding.", "valid_from": "2025-01-01", "evidence_id": file}
    await browser.submit("/reports/verifications", **said, valid_until="2024-12-31")
    assert browser.response.status_code == 422
    assert "有効期間の終了日 終了日が開始日より前です。" in browser.page.text
    assert "It ends before it begins." not in browser.page.text
    await browser.get("/reports")
    await browser.submit("/reports/verifications", **said, valid_until="2025-12-31")
    assert "期限切れ" in browser.page.text
    assert f"/evidence/{file}" in browser.page.links
    (kept,) = (await member.get("/verifications"))["items"]
    assert (kept["scheme"], kept["evidence_id"]) == ("RMAP", file)


async def test_a_late_request_is_marked_and_what_is_unanswered_comes_first(world: World, browse: Browse) -> None:
    built = await chain(world)
    body = {"part_id": await built.packs.part_id("CELL"), "method": "company", "due_at": "2020-01-01T00:00:00Z", "subject": "diligence"}
    await built.cells.import_tables(sites=[["Site code", "Site name", "Country"], ["S-1", "Works", "JP"]])
    late = (await built.packs.post("/requests", body))["request_id"]
    for member in (built.cells, built.packs):
        browser = await at(browse, member, "/questionnaires")
        assert f"/requests/{late}" in browser.page.links
        requests = browser.page.html.partition('id="requests"')[2].partition("</table>")[0]
        assert "Late" in requests
    cells = await at(browse, built.cells, "/questionnaires")
    standings = cells.page.html.partition('id="standings"')[2].partition("</table>")[0]
    assert standings.rindex('class="chip warn"') < standings.index('class="chip ok"'), "what waits for an answer comes first"


async def test_long_lists_go_on_from_page_to_page_newest_first(world: World, browse: Browse) -> None:
    member = await world.company("Busy Works")
    proof = {"issuer": "I", "scope": "x", "summary": "x", "valid_from": "2026-01-01", "valid_until": "2099-12-31"}
    for number in range(lists.PER_PAGE + 1):
        await member.post("/verifications", proof | {"scheme": f"Scheme {number:03}"})
    browser = await at(browse, member, "/reports")
    assert f"Scheme {lists.PER_PAGE:03}" in browser.page.text
    assert "Scheme 000" not in browser.page.text
    (more,) = [link for link in browser.page.links if link.startswith("/reports?verified=")]
    await browser.get(more)
    assert "Scheme 000" in browser.page.text
    assert "Scheme 001" not in browser.page.text
    for path in ("/grievances?after=x", "/consents?asked=x", "/reports?after=x"):
        assert (await browser.get(path)).status_code == 422


async def test_a_reporter_complains_and_follows_in_a_language_of_the_mining_regions(world: World, browse: Browse) -> None:
    mine = await world.company("Mine of many languages")
    stranger = browse("fr-CD,fr;q=0.9,en;q=0.5")
    await stranger.get(f"/grievances/new?company={mine.number}")
    assert '<html lang="fr"' in stranger.page.html
    assert "Travail des enfants" in stranger.page.text
    await stranger.get(f"/grievances/new?company={mine.number}&lang=sw")
    assert "Kiswahili" in stranger.page.text
    await stranger.submit("/grievances/new", category="child_labour", words="Watoto wanafanya kazi mgodini.")
    assert "Malalamiko yako yamepokelewa" in stranger.page.text, "the chosen language stays"
    code = re.search(r"[2-9A-Z]{5}(?:-[2-9A-Z]{5}){3}", stranger.page.text)
    assert code
    (filed,) = (await mine.get("/received-grievances"))["items"]
    assert filed["language"] == "sw", "the company is told which language to answer in"
    await stranger.get("/grievances/follow")
    await stranger.submit("/grievances/follow", code=code[0])
    assert "yamepokelewa" in stranger.page.text
    await stranger.get("/login")
    assert '<html lang="en"' in stranger.page.html, "every other page is in one of its two languages"
