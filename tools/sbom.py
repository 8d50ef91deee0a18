"""Writes what an installation is made of (CycloneDX 1.6, JSON) from requirements.lock: every package with its version and its files' hashes."""

import json
import re
import sys
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).parents[1]


def packages(lock: str) -> list[dict[str, Any]]:
    """The components that a lock file pins."""
    found = []
    for match in re.finditer(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)((?:[^\n]*\\\n)*[^\n]*)", lock, re.MULTILINE):
        name, version, rest = match[1].lower().replace("_", "-"), match[2], match[3]
        hashes = sorted(re.findall(r"sha256:([0-9a-f]{64})", rest))
        purl = f"pkg:pypi/{name}@{version}"
        found.append(
            {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "scope": "required",
             "properties": [{"name": "ashiato:sha256-of-a-file", "value": each} for each in hashes]}
        )  # fmt: skip
    return found


def bom(lock: str, version: str) -> dict[str, Any]:
    """The bill of materials: the same lock file gives the same bytes."""
    components = packages(lock)
    ours = f"pkg:pypi/ashiato@{version}"
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, version + lock)}",
        "metadata": {
            "component": {"type": "application", "bom-ref": ours, "name": "ashiato", "version": version, "purl": ours,
                          "licenses": [{"license": {"id": "Apache-2.0"}}]},
        },
        "components": components,
        "dependencies": [{"ref": ours, "dependsOn": [each["bom-ref"] for each in components]}],
    }  # fmt: skip


def main() -> None:
    """`python tools/sbom.py [FILE]`."""
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    text = json.dumps(bom((ROOT / "requirements.lock").read_text(encoding="utf-8"), version[1] if version else "0"), indent=1) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
