"""Companies, people, programs and sites from the command line."""

import json
from pathlib import Path

import psycopg
from tests.cli.conftest import Shell, admitted
from tests.world import PASSWORD, fresh_corporate_number

from ashiato.cli import output
from ashiato.plumbing import postgres
from ashiato.plumbing.settings import Settings


def test_a_company_applies_and_is_admitted(operator: Shell, stranger: Shell) -> None:
    number = fresh_corporate_number()
    email = f"admin@{number}.example"
    stated = ["--name", "Sumi [red]Anodes", "--number", number, "--admin-email", email, "--admin-name", "Ada", "--accept-terms"]
    company = stranger.json("company", "apply", *stated)["company_id"]
    stranger("company", "apply", *stated, code=output.PROBLEM)
    stranger("login", "--email", email, code=output.AUTH)
    assert company in {item["company_id"] for item in operator.json("company", "list", "--state", "applied")}
    assert "Sumi [red]Anodes" in operator("company", "list").stdout
    assert "It can become" in operator("company", "state", company, "suspended", "--reason", "x", code=output.PROBLEM).stderr
    operator("company", "state", company, "verified", "--reason", "checked", "--check-all")
    assert operator.json("company", "state", company, "admitted", "--reason", "checked")["state"] == "admitted"
    stranger("login", "--email", email)
    assert stranger.json("company", "show")["corporate_number"] == number
    assert stranger.json("company", "find", number)["company_id"] == company
    stranger("company", "list", code=output.AUTH)
    stranger("logout")
    stranger("me", code=output.AUTH)


def test_a_short_password_is_not_sent(stranger: Shell) -> None:
    stated = ["--name", "Sumi", "--country", "DE", "--admin-email", "a@b.example", "--admin-name", "Ada", "--password-stdin"]
    assert "at least 12" in stranger("company", "apply", *stated, typed="short\n", code=output.USAGE).stderr


def test_people_are_invited_changed_and_closed(operator: Shell, tmp_path: Path) -> None:
    company = admitted(operator, "Yodo Salts", tmp_path / "admin")
    colleague = Shell(company.url, tmp_path / "colleague")
    email = f"clerk@{company.number}.example"
    company("person", "invite", "--email", email, "--name", "Ken", "--role", "clerk", "--password-stdin", typed="tracks in the snow\n")
    found = {person["email"]: person for person in company.json("person", "list")}
    assert found[email]["roles"] == ["clerk"]
    colleague("login", "--email", email, "--password-stdin", typed="tracks in the snow\n")
    assert "clerk" in colleague("me").stdout
    company("person", "change", found[email]["person_id"], code=output.USAGE)
    company("person", "change", found[email]["person_id"], "--role", "clerk", "--role", "approver")
    colleague("login", "--email", email, ASHIATO_PASSWORD="tracks in the snow")
    assert colleague.json("me")["roles"] == ["approver", "clerk"]
    company("person", "change", found[email]["person_id"], "--close")
    colleague("me", code=output.AUTH)
    assert "no" in company("person", "list").stdout


def test_a_password_is_typed_twice(operator: Shell, tmp_path: Path) -> None:
    company = admitted(operator, "Yodo Films", tmp_path / "admin")
    email = f"clerk@{company.number}.example"
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    told = company("person", "invite", "--email", email, "--name", "Ken", "--role", "clerk", typed=typed)
    assert PASSWORD not in told.output
    Shell(company.url, tmp_path / "colleague")("login", "--email", email, typed=f"{PASSWORD}\n", ASHIATO_PASSWORD="")


def test_a_program_logs_in_by_its_secret(operator: Shell, tmp_path: Path) -> None:
    company = admitted(operator, "Yodo Robots", tmp_path / "admin")
    secret = company.json("program", "register", "Importer", "--role", "clerk")
    machine = Shell(company.url, tmp_path / "machine")
    machine("login", "--client-id", secret["client_id"], "--client-secret-stdin", typed=f"{secret['secret']}\n")
    assert machine.json("me")["client_id"] == secret["client_id"]
    machine("login", "--client-id", secret["client_id"], "--client-secret", "wrong", code=output.AUTH)
    assert [item["name"] for item in company.json("program", "list")] == ["Importer"]
    company("program", "close", secret["client_id"])
    machine("me", code=output.AUTH)


def prove(installed: Settings, domain: str) -> None:
    """What a look at the domain's TXT record would note: there is no name server here that knows it."""
    with postgres.superuser(installed) as reach, psycopg.connect(reach.database_url, options="-c search_path=ashiato") as connection:
        connection.execute("UPDATE control_proof SET proven_at = now(), proven_how = 'dns' WHERE subject = %s", [domain])


def test_a_provider_of_identities_is_stated_and_closed(installed: Settings, operator: Shell, tmp_path: Path) -> None:
    company = admitted(operator, "Yodo Sign-on", tmp_path / "admin")
    challenge = company.json("sso", "prove", "yodo-sign-on.test")["challenge"]
    assert challenge in company("sso", "prove", "yodo-sign-on.test").stderr, "the same domain keeps its challenge"
    assert "was not found" in company("sso", "prove", "yodo-sign-on.test", "--look", code=output.PROBLEM).stderr
    stated = ("sso", "state", "https://login.yodo.test", "--client-id", "ashiato", "--client-secret-stdin", "--domain")
    assert "has not proven" in company(*stated, "yodo-sign-on.test", typed="secret\n", code=output.PROBLEM).stderr
    prove(installed, "yodo-sign-on.test")
    kept = json.loads(company(*stated, "yodo-sign-on.test", "--json", typed="secret\n").stdout)
    assert [one["provider_id"] for one in company.json("sso", "list")] == [kept["provider_id"]]
    assert "https://login.yodo.test" in company("sso", "list").stdout
    company("sso", "close", kept["provider_id"])
    company("sso", "close", kept["provider_id"], code=output.PROBLEM)


def test_the_operator_admits_and_closes_an_application(operator: Shell, tmp_path: Path) -> None:
    issued = operator.json("application", "admit", "CFP client", "--network", "203.0.113.0/24", "--network", "2001:db8::/32")
    assert len(issued["key"]) > 40
    (listed,) = [item for item in operator.json("application", "list") if item["application_id"] == issued["application_id"]]
    assert (listed["networks"], listed["active"], "key" in listed) == (["203.0.113.0/24", "2001:db8::/32"], True, False)
    operator("application", "admit", "Wrong", "--network", "somewhere", code=output.PROBLEM)
    operator("application", "close", issued["application_id"])
    operator("application", "close", issued["application_id"], code=output.PROBLEM)
    member = admitted(operator, "Yodo Clients", tmp_path / "admin")
    member("application", "list", code=output.AUTH)


def test_sites_are_listed(operator: Shell, tmp_path: Path) -> None:
    company = admitted(operator, "Yodo Foils", tmp_path / "admin")
    assert company("site", "list").stderr == "Nothing.\n"
    company("import", company.write("sites.csv", "Site code,Site name,Country\nKYO,Kyoto,JP\n"))
    assert "Kyoto" in company("site", "list").stdout


def test_views_are_saved_listed_and_forgotten(operator: Shell, tmp_path: Path) -> None:
    company = admitted(operator, "Yodo Views", tmp_path / "admin")
    late = company.json("view", "save", "requests", "Late ones", "side=sent&late=1")
    again = company.json("view", "save", "requests", "Late ones", "late=1")
    assert again["filters"] == "late=1"
    assert [one["name"] for one in company.json("view", "list")] == ["Late ones"], "one of the same name gives way"
    assert "Late ones" in company("view", "list").stdout
    company("view", "save", "requests", "Nothing", "", code=output.PROBLEM)
    assert company.json("view", "forget", again["view_id"]) == {"view_id": again["view_id"]}
    assert company.json("view", "list") == []
    company("view", "forget", late["view_id"], code=output.PROBLEM)


def test_a_company_asks_for_support_and_is_answered(operator: Shell, tmp_path: Path) -> None:
    company = admitted(operator, "Yodo Asks", tmp_path / "admin")
    asked = company.json("support", "ask", "Which unit?", "The file is refused at C3.")
    assert asked["support_id"] in {one["support_id"] for one in operator.json("support", "list", "--open")}
    assert "Write kg." in operator("support", "say", asked["support_id"], "Write kg.").stderr
    assert "Write kg." in company("support", "show", asked["support_id"]).stderr
    assert company.json("support", "close", asked["support_id"], "--reason", "Thanks.")["closed_at"]
    assert asked["support_id"] not in {one["support_id"] for one in operator.json("support", "list", "--open")}
    operator("support", "say", asked["support_id"], "One more.", code=output.PROBLEM)
    operator("support", "ask", "S", "W", code=output.AUTH)
