"""Confidence Framework 2.0 as data: its structure, the source's words, and what it teaches.

How reading level is measured. UK year 9 is age 13 to 14, the same age as US grade 8. textstat
gives US grades. Its syllable-based grades need a word list downloaded at run time, so two of its
measures that need none are used:

- every sentence: Automated Readability Index (characters per word, words per sentence) of at
  most 8. The index was made for passages; on one sentence it is jumpy and errs on the hard side
  when a short sentence holds a long word, so the bound is strict rather than kind.
- every text: RIX (words of seven or more letters per sentence) under 3.7, which Anderson (1983)
  gives as grade 8.

Glossary terms must stay, since they are the framework's language and each is explained: one is
replaced by a five-letter word before measuring. Words such as "programme" or "evidence" are not.
The source's statements and the titles of documents are not our sentences and are not measured.
A formula cannot see whether a text makes sense; that stays a reader's job.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import textstat

from assessments.framework.source import read_framework

PATH = Path(__file__).parents[3] / "fixtures" / "frameworks" / "confidence-framework-2.0.yaml"
FRAMEWORK = read_framework(PATH)
CRITERIA = {c["code"]: c for pillar in FRAMEWORK["pillars"] for c in pillar["criteria"]}
TERMS = [entry["term"] for entry in FRAMEWORK["glossary"]]
LEVEL_KEYS = ["none", "little", "moderate", "high"]

MAX_SENTENCE_ARI = 8.0
MAX_TEXT_RIX = 3.7
MAX_SENTENCE_WORDS = 25

# The table the source prints twice (in its introduction and in appendix II), copied exactly.
SOURCE = {
    "design": (
        "Design",
        [
            "The YSA opportunity is logical and clearly articulated",
            "Target populations are defined",
            "Core structure and activities are clearly defined",
            "Supporting materials have been created",
            "Outcomes are clearly defined and measurable",
            "The YSAO is supported by a Theory of Change linking these elements",
        ],
    ),
    "deliver": (
        "Deliver",
        [
            (
                "The YSAO is effectively and properly delivered to support young people to make a "
                "difference"
            ),
            "Implementation of the YSAO is monitored",
            "Delivery targets are set, and monitored.",
            "The YSAO recruits the right staff",
            "The YSAO supports and develops staff",
            "Key stakeholders for delivery are known and engaged.",
        ],
    ),
    "monitor": (
        "Monitor",
        [
            "Evidence is used to learn and adapt, as required",
            "Outcomes are monitored, and acted upon",
            "Target population enrolment is monitored, and acted upon",
            "Attendance and attrition is monitored and acted upon",
            "Young people are involved in shaping the YSAO",
            "Learning is shared across the organisation",
        ],
    ),
    "benefit": (
        "Determine double benefit",
        [
            "There is confidence that outcomes have improved",
            "The theory of change of the YSAO is underpinned by research evidence",
            (
                "Evidence generated in other sites (organisations or locations) suggests the YSAO "
                "improves outcomes for YP"
            ),
            "The organisation is able to effectively analyse and communicate its data",
            (
                "Evidence generated in the present site (organisation or location) suggests the "
                "YSAO improves outcomes for YP and/or communities"
            ),
            "There is evidence in the present site of wider positive double benefit",
        ],
    ),
    "sustain": (
        "Sustain",
        [
            "The YSAO provides value for money and is sustainable",
            "There is evidence that YP value and are satisfied with the YSAO",
            "There is evidence the YSAO is value for money",
            "There is a compelling business case for replicating the YSAO",
            "The YSAO is fully integrated into core business of the organisation",
            "Delivery of the YSAO is sustainable",
        ],
    ),
}


def pattern(term: str) -> re.Pattern[str]:
    """Match a glossary term in running text: hyphenated or not, singular or plural."""
    words = r"[\s-]+".join(re.escape(word) for word in term.split())
    if term.isupper():
        return re.compile(rf"\b{words}\b")
    return re.compile(rf"\b{words}s?\b", re.IGNORECASE)


def sentences(text: str) -> list[str]:
    """Split where a sentence ends; colons and semicolons do not end one."""
    return re.findall(r"[^.!?\s][^.!?]*(?:[.!?]+[”’)]*|$)", text)


def without_terms(text: str) -> str:
    for term in sorted(TERMS, key=len, reverse=True):
        text = pattern(term).sub("thing", text)
    # textstat counts a lone dash or ellipsis as a very short word.
    return re.sub(r"\s[…–]", " ", text)


def criterion_texts(criterion: dict[str, Any]) -> list[str]:
    return [
        criterion["explainer"],
        criterion["evidence_guidance"],
        criterion["first_step"],
        *criterion["levels"].values(),
    ]


def own_texts() -> Iterator[tuple[str, str]]:
    """Yield (where, text) for everything in our own words that is written in sentences."""
    yield "framework.description", FRAMEWORK["framework"]["description"]
    for level in FRAMEWORK["levels"]:
        yield f"levels.{level['key']}", level["meaning"]
    for entry in FRAMEWORK["glossary"]:
        yield f"glossary.{entry['term']}", entry["meaning"]
    for pillar in FRAMEWORK["pillars"]:
        yield f"{pillar['key']}.summary", pillar["summary"]
    for code, criterion in CRITERIA.items():
        for key in ("explainer", "evidence_guidance", "first_step"):
            yield f"{code}.{key}", criterion[key]
        for key, text in criterion["levels"].items():
            yield f"{code}.levels.{key}", text


def test_version_and_attribution():
    about = FRAMEWORK["framework"]
    assert (about["key"], about["version"]) == ("confidence-framework", "2.0")
    for words in (
        "Dartington Service Design Lab",
        "The Centre for Youth Impact",
        "Initial Report on the Second Impact Accelerator Cohort",
        "March 2020",
        "level descriptions are our own",
    ):
        assert words in about["attribution"]


def test_pillars_codes_and_statements_are_the_sources():
    found = {
        pillar["key"]: (pillar["title"], [c["statement"] for c in pillar["criteria"]])
        for pillar in FRAMEWORK["pillars"]
    }
    assert found == SOURCE
    assert list(found) == list(SOURCE)
    assert list(CRITERIA) == [
        f"{key}.{suffix}" for key in SOURCE for suffix in ("overall", "1", "2", "3", "4", "5")
    ]


def test_the_five_are_counted_and_the_overall_is_not():
    counted = [code for code, criterion in CRITERIA.items() if criterion["counted"]]
    assert len(counted) == 25
    assert not [code for code in counted if code.endswith(".overall")]


def test_levels_are_lowest_first_with_their_printed_names():
    assert [level["key"] for level in FRAMEWORK["levels"]] == LEVEL_KEYS
    assert FRAMEWORK["levels"][0]["name"] == "Low or no confidence"
    assert all(list(criterion["levels"]) == LEVEL_KEYS for criterion in CRITERIA.values())


def test_labels_are_distinct_and_spelt_out():
    labels = [criterion["label"] for criterion in CRITERIA.values()]
    assert len(set(labels)) == 30
    assert not [label for label in labels if re.search(r"\bY(SAO?|P)\b", label)]


def test_related_links_go_both_ways():
    one_way = [
        (code, other)
        for code, criterion in CRITERIA.items()
        for other in criterion["related"]
        if code not in CRITERIA[other]["related"]
    ]
    assert one_way == []
    assert all(criterion["related"] for criterion in CRITERIA.values())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("design.1", "monitor.2"),
        ("design.1", "monitor.3"),
        ("design.5", "deliver.1"),
        ("deliver.1", "deliver.3"),
        ("design.5", "deliver.3"),
        ("design.2", "deliver.1"),
        ("deliver.1", "deliver.4"),
        ("monitor.1", "monitor.3"),
        ("monitor.1", "sustain.1"),
    ],
)
def test_links_the_source_draws(one, other):
    assert other in CRITERIA[one]["related"]


@pytest.mark.parametrize(
    ("code", "key", "words"),
    [
        ("design.1", "explainer", "An open-access programme is targeted too, if you can justify"),
        ("design.1", "explainer", "the community that should gain"),
        ("design.2", "explainer", "core and flex"),
        ("design.3", "explainer", "which ones get used"),
        ("design.4", "explainer", "accountability line"),
        ("design.5", "explainer", "mechanisms of change"),
        ("deliver.1", "explainer", "fidelity"),
        ("deliver.1", "explainer", "mechanisms of change"),
        ("deliver.3", "explainer", "mechanisms of change"),
        ("deliver.5", "explainer", "a partner’s view shaped what you did"),
        ("monitor.1", "explainer", "Monitoring feedback is not monitoring outcomes"),
        ("monitor.1", "explainer", "Attendance and attrition come before outcomes data"),
        ("monitor.3", "explainer", "before you look at outcomes data"),
        ("monitor.3", "explainer", "In a lesson, where all must come"),
        ("monitor.4", "explainer", "a tight loop counts"),
        ("benefit.1", "explainer", "It is rare for a whole programme"),
        ("benefit.2", "explainer", "Evidence from elsewhere must be justified here"),
        ("sustain.1", "explainer", "It is not the same as monitoring outcomes"),
        ("sustain.3", "explainer", "being asked is not in itself a business case"),
    ],
)
def test_what_the_source_teaches_is_there(code, key, words):
    assert words in CRITERIA[code][key]


@pytest.mark.parametrize("code", CRITERIA)
def test_each_criterion_is_complete_and_short(code):
    criterion = CRITERIA[code]
    assert 2 <= len(sentences(criterion["explainer"])) <= 4
    assert 2 <= len(sentences(criterion["evidence_guidance"])) <= 3
    assert len(criterion["typical_evidence"]) >= 3
    assert len(set(criterion["levels"].values())) == 4
    for text in criterion["levels"].values():
        assert text.startswith("We ")
        assert 1 <= len(sentences(text)) <= 2


def test_no_text_is_a_template():
    """A sentence used for one criterion is not used for another."""
    all_sentences = [
        sentence.strip()
        for criterion in CRITERIA.values()
        for text in criterion_texts(criterion)
        for sentence in sentences(text)
    ]
    assert sorted(s for s in set(all_sentences) if all_sentences.count(s) > 1) == []


def test_nothing_is_a_mark_or_a_telling_off():
    harsh = re.compile(
        r"\b(pass|fail|failed|failing|failure|score out of|poor|bad practice|inadequate|must try|"
        r"unacceptable|weakness|only just|rank|ranking|grade)\b",
        re.IGNORECASE,
    )
    found = {where: harsh.search(text) for where, text in own_texts()}
    # "Pass on" learning is not a pass mark.
    allowed = {"monitor.5.levels.none", "monitor.5.levels.little"}
    assert [where for where, match in found.items() if match and where not in allowed] == []


@pytest.mark.parametrize("code", CRITERIA)
def test_glossary_lists_exactly_the_terms_a_criterion_uses(code):
    criterion = CRITERIA[code]
    text = "\n".join(
        [
            criterion["statement"],
            criterion["label"],
            *criterion_texts(criterion),
            *criterion["typical_evidence"],
        ]
    )
    assert criterion["glossary"] == [term for term in TERMS if pattern(term).search(text)]


def test_every_glossary_term_is_used():
    used = {term for criterion in CRITERIA.values() for term in criterion["glossary"]}
    assert used == set(TERMS)


def test_no_sentence_reads_above_year_9():
    too_hard = [
        (where, round(grade, 1), sentence)
        for where, text in own_texts()
        for sentence in sentences(without_terms(text))
        if (grade := textstat.automated_readability_index(sentence)) > MAX_SENTENCE_ARI
    ]
    assert too_hard == []


def test_no_sentence_is_long():
    too_long = [
        (where, sentence)
        for where, text in own_texts()
        for sentence in sentences(text)
        if len(sentence.split()) > MAX_SENTENCE_WORDS
    ]
    assert too_long == []


def test_no_text_is_thick_with_long_words():
    grades = {where: textstat.rix(without_terms(text)) for where, text in own_texts()}
    assert {where: rix for where, rix in grades.items() if rix >= MAX_TEXT_RIX} == {}


def test_the_measure_can_fail():
    """The source's own prose reads well above the bound, so the measure tells them apart."""
    hard = (
        "The calibrated framework informs the production of a targeted improvement plan, setting "
        "out specific objectives that the organisation is committed to achieving."
    )
    assert textstat.automated_readability_index(hard) > MAX_SENTENCE_ARI
    assert textstat.rix(hard) > MAX_TEXT_RIX
