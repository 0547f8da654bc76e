"""Framework files: what is read, and how precisely a broken one is explained."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from assessments.framework.source import (
    MAX_BYTES,
    FrameworkFileError,
    Problem,
    checksum,
    differences,
    read_framework,
)

PATH = Path(__file__).parents[3] / "fixtures" / "frameworks" / "confidence-framework-2.0.yaml"


@pytest.fixture
def framework() -> dict[str, Any]:
    return read_framework(PATH)


def write(folder: Path, data: Any) -> Path:
    path = folder / "broken.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def problems_of(path: Path) -> list[Problem]:
    with pytest.raises(FrameworkFileError) as caught:
        read_framework(path)
    return caught.value.problems


def test_a_good_file_is_returned_as_it_was_written(tmp_path, framework):
    assert read_framework(write(tmp_path, framework)) == framework
    assert read_framework(str(write(tmp_path, framework))) == framework


def test_the_error_text_has_one_line_for_each_problem(tmp_path, framework):
    framework["framework"]["title"] = ""
    del framework["pillars"][1]["summary"]
    with pytest.raises(FrameworkFileError) as caught:
        read_framework(write(tmp_path, framework))
    assert str(caught.value).splitlines() == [
        "broken.yaml: framework.title: It is blank. Write the text.",
        "broken.yaml: pillars[1].summary: It is missing. Add “summary” here.",
    ]


@pytest.mark.parametrize(
    ("content", "path", "message"),
    [
        (b"", "the file", "empty"),
        (b"# only a comment\n", "the file", "empty"),
        (b"- a\n- b\n", "the file", "should be a set of named fields but is a list"),
        (b"just words\n", "the file", "should be a set of named fields but is text"),
        (b"a: 1\n b: 2\n", "line 2", "not valid YAML"),
        (b"a: [1, 2\n", "line 2", "not valid YAML"),
        (b"a: 1\n---\nb: 2\n", "line 2", "not valid YAML"),
        (b"a: =\n", "line 1", "not valid YAML"),
        (b"framework:\n  title: Caf\xe9\n", "line 2", "not UTF-8"),
        ("framework: x".encode("utf-16"), "line 1", "not UTF-8"),
        (b"framework:\x00\n", "the file", "character YAML does not allow"),
        (b'framework: {title: "a\\0b"}\n', "framework.title", "(U+0000)"),
        (b'framework: {title: "a\\x7Fb"}\n', "framework.title", "(U+007F)"),
        (b"a: 0b_\n", "the file", "number cannot be read"),
        (b"a: " + b"9" * 5000 + b"\n", "the file", "number cannot be read"),
        (b"framework: {key: a, key: b}\n", "framework.key", "twice, on lines 1 and 1"),
        (b"levels:\n- key: a\n  name: b\n  key: c\n", "levels[0].key", "on lines 2 and 4"),
        (b"pillars: {no: x}\n", "pillars", "“no” on line 1"),
        (b"1: x\n", "the file", "“1” on line 1"),
        (b"? [a]\n: x\n", "the file", "This on line 1"),
        (b"framework: {<<: {key: a}}\n", "framework", "“<<” on line 1"),
        (b"a: &x [1]\nb: *x\n", "line 2", "“*x” is an alias"),
        (b"a: &x [*x]\n", "line 1", "“*x” is an alias"),
        (b"a: 1\nb: !!python/name:os.system x\n", "line 2", "is a tag"),
        (b"a: !!bool maybe\n", "line 1", "is a tag"),
        (b"[" * 50_000, "line 1", "nested too deeply"),
        (b"\n" + b"{a: " * 30 + b"}" * 30, "line 2", "nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(tmp_path, content, path, message):
    file = tmp_path / "odd.yaml"
    file.write_bytes(content)
    (problem,) = (p for p in problems_of(file) if message in p.message)
    assert problem.path.startswith(path)
    assert problem.remedy


def test_half_a_surrogate_pair_is_refused(tmp_path):
    file = tmp_path / "half.yaml"
    file.write_bytes(b'framework: {title: "a\\uD800b"}\n')
    # libyaml refuses it while scanning; PyYAML's own scanner lets it through to our check.
    (problem,) = problems_of(file)
    assert problem.path in ("line 1, column 24", "framework.title")


def test_an_alias_bomb_is_refused_before_it_unfolds(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    file = tmp_path / "bomb.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    (problem,) = problems_of(file)
    assert (problem.path, problem.message) == ("line 2", "“*a0” is an alias.")


def test_a_date_is_text_and_a_byte_order_mark_is_allowed(tmp_path, framework):
    framework["framework"]["description"] = "DATE"
    text = yaml.safe_dump(framework, allow_unicode=True).replace("DATE", "2020-13-45")
    file = tmp_path / "bom.yaml"
    file.write_text(text, encoding="utf-8-sig")
    assert read_framework(file)["framework"]["description"] == "2020-13-45"


def test_a_line_break_in_a_value_does_not_break_the_error_text(tmp_path, framework):
    framework["framework"]["version"] = "2.0\nbeta"
    with pytest.raises(FrameworkFileError) as caught:
        read_framework(write(tmp_path, framework))
    assert len(str(caught.value).splitlines()) == 1


def test_missing_files_and_folders_are_explained(tmp_path):
    (missing,) = problems_of(tmp_path / "nothing.yaml")
    (folder,) = problems_of(tmp_path)
    assert missing.message == "There is no such file."
    assert folder.message == "This is a folder, not a file."


def test_a_device_is_not_read():
    (problem,) = problems_of(Path("/dev/zero"))
    assert problem.message == "This is not an ordinary file."


def test_size_is_capped_to_the_byte(tmp_path, framework):
    file = write(tmp_path, framework)
    padding = MAX_BYTES - file.stat().st_size
    with file.open("ab") as handle:
        handle.write(b"#" * padding)
    assert read_framework(file) == framework
    with file.open("ab") as handle:
        handle.write(b"#")
    (problem,) = problems_of(file)
    assert "over 2 MB" in problem.message


def test_the_checksum_ignores_layout_and_sees_every_value(tmp_path, framework):
    reordered = dict(reversed(framework.items()))
    assert checksum(reordered) == checksum(framework)
    assert len(checksum(framework)) == 64
    changed = copy.deepcopy(framework)
    changed["pillars"][1]["criteria"][0]["levels"]["high"] += "!"
    assert checksum(changed) != checksum(framework)


def test_no_differences_between_equal_frameworks(framework):
    assert differences(framework, copy.deepcopy(framework)) == []


def test_differences_name_each_path_with_both_values(framework):
    new = copy.deepcopy(framework)
    new["framework"]["title"] = "Little"
    new["pillars"][0]["criteria"][0]["counted"] = True
    del new["pillars"][0]["criteria"][0]["label"]
    new["pillars"][0]["criteria"][1]["related"].pop()
    new["glossary"].append({"term": "a", "meaning": "b"})
    assert differences(framework, new) == [
        'framework.title: "Confidence Framework" became "Little"',
        'glossary[21]: {"term": "a", "meaning": "b"} was added',
        "pillars[0].criteria[0].counted: false became true",
        'pillars[0].criteria[0].label: "The opportunity is logical and clearly put" was removed',
        'pillars[0].criteria[1].related[4]: "benefit.5" was removed',
    ]


def test_differences_show_the_part_of_a_long_text_that_changed():
    before = "a" * 200 + "left" + "b" * 200
    after = "a" * 200 + "right" + "b" * 200
    (line,) = differences({"text": before}, {"text": after})
    assert line.startswith('text: "…a')
    assert "left" in line
    assert "right" in line
    assert len(line) < 160


def test_differences_tell_true_from_one():
    assert differences({"a": 1}, {"a": True}) == ["a: 1 became true"]
