"""Who may sit: each thing that keeps somebody from a seat, alone and beside others."""

from dataclasses import replace

import pytest

from calibration.rules.seating import Bar, Person, Seating, bar

FREE = Person(id=1, institution=10)
SEAT = Seating(organisation=100)


def test_nothing_keeps_a_free_coach() -> None:
    assert bar(FREE, SEAT) is None
    elsewhere = replace(FREE, own=frozenset([101]), tied=frozenset([102]), practised=False)
    others = replace(SEAT, seated=frozenset([2]), aware=frozenset([3]), partners=frozenset([11]))
    assert bar(elsewhere, others) is None


@pytest.mark.parametrize(
    ("person", "seating", "found"),
    [
        ({}, {"seated": frozenset([1])}, Bar.SEATED),
        ({"active": False}, {}, Bar.INACTIVE),
        ({"institution": None}, {}, Bar.NO_INSTITUTION),
        ({"own": frozenset([100])}, {}, Bar.OWN),
        ({"tied": frozenset([100])}, {}, Bar.TIED),
        ({"practised": False}, {"wants_practice": True}, Bar.UNPRACTISED),
        ({}, {"aware": frozenset([1])}, Bar.AWARE),
        ({}, {"partners": frozenset([10])}, Bar.SAME_INSTITUTION),
        ({"active": False}, {"aware": frozenset([1])}, Bar.INACTIVE),
    ],
)
def test_each_of_them_keeps_one(person, seating, found) -> None:
    assert bar(replace(FREE, **person), replace(SEAT, **seating)) is found


def test_whoever_has_the_first_seat_bears_on_the_second() -> None:
    beside = SEAT.beside(FREE)
    assert bar(FREE, beside) is Bar.SEATED
    assert bar(Person(id=2, institution=10), beside) is Bar.SAME_INSTITUTION
    assert bar(Person(id=2, institution=11), beside) is None
