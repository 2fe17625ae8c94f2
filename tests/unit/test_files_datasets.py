"""Data sets of Inspect and OpenAI's evals: told by their fields, asked as they are, judged as documented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import regex  # type: ignore[import-untyped]  # the package has no types

from adapters.test_files.datasets.multiple_choice import answer_pattern
from adapters.test_files.reader import read_test_file
from adapters.test_files.reading_rules import ReadingRules
from adapters.test_files.writing import antiphon_yaml
from domain.jobs.errors import InvalidInput
from domain.test_execution.test_set import TestFile
from tests.unit.reading_test_files import SCORERS, read, refused

FIXTURES = Path(__file__).parents[1] / "fixtures" / "datasets"


def fixture(name: str) -> TestFile:
    """Read a data set without a word about its format."""
    return read_test_file(FIXTURES / name, scorers=SCORERS)


def metrics_of(file: TestFile) -> list[tuple[str, object]]:
    """Return the first metric of each test."""
    return [(case.metrics[0].title, case.metrics[0].value) for case in file.cases]


def test_inspect_json_lines_are_read() -> None:
    """Targets are looked for anywhere in the answer and in any case; braces mean themselves."""
    file = fixture("inspect.jsonl")
    first, chat, choice, braces = file.cases

    assert (first.id, first.tags, first.variables["input"]) == (
        "1",
        ("topic:places",),
        "What is the capital of Norway?",
    )
    assert json.loads(str(chat.variables["input"]))[1] == {"role": "user", "content": "Name a primary colour."}
    assert "\nA) 2\nB) 4\nC) 5\n" in str(choice.variables["input"])
    assert braces.variables == {"input": "What does {{ name }} stand for?"}
    assert metrics_of(file) == [
        ("icontains", "Oslo"),
        ("icontains-any", ["red", "blue", "yellow"]),
        ("regex", answer_pattern(("A", "C"))),
        ("icontains", "{% raw %}{{ name }}{% endraw %}"),
    ]


def test_inspect_tables_are_read() -> None:
    """Choices stand between commas, metadata is JSON, an empty cell says nothing."""
    file = fixture("inspect.csv")

    assert [(case.id, case.tags) for case in file.cases] == [("n", ("topic:places",)), ("p", ())]
    assert metrics_of(file) == [("icontains", "Oslo"), ("regex", answer_pattern(("B",)))]


def test_openai_evals_are_read() -> None:
    """As the basic eval match does: the answer begins with one of the ideals, whose dots are no patterns."""
    file = fixture("openai-evals.jsonl")

    assert json.loads(str(file.cases[0].variables["input"]))[0]["role"] == "system"
    assert metrics_of(file) == [("starts-with", "Oslo"), ("regex", r"\A(?:4\.|four)")]


@pytest.mark.parametrize("name", ["inspect.jsonl", "inspect.csv", "openai-evals.jsonl"])
def test_a_converted_data_set_has_the_same_tests(tmp_path: Path, name: str) -> None:
    """A conversion must not change a test, or its id."""
    file = fixture(name)

    assert read(tmp_path, "".join(antiphon_yaml(file.name, file.defaults, file.cases))).cases == file.cases


@pytest.mark.parametrize(
    ("answer", "is_right"),
    [
        ("ANSWER: A, C", True),
        ("so\n**Answer:** c,a\n", True),
        ("ANSWER: AC.", True),
        ("ANSWER: A", False),
        ("ANSWER: A, B, C", False),
        ("ANSWER: A, C, D", False),
        ("A, C", False),
        ("ANSWER: A car", False),
    ],
)
def test_exactly_the_right_letters_are_right(answer: str, is_right: bool) -> None:
    """One letter too many or too few is a wrong answer."""
    assert bool(regex.search(answer_pattern(("A", "C")), answer)) is is_right


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('{"input": "", "target": "x"}', "'input' is empty"),
        ('{"input": [], "target": "x"}', "'input' is empty"),
        ('{"input": 5, "target": "x"}', "'input' is a number"),
        ('{"target": "x"}', "'input' is missing"),
        ('{"input": [{"role": "cat", "content": "Hi"}], "target": "x"}', "a message with role 'cat' and content"),
        ('{"input": [{"role": "user"}], "target": "x"}', "a message with role 'user' and no content"),
        ('{"input": ["Hi"], "target": "x"}', "a text as a message"),
        ('{"input": "Hi", "target": {"a": 1}}', "'target' holds a mapping"),
        ('{"input": "Hi", "target": true}', "'target' holds true or false"),
        ('{"input": "Hi", "target": "D", "choices": ["a", "b"]}', "target 'D' beside choices"),
        ('{"input": "Hi", "target": "A", "choices": ["a"]}', "one choice"),
        ('{"input": [{"role": "system", "content": "x"}], "target": "A", "choices": ["a", "b"]}', "without a question"),
        ('{"input": "Hi", "target": "x", "metadata": [1]}', "metadata that is a list"),
        ('{"input": "Hi", "target": "x", "sandbox": "docker"}', "field sandbox: once, first at line 2"),
        ("[1]", "a list as a test"),
        ("{", "not valid JSON"),
    ],
)
def test_a_malformed_sample_is_refused_with_its_line(tmp_path: Path, row: str, said: str) -> None:
    """What is wrong with one row of a large data set must be found at once."""
    (problem,) = refused(tmp_path, f'{{"input": "Hi", "target": "x"}}\n{row}\n', name="data.jsonl")

    assert problem.startswith("data.jsonl:2: ")
    assert said in problem


def test_a_sample_of_evals_needs_an_ideal(tmp_path: Path) -> None:
    """Without one nothing would be judged."""
    rows = '{"input": "Hi", "ideal": "x"}\n{"input": "Ho"}\n{"input": "Ho", "ideal": [{}]}\n'

    said = [problem.split(";")[0] for problem in refused(tmp_path, rows, name="data.jsonl")]

    assert said == ["data.jsonl:2: no 'ideal'", "data.jsonl:3: 'ideal' holds a mapping"]


def test_what_a_sample_needs_of_inspect_can_be_left_out(tmp_path: Path) -> None:
    """Whoever knows that the question stands alone may say so."""
    path = tmp_path / "data.jsonl"
    path.write_text('{"input": "Hi", "target": "x", "files": {"a": "b"}, "setup": "ls"}\n')

    file = read_test_file(path, scorers=SCORERS, rules=ReadingRules(allow_unsupported=True))

    assert [warning.split(":")[1] for warning in file.warnings] == [" field files", " field setup"]


@pytest.mark.parametrize(
    "row", ['{"input": "Hi", "target": "x", "contains": "y"}', '{"input": "Hi", "target": "x", "expected": "y"}']
)
def test_a_file_that_says_something_in_our_words_is_ours(tmp_path: Path, row: str) -> None:
    """Files that were right before the other formats were read must mean the same."""
    assert read(tmp_path, row, name="data.jsonl").cases[0].variables == {"input": "Hi", "target": "x"}


def test_the_format_can_be_said(tmp_path: Path) -> None:
    """A set without any target is not told by its fields; and one of ours may look like another."""
    path = tmp_path / "data.jsonl"
    path.write_text('{"input": "Which?", "choices": ["a", "b"]}\n')
    as_inspect = read_test_file(path, scorers=SCORERS, rules=ReadingRules(format="inspect"))
    ours = read_test_file(FIXTURES / "inspect.jsonl", scorers=SCORERS, rules=ReadingRules(format="antiphon"))

    assert "A) a" in str(as_inspect.cases[0].variables["input"])
    assert ours.cases[0].variables["target"] == "Oslo"


def test_a_format_of_rows_needs_a_file_of_rows(tmp_path: Path) -> None:
    """A YAML file said to be a data set must not be read as something else."""
    path = tmp_path / "tests.yaml"
    path.write_text("tests: [{prompt: Hi}]\n")

    with pytest.raises(InvalidInput, match="the format inspect in a document"):
        read_test_file(path, scorers=SCORERS, rules=ReadingRules(format="inspect"))


def test_inspect_s_json_documents_are_read_like_its_json_lines(tmp_path: Path) -> None:
    """Inspect loads both with the same reader, and so must the same samples give the same tests."""
    lines = (FIXTURES / "inspect.jsonl").read_text().splitlines()
    listed = read(tmp_path, f"[{','.join(lines)}]", name="samples.json")

    assert listed.cases == fixture("inspect.jsonl").cases


@pytest.mark.parametrize(("text", "problem"), [
    ('[{"input": "a", "target": "b"}, 7]', "a number as a sample"),
    ('[{"question": "a"}]', "the file is a list"),
    ('{"input": "a", "target": "b"}', "test"),
])  # fmt: skip
def test_a_list_that_holds_no_samples_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """What it was meant to be is not guessed."""
    assert problem in str(refused(tmp_path, text, name="samples.json"))


def test_a_mapping_is_no_list_of_samples(tmp_path: Path) -> None:
    """Asked for as Inspect's, it is told what is expected."""
    path = tmp_path / "samples.json"
    path.write_text('{"input": "a", "target": "b"}')

    with pytest.raises(InvalidInput) as caught:
        read_test_file(path, scorers=SCORERS, rules=ReadingRules(format="inspect"))
    assert "expected a list of samples" in str(caught.value.problems)
