"""The sentences in which levels, steps and differences are told."""

from collections.abc import Sequence

from assessments.framework.values import LevelInfo
from calibration.rules.agreement import Ratings, exact_agreement, within_one
from calibration.rules.levels import Change, Difference, change
from calibration.rules.reasons import Settler

# A coach's seat and the level they gave, None where they could not judge.
Spoken = Sequence[tuple[str, LevelInfo | None]]
CHANGED = {
    Change.MARK_DOWN: "Marked down",
    Change.MARK_UP: "Marked up",
    Change.UNCHANGED: "Unchanged",
    Change.NOT_COMPARABLE: "Not compared",
}
# The same as a sign beside the words.
SIGNS = {
    Change.MARK_DOWN: "↓",
    Change.MARK_UP: "↑",
    Change.UNCHANGED: "=",
    Change.NOT_COMPARABLE: "",
}
# Whose a calibrated level is, wherever it is told.
WHOSE = {
    Settler.COACHES: "The coaches",
    Settler.MODERATOR: "Decided by the moderator",
}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def count_words(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def steps(number: int) -> str:
    return f"{count_words(number)} step{'' if number == 1 else 's'}"


def steps_in_figures(number: int) -> str:
    return f"{number} step{'' if number == 1 else 's'}"


def beside_own(level: int | None, own: int | None) -> str:
    """A coach's level against the organisation's, in words; "" where there is nothing to say."""
    if level is None or own is None:
        return ""
    if level == own:
        return "Same as the organisation"
    side = "below" if level < own else "above"
    return f"{steps(abs(level - own)).capitalize()} {side} the organisation"


def change_words(own: int | None, level: int | None) -> str:
    """What a level does to the organisation's own: "mark-down of one step"."""
    if own is None or level is None:
        return "nothing to compare with"
    found = change(own, level)
    if found is Change.UNCHANGED:
        return "unchanged"
    kind = "mark-down" if found is Change.MARK_DOWN else "mark-up"
    return f"{kind} of {steps(abs(level - own))}"


def yours_words(own: int | None, level: int | None) -> str:
    """How a coach's level lies to the organisation's, told to them: "Yours is 1 step lower."."""
    if own is None or level is None or level == own:
        return ""
    way = "lower" if level < own else "higher"
    return f"Yours is {steps_in_figures(abs(level - own))} {way}."


def moved_words(own: int | None, level: int | None) -> str:
    """What became of the organisation's own level; "Marked down" alone is one step."""
    word = CHANGED[change(own, level)]
    distance = 0 if own is None or level is None else abs(level - own)
    return word if distance < 2 else f"{word} {steps(distance)}"


def version_words(before: LevelInfo | None, after: LevelInfo | None, words: bool) -> str:
    """What is new of one criterion in a version: "from Little to Moderate; the words changed"."""
    told = []
    if before != after:
        one, other = (level.short if level else "Not judged" for level in (before, after))
        told.append(f"from {one} to {other}")
    if words:
        told.append("the words changed")
    return "; ".join(told)


def _unjudged(given: Spoken) -> list[str]:
    return [name for name, level in given if level is None]


def difference_words(given: Spoken, found: Difference, levels: Sequence[LevelInfo]) -> str:
    """What the coaches say of one criterion, in a sentence."""
    unjudged = _unjudged(given)
    judged = [(name, level) for name, level in given if level is not None]
    if not judged:
        return "None of the coaches could judge this."
    if found.gap is None:
        said = f"{judged[0][0]} chose {judged[0][1].short}"
    elif found.gap == 0:
        who = "Both coaches" if len(judged) == 2 else "All the coaches"
        said = f"{who if not unjudged else 'The others'} chose {judged[0][1].short}"
    else:
        furthest = "up to " if len(judged) > 2 else ""
        said = f"The coaches are {furthest}{steps(found.gap)} apart"
        if found.crosses:
            middle = len(levels) // 2
            below, above = levels[middle - 1].short.lower(), levels[middle].short.lower()
            said += (
                f", and the step crosses from {below} to {above}"
                if found.gap == 1
                else f", across the line between {below} and {above}"
            )
    if unjudged:
        said += f"; {' and '.join(unjudged)} could not judge it"
    return f"{said}."


def difference_brief(given: Spoken, found: Difference) -> str:
    """The same in three words, for a list."""
    unjudged = _unjudged(given)
    if unjudged:
        return f"{' and '.join(unjudged)} could not judge it"
    if found.gap is None:
        return "Nothing to compare"
    return "Same level" if found.gap == 0 else f"{steps(found.gap).capitalize()} apart"


def agreement_words(pair: Ratings) -> str:
    """How far two coaches' levels agree; `pair` holds both lists of levels in unit order."""
    exact, near = exact_agreement(pair), within_one(pair)
    if not exact.pairs:
        return "There is no criterion that both coaches could judge."
    among = (
        f"{exact.pairs} criteria"
        if exact.pairs == len(pair[0])
        else f"the {exact.pairs} criteria that both could judge"
    )
    were = "was" if near.agree == 1 else "were"
    return (
        "The coaches, working separately, chose the same level for "
        f"{exact.agree} of {among}; {near.agree} {were} within one step."
    )
