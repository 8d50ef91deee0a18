"""The files for running Ashiato elsewhere hold what they promise. No Docker and no Helm run here: they are read, rendered by a small reader, and checked."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from ashiato import __version__
from ashiato.cli.installation import variable
from ashiato.plumbing import telemetry
from ashiato.plumbing.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm" / "ashiato"
VARIABLES = {variable(name) for name in Settings.model_fields}


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", " ", (DEPLOY / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_image_is_built_in_two_stages_and_runs_as_nobody_of_importance() -> None:
    found = instructions()
    assert [word for word, _ in found].count("FROM") == 2
    assert all(re.fullmatch(r"python:3\.1[1-9]-slim-\w+( AS build)?", rest) for word, rest in found if word == "FROM")
    last = [word for word, _ in found].index("FROM", 1)
    final = found[last:]
    assert ("USER", "10001:10001") in final
    after = final[final.index(("USER", "10001:10001")) :]
    assert not [word for word, _ in after if word in ("RUN", "COPY", "ADD")], "nothing is changed as that user, nothing as root after it"
    assert not [word for word, _ in found if word == "ADD"]
    assert "--require-hashes" in next(rest for word, rest in found if word == "RUN" and "requirements.lock" in rest)
    assert not any("pip install" in rest for word, rest in final if word == "RUN"), "the second stage builds nothing"
    assert json.loads(dict(final)["ENTRYPOINT"]) == ["ashiato"]
    assert {"HEALTHCHECK", "VOLUME", "STOPSIGNAL", "EXPOSE"} <= {word for word, _ in final}
    assert not re.search(r"(?i)(password|secret|token)\s*=", (DEPLOY / "Dockerfile").read_text())
    named = set(re.findall(r"\b(ASHIATO_\w+)=", (DEPLOY / "Dockerfile").read_text()))
    assert named <= VARIABLES
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*", "only what is named goes into the image"


def test_every_path_that_the_image_copies_is_there_and_let_in() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for word, rest in instructions():
        if word == "COPY" and "--from" not in rest:
            for path in (name.removeprefix("./") for name in rest.split()[:-1]):
                assert (ROOT / path).exists()
                assert path in let_in


def test_the_compose_file_keeps_the_container_small() -> None:
    told = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    service = told["services"]["ashiato"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["user"] == "10001:10001"
    assert "no-new-privileges:true" in service["security_opt"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert "ports" not in told["services"]["database"]
    assert told["networks"]["inside"]["internal"]
    assert {name for name in service["environment"] if name.startswith("ASHIATO_")} <= VARIABLES
    for volume in service["volumes"]:
        assert volume.split(":")[0] in told["volumes"]


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    unit = DEPLOY / "systemd" / "ashiato.service"
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "User=ashiato", "KillSignal=SIGTERM", "UMask=0077"):
        assert line in unit.read_text().splitlines()
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here: the unit was only read")
    copy = tmp_path / "ashiato.service"
    copy.write_text(unit.read_text().replace("/opt/ashiato/bin/ashiato", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "ashiato" in line]) == (0, [])
    copy.write_text(copy.read_text().replace("Type=exec", "Typo=exec"))
    canary = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)
    assert "Typo" in canary.stderr


def value(words: str, scope: dict[str, Any]) -> str:
    """What `{{ .Values.a.b | toJson }}` stands for."""
    path, _, pipe = (part.strip() for part in words.partition("|"))
    found: Any = scope
    for name in path.lstrip(".").split("."):
        found = found[name]
    match pipe:
        case "toJson":
            return json.dumps(found)
        case "quote":
            return json.dumps(str(found))
        case "":
            return str(found)
    raise AssertionError(f"the small reader does not know {pipe}")


def rendered(values: dict[str, Any]) -> list[dict[str, Any]]:
    """The chart's objects. The templates use values, `toJson`, `quote` and `if` only, so that they can be read without Helm."""
    scope = {"Values": values, "Release": {"Name": "test", "Revision": 1}}
    found = []
    for path in sorted((CHART / "templates").iterdir()):
        text = re.sub(
            r"\{\{- if (\S+) \}\}\n(.*?)\{\{- end \}\}\n",
            lambda match: match[2] if value(match[1], scope) == "True" else "",
            path.read_text(),
            flags=re.DOTALL,
        )
        text = re.sub(r"\{\{ (.+?) \}\}", lambda match: value(match[1], scope), text)
        assert "{{" not in text, path
        found += [each for each in yaml.safe_load_all(text) if each]
    return found


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    return yaml.safe_load((CHART / "values.yaml").read_text())


def test_the_charts_values_fit_their_schema_and_wrong_ones_do_not(values: dict[str, Any]) -> None:
    schema = jsonschema_rs.validator_for(json.loads((CHART / "values.schema.json").read_text()))
    assert schema.is_valid(values)
    wrong = [
        values | {"replicas": 1}, values | {"publicUrl": "http://plain.example"}, values | {"unknown": 1}, values | {"drainSeconds": 0},
        values | {"image": values["image"] | {"tag": "latest"}}, {name: told for name, told in values.items() if name != "database"},
    ]  # fmt: skip
    assert not any(schema.is_valid(each) for each in wrong)
    assert yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"] == __version__


def test_the_charts_objects_are_whole_and_closed(values: dict[str, Any]) -> None:
    objects = rendered(values)
    kinds = {each["kind"]: each for each in objects}
    assert set(kinds) == {"Deployment", "Service", "PersistentVolumeClaim", "PodDisruptionBudget", "NetworkPolicy", "Job"}
    for each in objects:
        assert {"apiVersion", "kind", "metadata", "spec"} <= each.keys()
        assert re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", each["metadata"]["name"])
    labels = kinds["Deployment"]["spec"]["template"]["metadata"]["labels"]
    for selector in (kinds["Service"]["spec"]["selector"], kinds["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
                     kinds["Deployment"]["spec"]["selector"]["matchLabels"], kinds["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]):  # fmt: skip
        assert selector.items() <= labels.items()
    job = kinds["Job"]["spec"]["template"]["metadata"]["labels"]
    assert kinds["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"].items() <= job.items()
    assert not kinds["Service"]["spec"]["selector"].items() <= job.items(), "the migration serves nobody"
    assert kinds["Job"]["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert kinds["NetworkPolicy"]["spec"]["policyTypes"] == ["Ingress", "Egress"]
    without = rendered(values | {"networkPolicy": values["networkPolicy"] | {"partners": False}})
    (closed,) = [each for each in without if each["kind"] == "NetworkPolicy"]
    assert len(closed["spec"]["egress"]) == len(kinds["NetworkPolicy"]["spec"]["egress"]) - 1


@pytest.mark.parametrize("kind", ["Deployment", "Job"])
def test_the_charts_pods_have_no_rights(values: dict[str, Any], kind: str) -> None:
    (found,) = [each for each in rendered(values) if each["kind"] == kind]
    pod = found["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    volumes = {volume["name"] for volume in pod["volumes"]}
    for container in pod["containers"]:
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert {mount["name"] for mount in container["volumeMounts"]} == volumes
        assert {each["name"] for each in container["env"] if each["name"].startswith("ASHIATO_")} <= VARIABLES
        assert not [each for each in container["env"] if "value" in each and re.search("PASSWORD|TOKEN|DATABASE_URL", each["name"])]
        assert container["resources"]["limits"]["memory"]
    if kind == "Deployment":
        assert found["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        assert pod["terminationGracePeriodSeconds"] > 300, "longer than the longest drain and the stop"
        probes = {name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")}
        assert probes == {"startup": "/livez", "liveness": "/livez", "readiness": "/readyz"}


def test_dashboard_and_alerts_ask_for_figures_that_there_are() -> None:
    known = {line.split()[2] for line in telemetry.metrics().decode().splitlines() if line.startswith("# TYPE ")}
    known |= {f"{name}_bucket" for name in known} | {f"{name}_count" for name in known} | {f"{name}_sum" for name in known}
    dashboard = json.loads((DEPLOY / "monitoring" / "dashboard.json").read_text())
    alerts = yaml.safe_load((DEPLOY / "monitoring" / "alerts.yaml").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked += [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]
    assert len(asked) >= 10
    for expression in asked:
        names = set(re.findall(r"\bashiato_\w+", expression))
        assert names or "up{" in expression
        assert names <= known, expression
    for group in alerts["groups"]:
        for rule in group["rules"]:
            assert rule["annotations"].keys() == {"summary", "remedy"}
            assert rule["labels"]["severity"] in ("page", "ticket")


def test_who_finds_a_hole_is_told_whom_to_write_to() -> None:
    text = (ROOT / "SECURITY.md").read_text()
    for word in ("Supported versions", "Reporting", "days"):
        assert word in text


def test_the_bill_of_materials_names_every_package_that_the_lock_pins() -> None:
    made = json.loads(subprocess.run([sys.executable, ROOT / "tools" / "sbom.py"], capture_output=True, text=True, check=True).stdout)
    pinned = dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert {each["name"]: each["version"] for each in made["components"]} == pinned
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert all(each["properties"] for each in made["components"]), "each with the hashes of its files"
    assert made["dependencies"][0]["dependsOn"] == [each["purl"] for each in made["components"]]
