"""What a template names exists: addresses, and the sheet that every other sheet needs."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.test_access_matrix import names

TEMPLATES = sorted(path for path in (settings.BASE_DIR / "templates").rglob("*") if path.is_file())
ADDRESS = re.compile(r"""{%\s*url\s+['"]([\w:-]+)['"]""")
OURS = re.compile(r"css/(\w+)\.css")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_an_address_that_a_template_names_exists(path: Path) -> None:
    """A page or a letter that is made only now and then would fail only then."""
    known = {*names(), "admin:index"}
    assert [name for name in ADDRESS.findall(path.read_text()) if name not in known] == []


def test_whoever_links_a_sheet_of_pages_links_the_palette_first() -> None:
    linking = [
        (path.name, OURS.findall(path.read_text()))
        for path in TEMPLATES
        if path.suffix == ".html" and "css/app.css" in path.read_text()
    ]
    assert linking
    for name, sheets in linking:
        assert "palette" in sheets[: sheets.index("app")], name
