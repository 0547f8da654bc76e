"""The house's rules that a reader would otherwise have to remember."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from accelerator.core import audit

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accelerator", "assessments", "calibration", "improvement", "insights")


def sources() -> list[Path]:
    return [
        path
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
    ]


def test_imports_point_one_way() -> None:
    """The contracts of pyproject.toml: the apps, their layers, the single importers."""
    found = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports; exit(lint_imports())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout


def test_a_file_stays_small() -> None:
    """Some ten lines over 300 at the most; there is one settings.py, however long."""
    long = {
        str(path.relative_to(ROOT)): count
        for path in sources()
        if path.name != "settings.py" and (count := len(path.read_text().splitlines())) > 310
    }
    assert long == {}


def test_a_template_line_stays_readable() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{number}": len(line)
        for path in (ROOT / "templates").rglob("*.*")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > 160
    }
    assert long == {}


@pytest.mark.parametrize("name", ["style=", "<style", "onclick", "onload=", "hx-on", "javascript:"])
def test_pages_hold_no_inline_code(name: str) -> None:
    """The content policy would refuse it. PDF templates are not pages."""
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if "pdf" not in path.parts and name in path.read_text()
    ]
    assert found == []


RECORDERS = ("record", "record_each", "record_reading")


def recorded_actions() -> set[str]:
    """The actions that some call of `audit` names; of one put together, how it begins."""
    found = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in RECORDERS
                and getattr(node.func.value, "id", "") == "audit"
            ):
                action = node.args[1]
                if isinstance(action, ast.JoinedStr):
                    action = action.values[0]
                if isinstance(action, ast.Constant):
                    found.add(action.value)
    return found


def test_every_action_that_is_recorded_is_said_in_words() -> None:
    """And every one that is said is recorded: by name here, or put together from a choice."""
    said = {action for each in audit.kinds().values() for action in each if "noted" not in action}
    recorded = recorded_actions()
    whole = {action for action in recorded if not action.endswith(".")}
    begun = tuple(action for action in recorded if action.endswith("."))
    assert len(whole) > 40
    assert whole <= said
    # The database's function, and the signals of allauth.
    elsewhere = ("words.", "second_factor.", "cohort.sheet_enrolled")
    assert {one for one in said - whole if not one.startswith((*begun, *elsewhere))} == set()


VIEWS = ("views", "sign_in")


def test_views_read_nothing_by_themselves() -> None:
    """Rows come through the choke point, readings from `queries`: no `.objects` in a view."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        if {path.stem, path.parent.name} & set(VIEWS)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "objects"
    ]
    assert found == []


# What changes something of a self-assessment or a calibration without asking whether the
# enrolment is open, and why. The addresses that lead there are tried in tests/test_closed.py.
UNGUARDED = {
    "declare_conflict": "of a person; it seats nobody",
    "publish_framework": "of no enrolment",
    "open_framework": "of a cohort",
    "choose_framework": "of a cohort",
    "publish_cases": "of no enrolment",
    "attempt": "of no enrolment",
    "save_settings": "of a cohort",
    "withdraw": "evidence goes at any time: it may concern children",
    "finish_withdrawals": "of withdrawn evidence",
    "remove_orphans": "of files that no row names",
    "lift_conflict": "of a person",
    "take_off": "a coach leaves at any time",
    "answer_about_release": "what was asked before is answered",
    "note_self_level_shown": "what was shown is a fact",
    "remember_place": "asked by a page that knows",
    "tell_of_stale": "leaves closed ones out",
    "decisions_stand": "of words removed for good",
    # Steps of services that ask.
    "give_back": "of take_back and hand_back",
    "write_decision": "of decide and sign",
    "settle": "of those who hold the desk",
    "check_reasons": "reads",
    "check_impartial": "reads",
    "is_complete": "reads",
    "stays_open": "reads",
    "content_hash": "reads",
}
GUARDS = {"hold_open", "_hold_open", "Held"}


def services() -> dict[str, set[str]]:
    """The names that each function of the two apps' services calls."""
    return {
        function.name: {
            getattr(call.func, "id", getattr(call.func, "attr", ""))
            for call in ast.walk(function)
            if isinstance(call, ast.Call)
        }
        for path in sources()
        if path.relative_to(ROOT).parts[0] in ("assessments", "calibration")
        and {"services", "services.py", "tidying.py"} & {path.name, path.parent.name}
        for function in ast.parse(path.read_text()).body
        if isinstance(function, ast.FunctionDef)
    }


def test_what_writes_for_an_enrolment_asks_whether_it_is_open() -> None:
    """By itself, or by calling a service that does."""
    calls = services()
    asking = {name for name, called in calls.items() if called & GUARDS}
    while more := {name for name, called in calls.items() if called & asking} - asking:
        asking |= more
    asking -= UNGUARDED.keys()
    public = {name for name in calls if not name.startswith("_")}
    assert len(asking) > 25
    assert public - asking == UNGUARDED.keys()
