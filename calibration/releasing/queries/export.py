"""A release as rows of a spreadsheet."""

from calibration.releasing.queries.result import Result

CSV_HEADER = [
    "pillar",
    "criterion",
    "statement",
    "counted",
    "own level",
    "own level name",
    "calibrated level",
    "calibrated level name",
    "change",
    "commentary",
    "what would lift it one level",
    "why it differs",
    "whose level",
    "why the moderator decided so",
]


def csv_rows(result: Result) -> list[list[str]]:
    """A row for each criterion, in the columns of CSV_HEADER."""
    return [
        [
            part.pillar.title,
            item.cell.code,
            item.cell.statement,
            "yes" if item.cell.criterion.counted else "no",
            item.own.key if item.own else "",
            item.own.name if item.own else item.own_word,
            item.level.key if item.level else "",
            item.level.name if item.level else "Not judged",
            item.moved,
            item.commentary,
            item.lift,
            item.why,
            item.whose,
            item.reason,
        ]
        for part in result.parts
        for item in part.items
    ]
