"""On which days a part in a cohort may stop or go on."""

from datetime import date

from accelerator.core.days import day_in_words


def why_not_on(day: date, *, began: date, today: date, since: date | None = None) -> str:
    """Why not on `day`, in a sentence; "" where it may be.

    Not in the future, not before the cohort `began` (today will do while it has not), and not
    before `since`, when its part stopped.
    """
    if day > today:
        return "Choose today or a day before."
    if day < min(began, today):
        return f"The cohort began on {day_in_words(began)}. Choose that day or a later one."
    if since is not None and day < since:
        return (
            f"Its part has stood still since {day_in_words(since)}. Choose that day or a later one."
        )
    return ""
