import pytest

from assessments.rules.rounds import label_of, number_of, slug_of


@pytest.mark.parametrize(
    ("round", "label", "slug"),
    [
        (1, "Baseline", "baseline"),
        (2, "Re-assessment", "reassessment"),
        (3, "Re-assessment 2", "reassessment-2"),
        (12, "Re-assessment 11", "reassessment-11"),
    ],
)
def test_a_round_has_its_names(round: int, label: str, slug: str) -> None:
    assert (label_of(round), slug_of(round)) == (label, slug)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("2", 2),
        ("30", 30),
        ("baseline", 1),
        ("reassessment", 2),
        ("", None),
        ("0", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("9" * 5000, None),
        ("Baseline 2", None),
    ],
)
def test_an_address_names_a_round_by_number_or_by_the_old_word(
    text: str, number: int | None
) -> None:
    assert number_of(text) == number
