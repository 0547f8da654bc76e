"""What an organisation will be given, looked at once more before it is released."""

from dataclasses import dataclass

from assessments.framework.queries import catalogue
from assessments.framework.values import CriterionInfo, LevelInfo
from calibration.desk.queries.inputs import decisions_of, input_hashes, submitted_ratings
from calibration.models import Calibration, EvidenceRequest
from calibration.releasing.queries.snapshot import snapshot
from calibration.rules.levels import Change
from calibration.rules.reasons import Settler
from calibration.rules.wording import CHANGED, SIGNS


@dataclass(frozen=True)
class Line:
    """One criterion as it will be released.

    `lift_unsaid`: there is a level above, and no word on what would lift it there. `reason` is a
    moderator's, where the level is none that the coaches gave.
    """

    criterion: CriterionInfo
    own: LevelInfo | None
    level: LevelInfo | None
    change: Change
    has_commentary: bool
    lift_unsaid: bool
    settler: Settler
    reason: str

    @property
    def word(self) -> str:
        return CHANGED[self.change]

    @property
    def sign(self) -> str:
        return SIGNS[self.change]


@dataclass(frozen=True)
class ReleaseCheck:
    """`stale` stops the release; `silent` (no commentary) and `lift_unsaid` are warnings.

    `asked` are the questions that wait for the organisation: they stop it until somebody says
    that it goes on without the answers.
    """

    lines: tuple[Line, ...]
    stale: tuple[CriterionInfo, ...]
    asked: tuple[EvidenceRequest, ...]

    def _changed(self, change: Change) -> list[Line]:
        return [line for line in self.lines if line.change is change]

    @property
    def down(self) -> list[Line]:
        return self._changed(Change.MARK_DOWN)

    @property
    def up(self) -> list[Line]:
        return self._changed(Change.MARK_UP)

    @property
    def unchanged(self) -> list[Line]:
        return self._changed(Change.UNCHANGED)

    @property
    def not_comparable(self) -> list[Line]:
        return self._changed(Change.NOT_COMPARABLE)

    @property
    def moderated(self) -> list[Line]:
        """Those whose level is the moderator's own, with the reason that will be read."""
        return [line for line in self.lines if line.settler is Settler.MODERATOR]

    @property
    def silent(self) -> list[Line]:
        return [line for line in self.lines if not line.has_commentary]

    @property
    def lift_unsaid(self) -> list[Line]:
        return [line for line in self.lines if line.lift_unsaid]


def release_check(calibration: Calibration) -> ReleaseCheck:
    """The check of an agreed calibration, every criterion of which is decided."""
    framework = catalogue(calibration.assessment.framework_id)
    ratings = submitted_ratings(calibration)
    hashes = input_hashes(calibration, ratings)
    decisions = decisions_of(calibration, hashes)
    given = snapshot(calibration, ratings)
    lines = tuple(
        Line(
            criterion=criterion,
            own=framework.level(item["self_level"]),
            level=framework.level(item["level"]),
            change=Change(item["change"]),
            has_commentary=bool(item["commentary"].strip()),
            lift_unsaid=framework.above(item["level"]) is not None and not item["lift"].strip(),
            settler=Settler(item["settled_by"]),
            reason=item["reason"],
        )
        for criterion in framework.criteria
        for item in [given[criterion.code]]
    )
    stale = tuple(one for one in framework.criteria if decisions[one.id].is_stale)
    asked = calibration.requests.open().select_related("criterion")
    return ReleaseCheck(lines, stale, tuple(asked))
