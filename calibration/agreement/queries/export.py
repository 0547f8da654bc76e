"""The figures of agreement as a spreadsheet has them."""

from collections.abc import Iterable, Iterator

from accelerator.core.exports import Cell
from assessments.framework.values import Catalogue
from calibration.agreement.queries.figures import ENOUGH, NO_PAIRS, Scope

CSV_HEADER = ["part", "figure", "weights", "value", "from", "to", "of", "pairs", "note"]


def csv_rows(scopes: Iterable[Scope], scope: Scope, framework: Catalogue) -> Iterator[list[Cell]]:
    """The counts of every part, in the columns of CSV_HEADER, and the coefficients of `scope`."""
    for part in scopes:
        yield [part.title, "same level", "", part.exact.agree, "", "", part.pairs, part.pairs]
        yield [
            part.title, "within one step", "", part.near.agree, "", "", part.pairs, part.pairs,
        ]  # fmt: skip
        note = "Coach A minus Coach B, in steps" if part.pairs else NO_PAIRS
        mean = "" if part.difference is None else round(part.difference, 4)
        yield [
            part.title, "mean signed difference", "", mean, "", "", "", part.pairs, note,
        ]  # fmt: skip
    for level, row in zip(framework.levels, scope.table, strict=True):
        for other, count in zip(framework.levels, row, strict=True):
            figure = f"Coach A {level.short}, Coach B {other.short}"
            yield [scope.title, figure, "", count, "", "", scope.pairs, scope.pairs]
    for one in scope.estimates:
        low, high = one.interval or (None, None)
        yield [
            scope.title,
            one.measure.name,
            one.measure.weights,
            "undefined" if one.value is None else round(one.value, 4),
            None if low is None else round(low, 4),
            None if high is None else round(high, 4),
            "",
            one.pairs,
            one.why or one.why_no_interval,
        ]
    if not scope.enough:
        too_few = f"fewer than {ENOUGH} pairs: counts only"
        yield [scope.title, "coefficients", "", "", "", "", "", scope.pairs, too_few]
