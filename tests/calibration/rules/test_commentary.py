"""The composer: sentence by sentence, in any order, and always whose words they are."""

from hypothesis import given
from hypothesis import strategies as st

from calibration.rules.commentary import (
    MOST_SENTENCES,
    Part,
    Row,
    first_rows,
    parts_from,
    rows_again,
    sentences,
    split,
)

A, B = 11, 12
TEXTS = {A: "First of A. Second of A.\n\nThird of A.", B: "First of B. Second of A."}
WORDS = st.text(alphabet="Abc de.!?\n’”", max_size=80)


def test_a_paragraph_is_cut_where_sentences_end() -> None:
    words = "See p. 5, e.g. The register. Is it kept? “Yes.” It is! And 3 groups. Well."
    assert sentences(words) == [
        "See p. 5, e.g. The register.",
        "Is it kept?",
        "“Yes.”",
        "It is!",
        "And 3 groups.",
        "Well.",
    ]


def test_a_long_commentary_is_offered_by_paragraph() -> None:
    short = " ".join(["It is so."] * MOST_SENTENCES)
    assert len(split(short)) == MOST_SENTENCES
    assert split(f"{short} And more.\nLast.") == [(0, f"{short} And more."), (1, "Last.")]


def test_it_begins_from_both_with_each_thing_said_once() -> None:
    assert first_rows(TEXTS) == [
        Row(A, "First of A.", 0),
        Row(A, "Second of A.", 0),
        Row(A, "Third of A.", 1),
        Row(B, "First of B.", 0),
        Row(B, "Second of A.", 0, use=False),
    ]


def test_neighbours_of_one_coach_and_paragraph_run_on() -> None:
    assert parts_from(first_rows(TEXTS), TEXTS) == [
        Part(A, "First of A. Second of A."),
        Part(A, "Third of A."),
        Part(B, "First of B."),
    ]


def test_what_is_left_out_or_empty_is_no_part() -> None:
    rows = [Row(A, "First of A.", use=False), Row(None, "  "), Row(B, "First of B.")]
    assert parts_from(rows, TEXTS) == [Part(B, "First of B.")]


def test_changed_words_are_marked_edited_and_stay_their_authors() -> None:
    rows = [Row(B, "First of B, changed."), Row(None, "And mine."), Row(A, "Third  of A.", 1)]
    assert parts_from(rows, TEXTS) == [
        Part(B, "First of B, changed.", True),
        Part(None, "And mine."),
        Part(A, "Third  of A."),
    ]


def test_opened_again_it_shows_what_was_used_then_what_was_not() -> None:
    parts = [Part(B, "First of B."), Part(None, "Mine. Both."), Part(A, "Third of A.")]
    rows = rows_again(parts, TEXTS)
    assert [(row.source, row.text, row.use) for row in rows] == [
        (B, "First of B.", True),
        (None, "Mine.", True),
        (None, "Both.", True),
        (A, "Third of A.", True),
        (A, "First of A.", False),
        (A, "Second of A.", False),
        (B, "Second of A.", False),
    ]


@given(WORDS, WORDS)
def test_nothing_is_lost_and_nothing_untouched_counts_as_edited(first: str, second: str) -> None:
    texts = {A: first, B: second}
    rows = first_rows(texts)
    kept = "".join(row.text for row in rows if row.source == A)
    assert "".join(kept.split()) == "".join(first.split())
    parts = parts_from(rows, texts)
    assert not any(part.edited for part in parts)
    assert parts_from(rows_again(parts, texts), texts) == [part for part in parts if part.text]


@given(st.lists(st.tuples(st.sampled_from([A, B, None]), WORDS, st.integers(0, 2))), WORDS)
def test_every_used_word_is_in_one_part_of_its_author(drawn, words: str) -> None:
    texts = {A: words, B: ""}
    rows = [Row(source, text, paragraph) for source, text, paragraph in drawn]
    parts = parts_from(rows, texts)
    for source in (A, B, None):
        used = "".join("".join(row.text.split()) for row in rows if row.source == source)
        shown = "".join("".join(part.text.split()) for part in parts if part.review == source)
        assert used == shown
