"""The list of what the site is made of says what the lock files say."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def document(capsys) -> dict:
    call_command("sbom")
    return json.loads(capsys.readouterr().out)


def by_name(document: dict) -> dict[str, dict]:
    return {component["name"]: component for component in document["components"]}


def test_it_is_a_cyclonedx_document(document) -> None:
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", document["serialNumber"])
    refs = [component["purl"] for component in document["components"]]
    assert len(set(refs)) == len(refs)
    for component in document["components"]:
        assert component["type"] == "library"
        assert component["scope"] in {"required", "optional"}


def test_every_locked_package_is_there_with_every_hash(document) -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pinned = dict(re.findall(r"^([a-z0-9-]+)(?:\[\S+\])?==(\S+)", lock, re.M))
    python = {
        name: component
        for name, component in by_name(document).items()
        if component["purl"].startswith("pkg:pypi/")
    }
    assert {name: component["version"] for name, component in python.items()} == pinned
    listed = [one["content"] for component in python.values() for one in component["hashes"]]
    assert sorted(listed) == sorted(re.findall(r"sha256:(\w{64})", lock))
    assert all(component["hashes"] for component in python.values())


def test_what_some_platforms_install_is_optional_with_its_condition(document) -> None:
    colorama = by_name(document)["colorama"]
    assert colorama["scope"] == "optional"
    assert colorama["properties"] == [{"name": "condition", "value": "sys_platform == 'win32'"}]
    assert by_name(document)["django"]["scope"] == "required"


def test_licences_are_told_where_they_are_known(document) -> None:
    known = [component for component in document["components"] if component.get("licenses")]
    assert len(known) > 0.9 * len(document["components"])
    assert "BSD-3-Clause" in json.dumps(by_name(document)["django"]["licenses"])


def test_what_pages_load_is_there_and_what_tests_use_is_not(document) -> None:
    components = by_name(document)
    bootstrap = components["bootstrap"]
    assert re.fullmatch(r"pkg:npm/bootstrap@5\.3\.\d+", bootstrap["purl"])
    (one,) = bootstrap["hashes"]
    assert one["alg"] == "SHA-512"
    assert re.fullmatch(r"[0-9a-f]{128}", one["content"])
    assert components["@popperjs/core"]["purl"].startswith("pkg:npm/%40popperjs/core@")
    assert "axe-core" not in components
    assert "pytest" not in components


def test_it_names_no_registry(document) -> None:
    assert "://" not in json.dumps(document["components"])
