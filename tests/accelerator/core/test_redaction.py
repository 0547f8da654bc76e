"""The database's own way of removing words: past every lock, and only there."""

import pgtrigger
import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from accelerator.core import audit, redaction
from accelerator.core.constraints import violated
from accelerator.core.redaction import Cell, Mode
from accelerator.models import AuditEvent
from assessments.models import Rating
from tests.factories.assessment import submitted
from tests.factories.evidence import rows_that_hold
from tests.migrating import read, undone

pytestmark = pytest.mark.django_db
SECRET = "Zephyrine Quillfeather"


@pytest.fixture
def rating(cast):
    assessment = submitted(cast.enrolment, cast.lead, justification=f"{SECRET} said so.")
    return assessment.ratings.get(criterion__code="design.1")


def remove(cast, row, *cells, **more) -> int:
    asked = {"mode": Mode.REMOVED, "kind": "child", "reason": "It names a child."} | more
    return redaction.remove(who=cast.hub, target=row, cells=cells, **asked)


def today() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT '[removed on ' || to_char(now() AT TIME ZONE 'Europe/London',"
            " 'FMDD FMMonth YYYY') || ']'"
        )
        return cursor.fetchone()[0]


def test_a_locked_row_and_its_history_lose_their_words(cast, rating) -> None:
    assert remove(cast, rating, Cell(rating, "justification")) == 1
    rating.refresh_from_db()
    assert rating.justification == today()
    assert rating.level == 2
    versions = Rating.pgh_event_model.objects.filter(pgh_obj=rating.pk)
    assert set(versions.values_list("justification", flat=True)) == {"", today()}


def test_the_version_grows_so_that_an_open_form_is_refused(cast, rating) -> None:
    remove(cast, rating, Cell(rating, "justification"))
    assert Rating.objects.get(pk=rating.pk).version == rating.version + 1


def test_history_gets_no_line_of_its_own(cast, rating) -> None:
    versions = Rating.pgh_event_model.objects.filter(pgh_obj=rating.pk)
    before = versions.count()
    remove(cast, rating, Cell(rating, "justification"))
    assert versions.count() == before


def test_the_audit_says_who_why_and_what_kind_and_not_what(cast, rating) -> None:
    remove(cast, rating, Cell(rating, "justification"))
    event = AuditEvent.objects.get(action="words.removed")
    assert (event.actor, event.target) == (cast.hub, f"assessments.rating:{rating.pk}")
    assert event.data == {"kind": "child", "reason": "It names a child.", "places": 1}


def test_only_the_given_words_go(cast, rating) -> None:
    remove(cast, rating, Cell(rating, "justification", words=(SECRET,)))
    rating.refresh_from_db()
    assert rating.justification == f"{today()} said so."


def test_append_only_data_loses_words_at_any_depth(cast, rating) -> None:
    with transaction.atomic():
        audit.record(cast.lead, "report.retried", rating, deep=[{"a": f"of {SECRET}."}], level=2)
    event = AuditEvent.objects.get(action="report.retried")
    remove(cast, rating, Cell(event, "data", words=(SECRET,)))
    event.refresh_from_db()
    assert event.data == {"deep": [{"a": f"of {today()}."}], "level": 2}


def test_a_column_that_holds_no_words_is_refused(cast, rating) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        remove(cast, rating, Cell(rating, "evidence_state"))
    assert violated(refused.value) == "redaction_of_free_text"


@pytest.mark.parametrize("missing", [{"reason": " "}, {"kind": ""}])
def test_it_must_be_said_why(cast, rating, missing: dict) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        remove(cast, rating, Cell(rating, "justification"), **missing)
    assert violated(refused.value) == "redaction_names_who_and_why"
    assert rows_that_hold(SECRET)


def test_a_value_stays_as_long_as_its_column(cast) -> None:
    enrolment = cast.enrolment
    enrolment.withdrawn_reason = "Zo, " * 75
    enrolment.save()
    remove(cast, enrolment, Cell(enrolment, "withdrawn_reason", words=("Zo",)))
    enrolment.refresh_from_db()
    assert len(enrolment.withdrawn_reason) == 300
    assert "Zo" not in enrolment.withdrawn_reason


def locked(rating: Rating) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Rating.objects.filter(pk=rating.pk).update(justification="Changed.")


def test_no_session_can_pass_the_locks_by_itself(cast, rating) -> None:
    with pgtrigger.ignore():
        locked(rating)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, true) FROM pg_trigger"
        )
    locked(rating)


def test_the_locks_hold_again_when_words_were_removed(cast, rating) -> None:
    remove(cast, rating, Cell(rating, "justification"))
    locked(rating)


def test_a_migration_leaves_the_guard_in_place(cast, rating) -> None:
    call_command("migrate", verbosity=0)
    with pgtrigger.ignore():
        locked(rating)


@pytest.fixture
def site_role(db):
    """Into the role of a site that does not own its tables, and back."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE site_of_a_test NOLOGIN")
        for grant in (
            "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public",
            "USAGE ON ALL SEQUENCES IN SCHEMA public",
        ):
            cursor.execute(f"GRANT {grant} TO site_of_a_test")
        yield cursor
        cursor.execute("RESET ROLE")


def test_a_site_that_owns_no_table_needs_the_function_and_passes_nothing_else(
    cast, rating, site_role
) -> None:
    site_role.execute("SET LOCAL ROLE site_of_a_test")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        remove(cast, rating, Cell(rating, "justification"))
    site_role.execute("RESET ROLE")
    site_role.execute("GRANT EXECUTE ON FUNCTION accelerator_redact TO site_of_a_test")
    site_role.execute("SET LOCAL ROLE site_of_a_test")
    assert remove(cast, rating, Cell(rating, "justification")) == 1
    with pgtrigger.ignore():
        locked(rating)
    with pytest.raises(DatabaseError, match="must be owner"), transaction.atomic():
        site_role.execute("ALTER TABLE assessments_rating DISABLE TRIGGER ALL")


def test_a_role_that_writes_the_functions_name_on_its_stack_passes_nothing(
    cast, rating, site_role
) -> None:
    site_role.execute("SET LOCAL ROLE site_of_a_test")
    site_role.execute(
        "SELECT set_config('pgtrigger.ignore', array_agg(DISTINCT tgname)::text, true)"
        " FROM pg_trigger WHERE NOT tgisinternal"
    )
    spoken = "UPDATE assessments_rating SET practice = '' /*\n x accelerator_redact(bigint, */"
    with pytest.raises(DatabaseError, match="locked"), transaction.atomic():
        site_role.execute(f"DO $do$ BEGIN EXECUTE $q${spoken}$q$; END $do$")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_migration_goes_back_and_forth_over_rows(cast, rating) -> None:
    asked = "SELECT proname FROM pg_proc WHERE proname = 'accelerator_redact'"
    with undone("accelerator", "0004_words_can_be_removed"):
        assert read(asked) == []
        locked(rating)
    assert read(asked) == [("accelerator_redact",)]
    remove(cast, rating, Cell(rating, "justification"))
    locked(rating)
