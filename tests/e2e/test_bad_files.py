"""Files of tests that are no good: the command line says so, with 2, and nothing is stored or asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.command_line import CommandLine, lines_asking
from tests.e2e.mock_target import MockTarget

HALF_VALID = """\
tests:
  - id: good
    prompt: Hello
    metrics: [{contains: Hello}]
  - id: bad
    prompt: Hello
    metrics: [{contians: Hello}]
"""
BAD: list[tuple[str, str, bytes | None, str]] = [
    ("missing", "none.yaml", None, "there is no such file"),
    ("empty", "empty.jsonl", b"", "expected at least one test"),
    ("binary", "binary.yaml", b"\x7fELF\x00\x01\x02" * 40, "the file is binary"),
    (
        "of another encoding",
        "latin.csv",
        "question,contains\nWas heißt das?,größer\n".encode("latin-1"),
        "it looks like Latin-1",
    ),
    ("half valid", "half.yaml", HALF_VALID.encode(), "half.yaml:7: "),
    ("of no known kind", "tests.docx", b"PK\x03\x04", "one of .yaml"),
]


@pytest.mark.parametrize(("name", "content", "message"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_file_exits_2_and_starts_nothing(
    cli: CommandLine, target: MockTarget, name: str, content: bytes | None, message: str
) -> None:
    """All or nothing: a run over the half that could be read would look like a run over the whole."""
    if content is not None:
        (cli.folder / name).write_bytes(content)

    run = cli.run("run", name, "--target", target.url, "--json")

    assert (run.code, run.stdout) == (2, "")
    assert f"antiphon: {name} was not accepted: 1 problem" in run.stderr
    assert message in run.stderr
    assert "Traceback" not in run.stderr
    assert run.stderr.count(message) == 1
    assert target.total == 0
    assert not cli.home.exists()


def test_a_huge_or_unreadable_file_exits_2_too(cli: CommandLine) -> None:
    """A wrong path to a disk image must not eat the memory."""
    huge = cli.folder / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(30_000_000_000)

    too_large = cli.run("run", huge, "--target", "http://127.0.0.1:1/")
    folder = cli.run("tests", "validate", cli.folder)

    assert (too_large.code, folder.code) == (2, 2)
    assert "huge.yaml" in too_large.stderr
    assert "this is a directory; expected a file of tests" in folder.stderr


def test_validate_says_what_is_in_a_file(cli: CommandLine) -> None:
    """The cheapest check there is, for an editor or a pipeline: no target is asked, nothing is stored."""
    cli.write("tests.jsonl", lines_asking(3))

    told = cli.run("tests", "validate", "tests.jsonl")
    document = cli.run("tests", "validate", "tests.jsonl", "--json").document

    assert told.code == 0
    assert told.stdout.startswith("tests.jsonl: 3 tests\n")
    assert "target:  none; name one with --target" in told.stdout
    assert document == {
        "ok": True, "name": "tests", "tests": 3, "items": 3, "metrics": 3, "kinds": ["contains"], "tags": {},
        "target": None, "targets": [], "warnings": [],
    }  # fmt: skip
    assert not cli.home.exists()


def test_validate_lists_every_problem(cli: CommandLine) -> None:
    """Three mistakes need one round, not three; as a document for editors."""
    cli.write("half.yaml", HALF_VALID)

    told = cli.run("tests", "validate", "half.yaml")
    listed = cli.run("tests", "validate", "half.yaml", "--json")

    assert (told.code, listed.code) == (2, 2)
    assert "did you mean contains?" in told.stderr
    assert listed.document["ok"] is False
    assert [problem.split(": ")[0] for problem in listed.document["problems"]] == ["half.yaml:7"]


def test_the_examples_are_valid(cli: CommandLine) -> None:
    """They are what people copy."""
    examples = Path(__file__).parents[2] / "examples"

    checked = cli.run("tests", "validate", examples / "promptfooconfig.yaml", "--json")

    assert checked.document["ok"] is True
