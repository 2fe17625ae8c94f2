"""`antiphon library add` and `library documents`, as people type them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.contract.library_files import a_pdf
from tests.e2e.command_line import CommandLine


@pytest.fixture
def files(cli: CommandLine) -> Path:
    """A folder with files to hand in."""
    folder = cli.folder / "files"
    (folder / "sub").mkdir(parents=True)
    (folder / "refunds.md").write_text("# Refunds\n\nWithin 14 days.\n")
    (folder / "prices.csv").write_text("Plan,Price\nPro,12\n")
    (folder / "handbook.pdf").write_bytes(a_pdf("Words"))
    (folder / "sub" / "refunds.md").write_text("another one")
    (folder / "empty.md").touch()
    return folder


def test_files_are_handed_in_and_skipped_the_second_time(cli: CommandLine, files: Path) -> None:
    """Handing in everything again is how people make sure."""
    words = ("library", "add", *(str(files / name) for name in ("refunds.md", "prices.csv", "handbook.pdf")))

    first, second = cli.run(*words, "--json", "--no-wait"), cli.run(*words, "--json", "--no-wait")
    (files / "prices.csv").write_text("Plan,Price\nPro,15\n")
    third = cli.run(*words, "--no-wait")

    assert (first.code, second.code, third.code) == (0, 0, 0), first.stderr
    assert [one["change"] for one in first.document["documents"]] == ["created"] * 3
    assert [one["media_type"] for one in first.document["documents"]] == [
        "text/markdown",
        "text/csv",
        "application/pdf",
    ]
    assert [one["change"] for one in second.document["documents"]] == ["unchanged"] * 3
    assert "updated" in third.stderr
    assert "1 updated, 2 unchanged" in third.stderr


def test_what_can_not_be_taken_is_named_and_the_rest_is_taken(cli: CommandLine, files: Path) -> None:
    """One bad file of a hundred must not cost the others, nor go by unseen."""
    os.mkfifo(files / "pipe")
    bad = [str(files / name) for name in ("empty.md", "missing.md", "sub", "pipe")]

    some = cli.run("library", "add", *bad, str(files / "refunds.md"), "--no-wait")
    none = cli.run("library", "add", *bad, "--json", "--no-wait")

    assert (some.code, none.code) == (3, 2)
    for reason in ("it is empty", "no such file", "it is a folder", "pipe or device", "1 created, 4 not taken"):
        assert reason in some.stderr
    assert [one["file"] for one in none.document["not_taken"]] == bad


def test_two_files_of_one_name_are_refused_before_anything_is_stored(cli: CommandLine, files: Path) -> None:
    """The second would quietly take the place of the first; the same file twice is only said twice."""
    twice = cli.run("library", "add", str(files / "refunds.md"), str(files / "sub" / "refunds.md"))
    same = cli.run("library", "add", str(files / "refunds.md"), str(files / "refunds.md"), "--no-wait")

    assert twice.code == 2
    assert "2 files are called 'refunds.md'" in twice.stderr
    assert same.code == 0
    assert "1 created, 1 unchanged" in same.stderr


def test_documents_are_looked_at_and_removed_by_the_beginning_of_their_id(cli: CommandLine, files: Path) -> None:
    """Ids are long; what names several names none."""
    added = cli.run("library", "add", str(files / "refunds.md"), str(files / "prices.csv"), "--json", "--no-wait")
    first, second = (one["id"] for one in added.document["documents"])

    shown = cli.run("library", "documents", "show", first[:13])
    listed = cli.run("library", "documents", "list", "--status", "processing", "--json").document["documents"]
    nothing = cli.run("library", "documents", "approve", "nonsense")
    unread = cli.run("library", "documents", "approve", first)
    removed = cli.run("library", "documents", "remove", first)

    assert "location  refunds.md" in shown.stdout
    assert [one["id"] for one in listed] == [second, first]
    assert (nothing.code, unread.code, removed.code) == (2, 2, 0)
    assert "still read" in unread.stderr
    assert cli.run("library", "documents", "show", first).code == 2


def test_all_that_wait_are_approved_with_one_command(cli: CommandLine, files: Path) -> None:
    """Whoever hands in a hundred documents of their own has read them; nobody types a hundred ids."""
    cli.run("library", "models", "use", "lexical-hash")
    cli.run("library", "add", str(files / "refunds.md"), str(files / "prices.csv"))

    neither = cli.run("library", "documents", "approve")
    both = cli.run("library", "documents", "approve", "1b9d", "--pending")
    many = cli.run("library", "documents", "approve", "1b9d", "2b9d", "--generation", "1")
    approved = cli.run("library", "documents", "approve", "--pending", "--json")
    again = cli.run("library", "documents", "approve", "--pending")

    assert [one.code for one in (neither, both, many)] == [2, 2, 2]
    assert [one["review_status"] for one in approved.document["documents"]] == ["approved", "approved"]
    assert (again.code, "no document waits" in again.stderr) == (0, True)


def test_a_name_changes_no_terminal(cli: CommandLine, files: Path) -> None:
    """File names are anybody's words."""
    (files / "\x1b[31mred.md").write_text("words")

    refused = cli.run("library", "add", str(files / "\x1b[31mred.md"), "--no-wait")

    assert refused.code == 2
    assert "\x1b" not in refused.stderr
