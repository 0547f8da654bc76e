"""The cast: one enrolment, and everybody who stands in some relation to it. And the PDF partner."""

import gc
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from _pytest import runner
from django.db import connection, transaction
from django.test import Client

from accelerator.models import Role, User
from tests.factories.programme import (
    CohortFactory,
    EnrolmentFactory,
    InstitutionFactory,
    MatchFunderFactory,
    MembershipFactory,
    UserFactory,
)
from tests.factories.signing_in import client_of
from tests.frames import with_room
from tests.template import migrated_template


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix, django_db_blocker
) -> None:
    """The test database is copied from one that was migrated once, not migrated again."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_template()


@pytest.fixture
def cast(db) -> SimpleNamespace:
    return build_cast()


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> SimpleNamespace:
    """One of everything, made once for a module and rolled back after it.

    Tests that change something put it in a transaction that they roll back.
    """
    from tests.factories.world import build_world

    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world(with_whole_team(build_cast()))
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def signed_in(world, django_db_blocker) -> dict[str, Client]:
    """A client for each person of the world, signed in once for the module."""
    with django_db_blocker.unblock():
        clients = {"anonymous": Client()}
        for name, person in vars(world).items():
            if isinstance(person, User):
                clients[name] = client_of(person)
    return clients


@pytest.fixture
def browsers(signed_in) -> Callable[[str], Client]:
    """A client signed in as somebody of the world, by name; what it does ends with the test.

    Each asking is a client of its own with the cookies of the sign-in, so that no test signs
    another's client out.
    """

    def browser(name: str) -> Client:
        client = Client()
        client.cookies = signed_in[name].cookies.copy()
        return client

    return browser


def build_cast() -> SimpleNamespace:
    """lead, member, sponsor, coach_a, coach_b, moderator, hub, funder, outsider; the enrolment.

    The outsider leads another organisation of the same cohort, so that "lead somewhere" is
    never enough; stranger has no role at all.
    """
    funder = MatchFunderFactory()
    enrolment = EnrolmentFactory()
    enrolment.match_funders.add(funder)
    other = EnrolmentFactory(cohort=enrolment.cohort)
    homes = {
        "lead": {"role": Role.LEAD, "organisation": enrolment.organisation},
        "member": {"role": Role.MEMBER, "organisation": enrolment.organisation},
        "sponsor": {"role": Role.SPONSOR, "organisation": enrolment.organisation},
        "hub": {"role": Role.HUB, "cohort": enrolment.cohort},
        "moderator": {"role": Role.MODERATOR, "cohort": enrolment.cohort},
        "coach_a": {"role": Role.COACH, "institution": InstitutionFactory()},
        "coach_b": {"role": Role.COACH, "institution": InstitutionFactory()},
        "funder": {"role": Role.FUNDER, "match_funder": funder},
        "outsider": {"role": Role.LEAD, "organisation": other.organisation},
        "other_hub": {"role": Role.HUB, "cohort": CohortFactory()},
    }
    people = {
        name: MembershipFactory(user__name=name.replace("_", " ").title(), **home).user
        for name, home in homes.items()
    }
    stranger = UserFactory(name="Stranger")
    return SimpleNamespace(enrolment=enrolment, other=other, stranger=stranger, **people)


def with_whole_team(cast: SimpleNamespace) -> SimpleNamespace:
    """The cast with the roles that an organisation may do without: deputy, reader, adviser."""
    own = {"organisation": cast.enrolment.organisation}
    for role, home in (
        (Role.DEPUTY, own),
        (Role.READER, own),
        (Role.ADVISER, {"enrolment": cast.enrolment}),
    ):
        made = MembershipFactory(user__name=str(role.label), role=role, **home)
        setattr(cast, role.value, made.user)
    return cast


@pytest.fixture
def sign_in():
    """A test client signed in as a person, as `client_of`; None stays signed out."""
    return client_of


@pytest.fixture
def mailbox(db, mailoutbox, django_capture_on_commit_callbacks):
    """Empties the outbox into Django's test mailbox and returns the messages."""
    from accelerator.core.mail.services import send_next_mail

    def empty() -> list:
        while send_next_mail():
            pass
        return mailoutbox

    return empty


@pytest.fixture
def few_draws(monkeypatch) -> None:
    """For tests that open the agreement between coaches and look at no interval of a thousand."""
    from calibration.agreement.queries import figures

    monkeypatch.setattr(figures, "DRAWS", 60)


@pytest.fixture
def alone_and_in_two() -> Iterator[Callable]:
    """Calls a function that draws a PDF in one process, then in two, and returns both results."""
    from accelerator.core.pdf import start_partner, stop_partner

    def both(draw: Callable[[], bytes]) -> tuple[bytes, bytes]:
        stop_partner()
        alone = draw()
        start_partner()
        return alone, draw()

    yield both
    stop_partner()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, so that no process ends with one of them."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """What was imported and collected stays; the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> object:
    """Each test as pytest runs it, with room for its frames."""
    return with_room(runner.pytest_runtest_protocol, item, nextitem)
