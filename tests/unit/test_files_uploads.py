"""Tests that came over a network: read like files, refused by place, and never a way to this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.test_files.request_words import read_inline, read_words
from adapters.test_files.uploads import read_upload
from domain.jobs.errors import InvalidInput
from domain.test_execution.target import HttpTarget
from tests.unit.reading_test_files import SCORERS

DOCUMENT = """
name: support
target: {kind: http, url: "http://127.0.0.1:1/chat"}
gates: {min_pass_rate: 0.9}
tests:
  - {id: a, prompt: Hello?, metrics: [{contains: hi}]}
"""
FILE = "/etc/passwd"


def uploaded(folder: Path, text: str, *, ending: str = ".yaml", name: str = "") -> list[tuple[str, str]]:
    """Return what an upload is refused for: place and message; nothing when it is accepted."""
    path = folder / f"tests{ending}"
    path.write_text(text)
    try:
        read_upload(path, name=name, scorers=SCORERS)
    except InvalidInput as refusal:
        return list(zip(refusal.pointers, refusal.problems, strict=True))
    return []


def test_an_upload_is_read_as_a_file_is(tmp_path: Path) -> None:
    """One reader for both: what runs from the command line runs on the server."""
    path = tmp_path / "tests.yaml"
    path.write_text(DOCUMENT)

    file = read_upload(path, scorers=SCORERS)

    assert (file.name, [case.id for case in file.cases], file.gates.min_pass_rate) == ("support", ["a"], 0.9)
    assert read_upload(path, name="other", scorers=SCORERS).name == "other"


@pytest.mark.parametrize(
    ("broken", "pointer"),
    [
        ("Hello?", ""),
        (DOCUMENT.replace("Hello?", "[1]"), "/body/tests/0/prompt"),
        (DOCUMENT.replace("contains: hi", "contains: [1]"), "/body/tests/0/metrics/0/contains"),
        (DOCUMENT.replace("http:", "ftp:"), "/body/target/url"),
        (DOCUMENT.replace("0.9", "7"), "/body/gates/min_pass_rate"),
        (DOCUMENT.replace("id: a", "a/b: ~, id: a"), "/body/tests/0/a~1b"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(tmp_path: Path, broken: str, pointer: str) -> None:
    """A program that sent the document finds the field by a pointer, its author by the line."""
    places = [place for place, _ in uploaded(tmp_path, broken)]

    assert places == [pointer]
    assert str(tmp_path) not in "".join(text for _, text in uploaded(tmp_path, broken))


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        (".yaml", f"target: {{kind: python, module: {FILE}, function: f}}\ntests: [{{prompt: x}}]"),
        (".yaml", "targets: [{name: a, kind: python, module: os, function: system}]\ntests: [{prompt: x}]"),
        (".yaml", f"tests: [{{prompt: 'file://{FILE}'}}]"),
        (".yaml", f"tests: [{{prompt: x, metrics: [{{javascript: ' FILE://{FILE}'}}]}}]"),
        (".json", f'{{"tests": [{{"prompt": "x", "transform": "file://{FILE}"}}]}}'),
        (".jsonl", f'{{"prompt": "file://{FILE}"}}'),
        (".jsonl", f'{{"prompt": "x", "metrics": [{{"assert-set": [{{"contains": "file://{FILE}"}}]}}]}}'),
        (".csv", f"prompt,contains\nx,file://{FILE}"),
    ],
)
def test_nothing_in_an_upload_names_what_is_on_this_machine(tmp_path: Path, ending: str, text: str) -> None:
    """Its sender is not who runs the server: a file of it that got into a prompt would have left it."""
    problems = uploaded(tmp_path, text, ending=ending, name="set")

    assert problems
    assert "this machine" in problems[0][1] or "Python function as a target" in problems[0][1]


def test_a_question_about_the_address_of_a_file_is_a_question(tmp_path: Path) -> None:
    """Variables and labels are never opened, so they may say what they like."""
    text = "tests: [{prompt: '{{ q }}', variables: {q: 'file:///etc/passwd'}, expected: 'file:///x'}]"

    assert uploaded(tmp_path, text, name="set") == []


def test_python_in_an_upload_is_refused(tmp_path: Path) -> None:
    """It would be a program of somebody else's, with the rights of the worker."""
    problems = uploaded(tmp_path, "tests: [{prompt: x, metrics: [{python: 'True'}]}]", name="set")

    assert [place for place, _ in problems] == ["/body/tests/0/metrics/0/python"]


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 201, "\x00"])
def test_a_set_needs_a_name_that_people_can_read(tmp_path: Path, name: str) -> None:
    """Versions of a set are found by its name; a file of rows has none of its own."""
    problems = uploaded(tmp_path, '{"prompt": "x"}', ending=".jsonl", name=name)

    assert len(problems) == 1
    assert "expected one line of 1 to 200 characters" in problems[0][1]


def test_formats_of_other_tools_are_not_read(tmp_path: Path) -> None:
    """They name files and modules by design; whoever has them converts them."""
    problems = uploaded(tmp_path, "prompts: [file://p.txt]\nproviders: [exec:ls]\ntests: []", name="set")

    assert any("unknown key 'providers'" in text for _, text in problems)


def test_a_document_in_a_request_is_read_alike() -> None:
    """A run may bring its tests along."""
    file = read_inline(
        {"name": "n", "tests": [{"prompt": "x"}], "target": {"kind": "http", "url": "http://a"}},
        scorers=SCORERS,
        pointer="/body/document",
    )

    assert file.targets[0].spec == HttpTarget(url="http://a")


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"targets": [{"kind": "http", "url": "nonsense"}]}, "/body/targets/0/url"),
        ({"targets": [{"kind": "http", "url": "http://a", "max_answer_bytes": 0}]}, "/body/targets/0/max_answer_bytes"),
        ({"targets": [{"kind": "python", "module": "os", "function": "system"}]}, "/body/targets/0/kind"),
        ({"metrics": [{"contians": "x"}]}, "/body/metrics/0/contians"),
        ({"metrics": [""]}, "/body/metrics/0"),
        ({"metrics": [{"": "x"}]}, "/body/metrics/0"),
        ({"metrics": [{"kind": ""}]}, "/body/metrics/0"),
        ({"judge": "no such"}, "/body/judge"),
        ({"judging": {"rule": "lot"}}, "/body/judging/rule"),
        ({"metrics": [{"equals": float("nan")}]}, "/body"),
        ({"metrics": [{"equals": "\ud800"}]}, "/body"),
        ({"metrics": [{"equals": "\x00"}]}, "/body"),
        ({"metrics": [{"equals": 10**400}]}, "/body"),
    ],
)
def test_the_words_of_a_request_are_refused_by_place(said: dict[str, object], pointer: str) -> None:
    """The reader of a file says the line; a request has no lines."""
    with pytest.raises(InvalidInput) as caught:
        read_words(said, scorers=SCORERS, pointer="/body")

    assert caught.value.pointers == (pointer,)


def test_nesting_is_bounded() -> None:
    """A thousand brackets exhaust the stack of whoever walks them."""
    deep: object = "x"
    for _ in range(1000):
        deep = [deep]

    with pytest.raises(InvalidInput, match="more than 100 levels of nesting"):
        read_words({"metrics": deep}, scorers=SCORERS, pointer="/body")
