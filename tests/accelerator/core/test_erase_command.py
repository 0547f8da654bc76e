import pytest
from django.core.management import CommandError, call_command

from accelerator.models import AuditEvent
from calibration.models import PracticeAttempt

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(world) -> PracticeAttempt:
    return PracticeAttempt.objects.create(
        case=world.case, coach=world.coach_a, level=1, reason="As Zephyrine does."
    )


def erase(world, row, column: str = "reason", **more) -> None:
    given = {"by": world.staff.email, "kind": "asked", "reason": "They asked."} | more
    call_command("erase_words", "calibration.PracticeAttempt", str(row), column, **given)


def test_what_no_page_lists_goes_by_the_command(world, attempt, capsys) -> None:
    erase(world, attempt.pk, only="Zephyrine")
    attempt.refresh_from_db()
    assert attempt.reason.startswith("As [removed on ")
    assert AuditEvent.objects.get(action="words.removed").actor == world.staff
    erase(world, attempt.pk, only="Zephyrine")
    assert capsys.readouterr().out.split("\n")[:2] == ["Removed.", "Nothing was written there."]


@pytest.mark.parametrize(
    ("row", "column", "by"),
    [("0", "reason", ""), ("x", "reason", ""), ("", "level", ""), ("", "reason", "no@body.org")],
)
def test_what_is_not_there_is_said(world, attempt, row: str, column: str, by: str) -> None:
    with pytest.raises(CommandError):
        erase(world, row or attempt.pk, column, by=by or world.staff.email)
    attempt.refresh_from_db()
    assert attempt.reason == "As Zephyrine does."


def test_json_loses_only_words_that_are_given(world) -> None:
    event = AuditEvent.objects.first()
    asked = {"by": world.staff.email, "kind": "asked", "reason": "They asked."}
    with pytest.raises(CommandError, match="--only"):
        call_command("erase_words", "accelerator.AuditEvent", str(event.pk), "data", **asked)
