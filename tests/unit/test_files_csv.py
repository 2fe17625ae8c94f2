"""CSV and TSV: tests as spreadsheets write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.test_execution.metric import Metric
from domain.test_execution.test_set import TestCase
from tests.unit.reading_test_files import read, refused


def test_a_row_may_say_everything_that_a_cell_can_hold(tmp_path: Path) -> None:
    """The columns are the documented ones, in any case: a header is written by people."""
    text = (
        "ID,Prompt,tags,repeats,description,Expected,contains,Not-Contains,customer\n"
        'a,Hi {{ customer }},"x, y z",2,d,e,c,,Ann\n'
    )

    assert read(tmp_path, text, name="tests.csv").cases == (
        TestCase(
            id="a",
            prompt="Hi {{ customer }}",
            variables={"customer": "Ann"},
            metrics=(
                Metric(name="equals", kind="equals", value="e"),
                Metric(name="contains", kind="contains", value="c"),
            ),
            tags=("x", "y", "z"),
            repeats=2,
            description="d",
        ),
    )


def test_an_empty_cell_says_nothing_of_a_key_and_is_an_empty_text_of_a_variable(tmp_path: Path) -> None:
    """Most cells of a metric's column are empty; a variable without text is still a variable of the prompt."""
    (case,) = read(tmp_path, "id,question,context,contains,tags,repeats\n,Hi,, ,,\n", name="tests.csv").cases

    assert case.variables == {"question": "Hi", "context": ""}
    assert (case.metrics, case.tags, case.repeats, len(case.id)) == ((), (), 1, 12)


@pytest.mark.parametrize(
    ("column", "cell", "value", "threshold"),
    [
        ("contains-any", "a|b, c | d", ["a", "b, c", "d"], None),
        ("contains-all", '["a|b", "c"]', ["a|b", "c"], None),
        ("latency", "2.5", None, 2.5),
        ("is-json", "yes", None, None),
        ("is-json", '{"type": "object"}', {"type": "object"}, None),
        ("contains", "  2 ", "  2 ", None),
        ("regex", "[0-9]+", "[0-9]+", None),
    ],
)
def test_a_metric_s_cell_means_what_its_kind_needs(
    tmp_path: Path, column: str, cell: str, value: object, threshold: float | None
) -> None:
    """Cells are text; lists, limits and schemas must still be writable in a spreadsheet."""
    quoted = '"' + cell.replace('"', '""') + '"'

    (case,) = read(tmp_path, f"question,not-{column}\nHi,{quoted}\n", name="tests.csv").cases

    expected = Metric(name=f"not-{column}", kind=column, negated=True, value=value, threshold=threshold)
    assert case.metrics == (expected,)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("name", ["tests.csv", "tests.tsv"])
def test_the_header_decides_the_delimiter(tmp_path: Path, delimiter: str, name: str) -> None:
    """Rows mislead: half of Europe's spreadsheets write ; and questions are full of commas and apostrophes."""
    row = ["It's late, isn't it; or", 'Say ""x"", then', "a"]
    cells = delimiter.join(f'"{cell}"' for cell in row)

    (case,) = read(tmp_path, delimiter.join(["question", "tone", "contains"]) + f"\n{cells}\n", name=name).cases

    assert case.variables == {"question": "It's late, isn't it; or", "tone": 'Say "x", then'}


def test_lines_with_nothing_in_them_are_skipped_and_counted(tmp_path: Path) -> None:
    """Exports begin and end with them, sometimes as ;; and the delimiter is still that of the header."""
    assert refused(tmp_path, "\n \nquestion;repeats\n;\na;x\n;\n", name="tests.csv") == (
        "tests.csv:5: repeats is 'x'; expected a whole number from 1 to 10000; mend or empty the cell",
    )


def test_one_column_is_enough(tmp_path: Path) -> None:
    """A list of questions is a file too; that it checks nothing is said."""
    test_file = read(tmp_path, "question\nHi\nHo\n", name="tests.csv")

    assert [case.variables["question"] for case in test_file.cases] == ["Hi", "Ho"]
    assert len(test_file.warnings) == 1


def test_a_quoted_line_end_belongs_to_the_cell_and_lines_are_still_counted(tmp_path: Path) -> None:
    """Questions have several lines; the line in a message must be the one where the row begins."""
    text = 'question,repeats\r\n"a\r\nb",1\r\n\r\n"c\r\n\r\nd",x\r\ne,0\r\n'

    assert refused(tmp_path, text, name="tests.csv") == (
        "tests.csv:5: repeats is 'x'; expected a whole number from 1 to 10000; mend or empty the cell",
        "tests.csv:8: repeats is '0'; expected a whole number from 1 to 10000; mend or empty the cell",
    )
    (case,) = read(tmp_path, 'question\r\n"a\r\nb"\r\n', name="tests.csv").cases
    assert case.variables == {"question": "a\r\nb"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "question,contains\na,b\nc\n",
            "3: 1 cells; expected 2, as in the header; put cells that hold the delimiter in",
        ),
        (
            "question,contains\na,b,c\n",
            "2: 3 cells; expected 2, as in the header; put cells that hold the delimiter in",
        ),
        ("question,\na,b\n", "1: column 2 has no name; expected a name; name or remove it"),
        ("question,question\na,b\n", "1: column 'question' 2 times; expected each column once; rename one"),
        ("question,Expected,expected\na,b,c\n", "1: column 'expected' 2 times; expected each column once; rename one"),
        ("question\n", " no tests; expected a row below the header; add tests"),
        (
            'question\na\n"b\n',
            "3: the row that begins here is not valid CSV: unexpected end of data; expected cells, in",
        ),
        (
            'question\n"b"c\n',
            "2: the row that begins here is not valid CSV: ',' expected after '\"'; expected cells, in",
        ),
        (f"question\n{'x' * 140_000}\n", "2: the row that begins here is not valid CSV: field larger than field limit"),
        ("question,regex\na,(\n", "2: metric 'regex' (regex): value: '(' is not a regular expression: missing )"),
        (
            "question,latency\na,fast\n",
            "2: metric 'latency' (latency): value: found 'fast'; expected a number of seconds",
        ),
        ("question,is-json\na,{x\n", "2: metric 'is-json' (is-json): value: found '{x'; expected a JSON schema"),
        ("id,question\na,b\na,c\n", "3: id 'a' again (first in line 2); expected each id once; rename one"),
        (
            "question,contains\na,b\na,b\n",
            "3: the same test again (first in line 2); expected each test once; remove it",
        ),
        (
            "text,contains\na,b\n",
            "2: a test without a prompt; expected a prompt, or a variable named prompt or question",
        ),
        ("question\ra\rb\r", "1: the row that begins here is not valid CSV: new-line character seen in unquoted field"),
    ],
)
def test_a_row_or_header_that_does_not_fit_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """A row that slipped by one column would be another test; better none than that."""
    (found,) = refused(tmp_path, text, name="tests.csv")

    assert found.startswith(f"tests.csv:{problem}")


def test_a_column_that_looks_like_a_misspelt_metric_is_warned_about(tmp_path: Path) -> None:
    """`contians` is a variable by the rules, and surely meant as a metric."""
    test_file = read(tmp_path, "question,contians,expected,context\na,b,c,d\n", name="tests.csv")

    assert test_file.warnings == ("line 1: 'contians' is read as a variable; did you mean contains?",)
