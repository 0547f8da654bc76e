"""What one enrolment is made of, as somebody typed it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """Names, none of them looked up yet; `email`, `name` and `job_role` are the lead's."""

    organisation: str
    programme: str
    description: str = ""
    funders: tuple[str, ...] = ()
    email: str = ""
    name: str = ""
    job_role: str = ""
