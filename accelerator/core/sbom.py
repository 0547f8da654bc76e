"""What the site is made of, as a CycloneDX document: read from the lock files, nothing fetched."""

import base64
import json
import re
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

PINNED = re.compile(
    r"^(?P<name>[\w.-]+)(?:\[[^\]]*\])?==(?P<version>\S+)(?: ; (?P<when>[^\\\n]+?))?(?: \\)?$"
)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def sbom(root: Path) -> dict[str, Any]:
    """The document. The same lock files, with the same packages installed, give the same one."""
    python, node = root / "requirements.lock", root / "package-lock.json"
    components = [*_python_packages(python.read_text()), *_node_packages(node.read_text())]
    made_of = json.dumps(components, sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, made_of)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "impact-accelerator"}},
        "components": components,
    }


def _python_packages(lock: str) -> Iterator[dict[str, Any]]:
    """One component for each pinned package, with the hashes of all its files.

    What only some platforms install is optional; its condition is a property.
    """
    component: dict[str, Any] = {}
    for line in lock.splitlines():
        if pinned := PINNED.match(line):
            component = _python_package(**pinned.groupdict())
            yield component
        elif found := HASH.search(line):
            component["hashes"].append({"alg": "SHA-256", "content": found[1]})


def _python_package(name: str, version: str, when: str | None) -> dict[str, Any]:
    condition = {"properties": [{"name": "condition", "value": when}]} if when else {}
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "scope": "optional" if when else "required",
        "hashes": [],
        **_licences(name),
        **condition,
    }


def _licences(name: str) -> dict[str, Any]:
    """As the installed package states them; nothing where it is not installed or says nothing."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return {}
    if expressions := about.get_all("License-Expression"):
        return {"licenses": [{"expression": expressions[0]}]}
    classified = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier") or []
        if line.startswith("License :: ") and line != "License :: OSI Approved"
    ]
    stated = "".join(about.get_all("License") or []).strip()
    names = classified or ([stated] if stated and "\n" not in stated else [])
    return {"licenses": [{"license": {"name": one}} for one in names]} if names else {}


def _node_packages(lock: str) -> Iterator[dict[str, Any]]:
    """What pages load; what only tests use is left out."""
    for path, package in json.loads(lock)["packages"].items():
        if not path or package.get("dev"):
            continue
        name = path.rpartition("node_modules/")[2]
        algorithm, _, digest = package["integrity"].partition("-")
        yield {
            "type": "library",
            "name": name,
            "version": package["version"],
            "purl": f"pkg:npm/{quote(name)}@{package['version']}",
            "scope": "required",
            "hashes": [
                {
                    "alg": algorithm.upper().replace("SHA", "SHA-"),
                    "content": base64.b64decode(digest).hex(),
                }
            ],
            "licenses": [{"expression": package["license"]}],
        }
