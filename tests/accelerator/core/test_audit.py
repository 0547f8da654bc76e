"""The audit trail: written with its change, never rewritten."""

import pytest
from django.db import DatabaseError, connection, transaction

from accelerator.core import audit
from accelerator.models import AuditEvent
from accelerator.programme.accounts.services import rename_person
from tests.factories.programme import OrganisationFactory, UserFactory

audit.declare("tests", {"Tests": {"organisation.noted": "noted", "person.noted": "noted"}})


@pytest.fixture
def event(db) -> AuditEvent:
    user, organisation = UserFactory(), OrganisationFactory()
    audit.record(user, "organisation.noted", organisation, colour="green")
    return AuditEvent.objects.get()


def test_an_event_says_who_did_what_to_which_row(event: AuditEvent) -> None:
    assert event.actor.name.startswith("Person")
    assert event.action == "organisation.noted"
    assert event.target.startswith("accelerator.organisation:")
    assert event.data == {"colour": "green"}
    assert event.at is not None


def test_the_system_itself_has_no_name(db) -> None:
    audit.record(None, "organisation.noted", OrganisationFactory())
    assert AuditEvent.objects.get().actor is None


CHANGES = {
    "update": lambda pk: AuditEvent.objects.filter(pk=pk).update(action="nothing"),
    "delete": lambda pk: AuditEvent.objects.filter(pk=pk).delete(),
    "save": lambda pk: AuditEvent.objects.get(pk=pk).save(),
    "sql update": lambda pk: connection.cursor().execute(
        "UPDATE accelerator_auditevent SET actor_id = NULL WHERE id = %s", [pk]
    ),
    "sql delete": lambda pk: connection.cursor().execute(
        "DELETE FROM accelerator_auditevent WHERE id = %s", [pk]
    ),
}


@pytest.mark.parametrize("how", CHANGES)
def test_the_database_refuses_to_change_or_drop_an_event(event: AuditEvent, how: str) -> None:
    with (
        pytest.raises(DatabaseError, match="Cannot update or delete"),
        transaction.atomic(),
    ):
        CHANGES[how](event.pk)
    assert AuditEvent.objects.get().action == "organisation.noted"


def test_the_events_of_a_person_outlive_the_person(event: AuditEvent) -> None:
    who = event.actor_id
    event.actor.delete()
    assert AuditEvent.objects.get().actor_id == who


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    user = UserFactory()
    with pytest.raises(RuntimeError, match="transaction"):
        audit.record(user, "person.noted", user)
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_is_rolled_back_with_its_change() -> None:
    user = UserFactory(name="Before")

    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        rename_person(actor=user, name="After")
        assert AuditEvent.objects.get().action == "person.renamed"
        raise Stop
    user.refresh_from_db()
    assert user.name == "Before"
    assert not AuditEvent.objects.exists()
