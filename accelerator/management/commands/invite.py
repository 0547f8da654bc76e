from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db.models import Model

from accelerator.core.text import plain_name
from accelerator.management.people import person_named
from accelerator.models import Cohort, Institution, MatchFunder, Organisation, Role
from accelerator.models.people import SCOPE_OF
from accelerator.programme.team.services import CannotInvite, invite

PLACES: dict[str, tuple[type[Model], str]] = {
    "organisation": (Organisation, "name"),
    "cohort": (Cohort, "slug"),
    "institution": (Institution, "name"),
    "match_funder": (MatchFunder, "name"),
}
ROLES = [role for role in Role if SCOPE_OF[role] in PLACES]


class Command(BaseCommand):
    help = (
        "Invites somebody: hub and moderator at a cohort (its slug), coach at an institution, "
        "funder at a match funder, the others at an organisation (their names)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("role", choices=[role.value for role in ROLES])
        parser.add_argument("at", help="the cohort's slug, or the body's name")
        parser.add_argument("--name", default="", help="the person's name")
        parser.add_argument("--by", help="e-mail address of whoever invites")

    def handle(
        self, *args: Any, email: str, role: str, at: str, name: str, by: str | None, **options: Any
    ) -> None:
        try:
            validate_email(email)
            invitation = invite(
                actor=person_named(by) if by else None,
                role=Role(role),
                place=self._place(Role(role), at),
                email=email,
                name=plain_name(name),
            )
        except CannotInvite as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(f"{email!r} is not an e-mail address.") from error
        self.stdout.write(
            f"A letter to {invitation.email} is in the outbox; its link is good until "
            f"{invitation.expires_at:%-d %B %Y}."
        )

    @staticmethod
    def _place(role: Role, at: str) -> Model:
        model, field = PLACES[SCOPE_OF[role]]
        found = model._default_manager.filter(**{field: at}).first()
        if found is None:
            kind = model._meta.verbose_name
            known = model._default_manager.order_by(field).values_list(field, flat=True)[:20]
            raise CommandError(f"There is no {kind} {at!r}. Known: {', '.join(known) or 'none'}.")
        return found
