"""The whole table of rights, and how the apps put it together."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from accelerator.core import rights
from accelerator.core.rights import Rights, actions, declare, prose_of, roles_with
from accelerator.models import Role

HELD = Path(__file__).resolve().parents[2] / "rights.txt"


@pytest.fixture
def nothing_declared(monkeypatch) -> None:
    monkeypatch.setattr(rights, "_declared", {})


def test_the_table_is_the_one_that_is_held() -> None:
    """A change that is meant: `manage.py rights > tests/rights.txt`."""
    printed = StringIO()
    call_command("rights", stdout=printed)
    assert printed.getvalue() == HELD.read_text()


def test_every_role_says_in_words_what_it_may_do() -> None:
    assert all(prose_of(role).endswith(".") for role in Role)
    assert prose_of(Role.HUB) == (
        "Runs the cohort, invites people, sets an organisation’s own dates and removes words for "
        "good where they must go. "
        "Reads an assessment and its evidence once it is submitted. "
        "Returns it with a reason until a coach has begun. "
        "Records coaches’ ties to organisations, and lifts them with a reason."
    )


@pytest.mark.usefixtures("nothing_declared")
def test_the_apps_sentences_and_actions_are_joined() -> None:
    declare("below", {Role.LEAD: Rights(frozenset({"tea.brew"}), "Brews tea.")})
    declare(
        "above",
        {
            Role.LEAD: Rights(frozenset({"tea.pour"}), "Pours it."),
            Role.SPONSOR: Rights(frozenset({"tea.pour"})),
        },
    )
    assert prose_of(Role.LEAD) == "Brews tea. Pours it."
    assert prose_of(Role.SPONSOR) == ""
    assert roles_with("tea.pour") == ["lead", "sponsor"]
    assert actions() == {"tea.brew", "tea.pour"}


@pytest.mark.usefixtures("nothing_declared")
def test_an_action_belongs_to_one_app() -> None:
    declare("below", {Role.LEAD: Rights(frozenset({"tea.brew", "tea.pour"}))})
    with pytest.raises(ImproperlyConfigured, match=r"below and by above: tea\.pour\."):
        declare("above", {Role.SPONSOR: Rights(frozenset({"tea.pour"}))})
    assert actions() == {"tea.brew", "tea.pour"}


@pytest.mark.usefixtures("nothing_declared")
def test_an_action_that_nobody_has_is_an_error() -> None:
    declare("below", {Role.LEAD: Rights(frozenset({"tea.brew"}))})
    with pytest.raises(LookupError, match=r"tea\.spill"):
        roles_with("tea.spill")
