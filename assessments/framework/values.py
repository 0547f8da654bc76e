from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class LevelInfo:
    """One level. `tone` picks one of the four colours; `bars` has one entry a level, on or off."""

    value: int
    key: str
    name: str
    short: str
    meaning: str
    tone: int
    bars: tuple[bool, ...]


@dataclass(frozen=True)
class CriterionInfo:
    id: int
    code: str
    position: int
    counted: bool
    statement: str
    label: str
    explainer: str
    evidence_guidance: str
    typical_evidence: tuple[str, ...]
    first_step: str
    related: tuple[str, ...]
    terms: tuple[tuple[str, str], ...]
    descriptors: tuple[str, ...]
    pillar_key: str

    @property
    def is_overall(self) -> bool:
        return not self.counted


@dataclass(frozen=True)
class PillarInfo:
    key: str
    title: str
    summary: str
    criteria: tuple[CriterionInfo, ...]


@dataclass(frozen=True)
class Catalogue:
    id: int
    key: str
    version: str
    title: str
    attribution: str
    levels: tuple[LevelInfo, ...]
    pillars: tuple[PillarInfo, ...]

    @cached_property
    def criteria(self) -> tuple[CriterionInfo, ...]:
        return tuple(criterion for pillar in self.pillars for criterion in pillar.criteria)

    @cached_property
    def by_code(self) -> dict[str, CriterionInfo]:
        return {criterion.code: criterion for criterion in self.criteria}

    @cached_property
    def by_id(self) -> dict[int, CriterionInfo]:
        return {criterion.id: criterion for criterion in self.criteria}

    def pillar(self, key: str) -> PillarInfo:
        return next(pillar for pillar in self.pillars if pillar.key == key)

    def level(self, value: int | None) -> LevelInfo | None:
        """The level of that value; None, not rated, stays None."""
        return None if value is None else self.levels[value]

    def above(self, value: int | None) -> LevelInfo | None:
        """The level above that value; None at the top, and above none."""
        if value is None or value + 1 == len(self.levels):
            return None
        return self.levels[value + 1]

    def criterion_choices(
        self, label: Callable[[CriterionInfo], str] = lambda criterion: criterion.label
    ) -> list[tuple[str, list[tuple[str, str]]]]:
        """The criteria as a form offers them: by pillar, each by its code and `label`."""
        return [
            (pillar.title, [(one.code, label(one)) for one in pillar.criteria])
            for pillar in self.pillars
        ]
