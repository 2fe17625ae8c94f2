"""Files that are no test sets, or want to do harm: a clear refusal each, quickly, and nothing accepted."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from adapters.test_files import drafts
from adapters.test_files.reader import read_test_file
from domain.jobs.errors import InvalidInput
from tests.unit.reading_test_files import SCORERS, refused

LINE_FORMATS = ["tests.jsonl", "tests.csv"]
ALL_FORMATS = ["tests.yaml", "tests.json", *LINE_FORMATS]


def refused_path(path: Path) -> tuple[str, ...]:
    """Return the problems a path is refused with."""
    with pytest.raises(InvalidInput) as caught:
        read_test_file(path, scorers=SCORERS)
    return caught.value.problems


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The commonest mistake of all is a wrong path."""
    path = tmp_path / "no.yaml"

    assert refused_path(path) == (f"{path}: there is no such file; expected a file of tests; check the path",)


def test_a_directory_is_refused_even_when_it_is_named_like_a_file(tmp_path: Path) -> None:
    """Opening it would say `Is a directory` with a traceback."""
    path = tmp_path / "tests.yaml"
    path.mkdir()

    assert refused_path(path) == (f"{path}: this is a directory; expected a file of tests; name a file in it",)
    assert refused_path(tmp_path)[0].startswith(f"{tmp_path}: this is a directory")


def test_a_path_through_a_file_is_refused(tmp_path: Path) -> None:
    """What the system says about an unreadable path comes through, without a traceback."""
    (tmp_path / "file").write_text("x")
    path = tmp_path / "file" / "tests.yaml"

    assert refused_path(path) == (
        f"{path}: the file can't be read (Not a directory); expected a readable file; check its permissions",
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    """The message says permissions, so that nobody looks for a mistake in the content."""
    path = tmp_path / "tests.yaml"
    path.write_text("tests: []")
    path.chmod(0)

    assert "(Permission denied)" in refused_path(path)[0]


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    """Opening a pipe that nobody writes to would wait for ever."""
    path = tmp_path / "tests.jsonl"
    os.mkfifo(path)

    assert refused_path(path) == (f"{path}: this is a pipe or device; expected a file; write the tests to a file",)


@pytest.mark.parametrize("name", ALL_FORMATS)
def test_an_empty_file_is_refused(tmp_path: Path, name: str) -> None:
    """An empty test set would be a run that passes with nothing tested."""
    assert refused(tmp_path, "", name=name) == (
        f"{name}: the file is empty; expected at least one test; check the path",
    )


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("tests.yaml", "tests.yaml: the file holds only white space; expected at least one test; add tests"),
        ("tests.json", "tests.json: the file holds only white space; expected at least one test; add tests"),
        ("tests.jsonl", "tests.jsonl: no tests; expected at least one JSON object, one a line; add tests"),
        ("tests.csv", "tests.csv:1: no header; expected the names of the columns; add a first row"),
    ],
)
def test_a_file_of_white_space_is_refused(tmp_path: Path, name: str, problem: str) -> None:
    """It is empty too, and looks different."""
    assert refused(tmp_path, "\n  \n\n", name=name) == (problem,)


@pytest.mark.parametrize("name", ALL_FORMATS)
def test_a_binary_file_is_refused(tmp_path: Path, name: str) -> None:
    """A spreadsheet that was renamed to .csv is binary; nobody wants to read its bytes in a message."""
    assert refused(tmp_path, b"PK\x03\x04\x14\x00\x06", name=name) == (
        f"{name}: the file is binary (a zero byte at offset 5); expected UTF-8 text; name a text file, or save it as "
        "UTF-8 when it is UTF-16 text",
    )


@pytest.mark.parametrize("name", LINE_FORMATS)
def test_a_zero_byte_far_into_a_file_is_found(tmp_path: Path, name: str) -> None:
    """The first bytes look well; a damaged disk block in the middle does not."""
    head = b"question\n" if name.endswith("csv") else b""
    row = b'{"question": "x"}\n'

    problems = refused(tmp_path, head + row + b" " * 9000 + b"\0\n", name=name)

    assert any("the file is binary (a zero byte at offset" in problem for problem in problems)


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_is_named(tmp_path: Path, mark: bytes) -> None:
    """Some editors save it by default; `binary` would send its author the wrong way."""
    assert refused(tmp_path, mark + "tests:".encode("utf-16-le")) == (
        "tests.yaml: the file is UTF-16 (it begins with a UTF-16 byte order mark); expected UTF-8 text; "
        "save it as UTF-8",
    )


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", ALL_FORMATS)
def test_another_encoding_is_refused_with_the_byte_and_its_offset(tmp_path: Path, name: str, mark: bytes) -> None:
    """Guessing Latin-1 would test with mangled questions; the offset lets an editor jump there."""
    content = mark + b"question\n\ncaf\xe9\n"

    problems = refused(tmp_path, content, name=name)

    assert (
        f"{name}:3: byte 0xe9 at offset {len(mark) + 13} is not UTF-8; expected UTF-8 text; save the file as UTF-8 (it "
        "looks like Latin-1 or Windows-1252)"
    ) in problems


def test_the_offset_counts_the_byte_order_mark(tmp_path: Path) -> None:
    """The decoder does not count it, every editor and hex dump does."""
    (problem,) = refused(tmp_path, b"\xef\xbb\xbfcaf\xe9")

    assert problem.startswith("tests.yaml:1: byte 0xe9 at offset 6 is not UTF-8;")


@pytest.mark.parametrize("name", ALL_FORMATS)
def test_a_byte_order_mark_is_no_content(tmp_path: Path, name: str) -> None:
    """Excel writes one in front of UTF-8; it must not become part of the first column's name."""
    text = {"csv": "question,expected\nHi,Ho\n", "jsonl": '{"question": "Hi", "expected": "Ho"}'}.get(
        name.split(".")[1], '{"tests": [{"variables": {"question": "Hi"}, "expected": "Ho"}]}'
    )
    path = tmp_path / name
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())

    assert read_test_file(path, scorers=SCORERS).cases[0].variables == {"question": "Hi"}


@pytest.mark.parametrize(
    ("name", "size_bytes", "limit"),
    [("tests.yaml", 20_000_001, 20), ("tests.json", 20_000_001, 20), ("tests.csv", 200_000_001, 200)],
)
def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, name: str, size_bytes: int, limit: int) -> None:
    """The size is known without reading; reading 20 GB to say no would take the machine down first."""
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(b"x")
        file.truncate(size_bytes)  # sparse: takes no space
    tracemalloc.start()

    (problem,) = refused_path(path)

    assert f"MB; expected at most {limit} MB in a {path.suffix} file; split it into several files" in problem
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("name", LINE_FORMATS)
def test_more_tests_than_a_run_can_hold_are_refused(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file can hold very many tiny rows; the rows are counted, not only the bytes."""
    monkeypatch.setattr(drafts, "MAX_TESTS", 3)
    rows = {"csv": "question\n" + "".join(f"q{n}\n" for n in range(5))}
    text = rows.get(name.split(".")[1], "".join(f'{{"question": "q{n}"}}\n' for n in range(5)))

    (problem,) = refused(tmp_path, text, name=name)

    assert "more than 3 tests; expected fewer; split the file" in problem


@pytest.mark.parametrize("name", LINE_FORMATS)
def test_of_a_half_valid_file_nothing_is_accepted_and_the_list_is_capped(tmp_path: Path, name: str) -> None:
    """A run over the good half would report a pass rate over tests nobody chose; 50 lines are enough to see why."""
    if name.endswith("csv"):
        text = "question,repeats\n" + "".join(f"q{n},{'x' if n % 2 else 1}\n" for n in range(200))
    else:
        text = "".join(f'{{"question": "q{n}"{"" if n % 2 else "}"}\n' for n in range(200))

    problems = refused(tmp_path, text, name=name)

    assert len(problems) == 51
    assert problems[-1] == "... and 50 more"


def test_an_unknown_ending_names_the_known_ones(tmp_path: Path) -> None:
    """The format is chosen by the ending, so the message must say which there are."""
    assert refused(tmp_path, "x", name="tests.yalm") == (
        "tests.yalm: the ending '.yalm'; expected one of .yaml, .yml, .json, .jsonl, .ndjson, .csv, .tsv; "
        "did you mean .yaml? rename or convert the file",
    )
    assert refused(tmp_path, "x", name="tests")[0].startswith("tests: the file's name has no ending; expected one of")


@pytest.mark.parametrize(("name", "text"), [("tests.yaml", "- a\n- b\n"), ("tests.json", '["a"]')])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, name: str, text: str) -> None:
    """A plain list of tests is what JSON lines are for."""
    assert refused(tmp_path, text, name=name) == (
        f"{name}:1: the file is a list; expected a mapping with tests:; put the tests under tests:, or write them as "
        ".jsonl",
    )
