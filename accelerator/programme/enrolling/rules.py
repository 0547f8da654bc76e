"""Who may be enrolled, who gets a letter, and which names look alike: plain values only."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from accelerator.core.text import folded

# They tell no organisation from another.
GENERIC = frozenset(
    re.findall(
        r"\w+",
        "the a an and of for in trust charity charitable foundation association ltd limited cic "
        "cio plc uk company group org",
    )
)
LEAST_WORDS = 2  # of a name that another one begins with
LEAST_LETTERS = 6  # of a name that may be a slip of the keyboard for another
# Of names that are looked at like this, since each word and letter costs as much again.
MOST_WORDS, MOST_LETTERS = 20, 100
MOST_ALIKE = 5
ENROLLED = "{name} is enrolled in this cohort already."
NOBODY_LEADS = "Nobody leads this organisation yet. Say who will, so that they can be invited."
LEADS = (
    "{leads} leads this organisation already, so nobody is invited. Leave this empty; the lead "
    "can be handed over on the page People."
)


@dataclass(frozen=True)
class Standing:
    """What is known of an organisation that is to be enrolled: whether it is already, the names of
    its leads by their addresses, and the addresses invited to lead it (in small letters)."""

    enrolled: bool = False
    leads: tuple[tuple[str, str], ...] = ()
    invited: frozenset[str] = frozenset()

    @property
    def lead_names(self) -> str:
        return " and ".join(name for _, name in self.leads)

    def gets_letter(self, email: str) -> bool:
        """Whether somebody at `email` is written to. Whoever leads it already is not."""
        return bool(email) and not self.leads


def why_not(name: str, standing: Standing, email: str) -> tuple[str, str] | None:
    """What speaks against enrolling an organisation with a lead at `email`: (field, sentence)."""
    if standing.enrolled:
        return "organisation", ENROLLED.format(name=name)
    if standing.leads and email and email.lower() not in dict(standing.leads):
        return "email", LEADS.format(leads=standing.lead_names)
    if not (email or standing.leads or standing.invited):
        return "email", NOBODY_LEADS
    return None


class Alike:
    """Names among which to look for those that may mean the same. Built once for many questions."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_words: dict[Sequence[str], set[str]] = defaultdict(set)
        self._by_start: dict[Sequence[str], set[str]] = defaultdict(set)
        self._by_slip: dict[str, set[str]] = defaultdict(set)
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        words = words_of(name)
        self._by_words[words].add(name)
        for start in _starts(words):
            self._by_start[start].add(name)
        for slip in _slips(words):
            self._by_slip[slip].add(name)

    def to(self, name: str) -> list[str]:
        """Names that differ in words like “Trust”, that go on where `name` ends or the reverse, or
        that are one letter away; A to Z. The same name in other capitals is not among them."""
        words = words_of(name)
        found = self._by_words[words] | self._by_start[words]
        for start in _starts(words):
            found |= self._by_words[start]
        for slip in _slips(words):
            found |= self._by_slip[slip]
        same = folded(name)
        return sorted(one for one in found if folded(one) != same)[:MOST_ALIKE]


def words_of(name: str) -> tuple[str, ...]:
    """The words that tell a name from others."""
    words = re.findall(r"\w+", folded(name).replace("'", ""))
    return tuple(word for word in words if word not in GENERIC) or tuple(words)


def _starts(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """What a name begins with, itself left out."""
    return (words[:length] for length in range(LEAST_WORDS, min(len(words), MOST_WORDS)))


def _slips(words: Sequence[str]) -> Iterator[str]:
    """The name, and it with any one letter left out: two names one slip apart share one of them."""
    text = "".join(words)
    if LEAST_LETTERS <= len(text) <= MOST_LETTERS:
        yield text
        yield from (text[:at] + text[at + 1 :] for at in range(len(text)))
