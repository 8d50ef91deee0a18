"""Partners' systems from the command line."""

from pathlib import Path

from tests.cli.conftest import Shell, admitted
from tests.elsewhere import Authority, System
from tests.pact.test_exchange import cell

from ashiato.cli import output


def test_partners_are_stated_listed_and_forgotten(operator: Shell, tmp_path: Path) -> None:
    buyer, supplier = admitted(operator, "Exchange Packs", tmp_path / "buyer"), admitted(operator, "Exchange Zellen", tmp_path / "supplier")
    company = buyer.json("company", "find", supplier.number)["company_id"]
    supplier("pact", "partners", "endpoint", "http://pcf.example.com", code=output.PROBLEM)
    assert supplier.json("pact", "partners", "endpoint", "https://pcf.example.com/", "--version", "2")["address"] == "https://pcf.example.com"
    buyer("pact", "fetch", company, code=output.PROBLEM)
    told = buyer("pact", "partners", "add", company, "--account", "exchange", "--secret-stdin", typed="a secret of theirs\n")
    assert "a secret of theirs" not in told.output
    (partner,) = buyer.json("pact", "partners", "list")
    assert (partner["name"], partner["address"], partner["version"]) == ("Exchange Zellen", "https://pcf.example.com", 2)
    delivery = buyer.json("pact", "fetch", company)["delivery_id"]
    assert [(one["delivery_id"], one["kind"]) for one in buyer.json("pact", "deliveries")] == [(delivery, "fetch")]
    assert buyer.json("pact", "received", "list") == []
    buyer("pact", "partners", "forget", company)
    buyer("pact", "partners", "forget", company, code=output.PROBLEM)


def test_a_system_is_examined(operator: Shell, tmp_path: Path) -> None:
    """One that knows neither filters nor events: the command names what fails, and its exit code says so."""
    authority = Authority(tmp_path / "authority")
    with System(authority.issue()) as system:
        stated = ["--account", system.account[0], "--authorities", str(authority.file), "--secret-stdin", "--json"]
        found = operator.json("pact", "conformance", system.address, *stated, typed=f"{system.account[1]}\n", code=output.PROBLEM)
        system.footprints = [cell()]
        single = operator.json("pact", "conformance", system.address, *stated, typed=f"{system.account[1]}\n", code=output.PROBLEM)
    assert "a second one is needed" in {one["case"]: one["trouble"] for one in single}["5"]
    trouble = {one["case"]: one["trouble"] for one in found}
    assert (trouble["1"], trouble["2"], trouble["9"]) == ("", "", "")
    assert trouble["4"] == "the list is empty"
    assert len(found) == 39
