"""Practice cases: the file, the command, and a coach's private try."""

import io

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse

from accelerator.models import AuditEvent
from calibration.models import PracticeAttempt, PracticeCase
from tests.factories.assessment import confidence_framework

FILE = settings.BASE_DIR / "fixtures" / "practice.yaml"
SETTLED = "How it was settled"


def load(path=FILE) -> str:
    out = io.StringIO()
    call_command("load_practice", path, stdout=out)
    return out.getvalue()


@pytest.fixture
def cases(db):
    confidence_framework()
    load()


@pytest.fixture
def broken(tmp_path):
    """Writes the file with a change to its data, and returns its path."""

    def broken(change) -> str:
        data = yaml.safe_load(FILE.read_text())
        change(data)
        path = tmp_path / "cases.yaml"
        path.write_text(yaml.safe_dump(data))
        return path

    return broken


def test_the_fixture_has_six_cases_of_every_pillar(cases) -> None:
    pillars = PracticeCase.objects.values_list("criterion__pillar__key", flat=True)
    assert len(pillars) == 6
    assert set(pillars) == {"design", "deliver", "monitor", "benefit", "sustain"}
    for case in PracticeCase.objects.all():
        assert len(case.rationale) > 200
        assert "settled" not in (case.justification + case.evidence)


def test_loading_twice_changes_nothing_and_keeps_attempts(cases, cast) -> None:
    case = PracticeCase.objects.get(slug="smiley-faces")
    PracticeAttempt.objects.create(case=case, coach=cast.coach_a, level=1)
    before = list(PracticeCase.objects.values())
    assert load() == "6 practice cases are there.\n"
    assert list(PracticeCase.objects.values()) == before
    assert PracticeAttempt.objects.count() == 1


def test_a_corrected_case_is_corrected(cases, broken) -> None:
    load(broken(lambda data: data["cases"][0].update(title="Open doors")))
    assert PracticeCase.objects.get(slug="open-to-all").title == "Open doors"
    assert PracticeCase.objects.count() == 6


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(framework="no-version"), "framework: write key@version"),
        (lambda d: d.update(framework="other@1"), "other@1 is not published"),
        (lambda d: d.update(extra=1), "extra: not known here"),
        (lambda d: d.update(cases=[]), "cases: a list"),
        (lambda d: d.update(cases="none"), "cases: a list"),
        (lambda d: d["cases"].append("text"), "case 7: slug"),
        (lambda d: d["cases"][1].pop("rationale"), "case 2, rationale: text is needed"),
        (lambda d: d["cases"][1].update(title=" "), "case 2, title: text is needed"),
        (lambda d: d["cases"][1].update(title="x" * 151), "case 2, title: longer than 150"),
        (lambda d: d["cases"][1].update(settled_level=2), "case 2, settled_level: text"),
        (lambda d: d["cases"][1].update(settled_level="medium"), "medium is not one of"),
        (lambda d: d["cases"][1].update(criterion="design.9"), "has no design.9"),
        (lambda d: d["cases"][1].update(slug="open-to-all"), "open-to-all is there twice"),
        (lambda d: d["cases"][1].update(slug="Open To"), "case 2, slug: small letters"),
        (lambda d: d["cases"][1].update(secret="x"), "case 2, secret: not known here"),
    ],
)
def test_a_broken_file_is_refused_whole(db, broken, change, message: str) -> None:
    confidence_framework()
    path = broken(change)
    with pytest.raises(CommandError) as error:
        load(path)
    assert message in str(error.value)
    assert str(error.value).startswith("cases.yaml: ")
    assert not PracticeCase.objects.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: [", "cases.yaml: while parsing"),
        (b"\xff\xfe", "not UTF-8"),
        (b"- one", "framework and cases are expected"),
        (b"x" * 1_000_001, "larger than"),
    ],
)
def test_an_unreadable_file_is_refused(db, tmp_path, content: bytes, message: str) -> None:
    path = tmp_path / "cases.yaml"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=message):
        load(path)


def test_a_missing_file_is_refused(db, tmp_path) -> None:
    with pytest.raises(CommandError, match="cannot be opened"):
        load(tmp_path / "nowhere.yaml")


def test_a_case_tells_what_was_settled_only_after_a_try(cases, cast, sign_in) -> None:
    case = PracticeCase.objects.get(slug="blank-checklist")
    url = reverse("calibration:practice_case", args=[case.slug])
    client = sign_in(cast.coach_a)
    before = client.get(url).content.decode()
    assert case.justification[:40] in before
    assert SETTLED not in before
    assert case.rationale[:40] not in before

    answer = client.post(url, {"level": "2", "reason": "It is in the handbook."}, follow=True)
    after = answer.content.decode()
    assert SETTLED in after
    assert "You were 1 step from the settled level." in after
    assert case.rationale[:40] in after
    assert "It is in the handbook." in after
    attempt = PracticeAttempt.objects.get()
    assert (attempt.coach, attempt.level) == (cast.coach_a, 2)
    assert AuditEvent.objects.get(action="practice.tried").data == {}


def test_another_coach_and_a_second_try(cases, cast, sign_in) -> None:
    url = reverse("calibration:practice_case", args=["blank-checklist"])
    client = sign_in(cast.coach_a)
    client.post(url, {"level": "3", "reason": "Mine alone"})
    client.post(url, {"level": "1"})
    assert "You chose the settled level." in client.get(url).content.decode()
    other = sign_in(cast.coach_b).get(url).content.decode()
    assert SETTLED not in other
    assert "Mine alone" not in other
    listing = reverse("calibration:practice")
    assert "1 of 6 done" in client.get(listing).content.decode()
    assert "0 of 6 done" in sign_in(cast.coach_b).get(listing).content.decode()


@pytest.mark.parametrize("level", ["", "4", "-1", "x"])
def test_a_try_needs_a_level_and_keeps_the_words(cases, cast, sign_in, level: str) -> None:
    url = reverse("calibration:practice_case", args=["blank-checklist"])
    answer = sign_in(cast.coach_a).post(url, {"level": level, "reason": "Typed already"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "data-error-summary" in page
    assert "Typed already" in page
    assert SETTLED not in page
    assert not PracticeAttempt.objects.exists()


def test_practice_is_for_coaches(cases, cast, sign_in) -> None:
    for name, args in (("practice", []), ("practice_case", ["blank-checklist"])):
        url = reverse(f"calibration:{name}", args=args)
        for who in ("lead", "hub", "moderator", "funder", "stranger"):
            client = sign_in(getattr(cast, who))
            assert client.get(url).status_code == 404, who
            assert client.post(url, {"level": "1"}).status_code in (404, 405), who
    assert (
        sign_in(cast.coach_a).get(reverse("calibration:practice_case", args=["no"])).status_code
        == 404
    )


def test_no_cases_yet(cast, sign_in) -> None:
    page = sign_in(cast.coach_a).get(reverse("calibration:practice")).content.decode()
    assert "No practice cases yet" in page


def test_the_same_queries_however_many_cases(cases, cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.coach_a)
    url = reverse("calibration:practice")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as six:
        client.get(url)
    PracticeCase.objects.exclude(slug="open-to-all").delete()
    with django_assert_num_queries(len(six)):
        client.get(url)
