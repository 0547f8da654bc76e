from django.core.management.base import BaseCommand, CommandError, CommandParser

from accelerator.management.people import person_named
from accelerator.programme.leaving.queries import still_named
from accelerator.programme.leaving.services import PersonStays, anonymise


class Command(BaseCommand):
    """Replace a person's name and address by "a former member", for good."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="whose account it is")
        parser.add_argument("--by", required=True, help="the e-mail address of who does it")
        parser.add_argument("--reason", required=True, help="why, without the name")

    def handle(self, *, email: str, by: str, reason: str, **_options: object) -> None:
        person, actor = person_named(email), person_named(by)
        written = still_named(person)
        try:
            done = anonymise(actor=actor, person=person, reason=reason)
        except PersonStays as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Done." if done else "That was done before.")
        for label, count in written:
            self.stdout.write(f"Still written in {count} text(s): {label}. Erase these by hand.")
