"""`antiphon rfp` from documents to the buyer's file, as people type it: what a person decides is never written over."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.e2e.command_line import CommandLine

QUESTIONS = (
    "How long are backups kept?",
    "Is customer data encrypted at rest?",
    "For how long do you retain backups?",
    "What is your wedding cancellation policy?",
)
HANDBOOK = (
    "# Security\n\nBackups are kept for 30 days in Frankfurt.\n\nCustomer data is encrypted at rest with AES-256.\n"
)


@pytest.fixture
def tender(cli: CommandLine) -> Path:
    """A questionnaire that was imported and answered, offline, from an approved document."""
    handbook, tender = cli.folder / "handbook.md", cli.folder / "tender.csv"
    handbook.write_text(HANDBOOK)
    tender.write_text("Question,Answer\n" + "".join(f"{one},\n" for one in QUESTIONS))
    for words in (
        ("library", "models", "use", "lexical-hash"),
        ("library", "add", str(handbook)),
        ("rfp", "import", str(tender)),
    ):
        done = cli.run(*words)
        assert done.code == 0, done.stderr
    approve(cli)
    answered = cli.run("rfp", "answer", "last", "--model", "offline")
    assert answered.code == 0, answered.stderr
    return tender


def approve(cli: CommandLine) -> None:
    """Let the newest document be evidence."""
    document = cli.run("library", "documents", "list", "--json").document["documents"][0]["id"]
    done = cli.run("library", "documents", "approve", document)
    assert done.code == 0, done.stderr


def answers(cli: CommandLine) -> list[tuple[str, str]]:
    """Return the states and answers of the newest RFP."""
    shown = cli.run("rfp", "show", "last", "--json").document
    return [(one["state"], one["answer"]) for one in shown["answers"]]


@pytest.mark.usefixtures("tender")
def test_from_documents_to_the_buyers_file(cli: CommandLine) -> None:
    """Findings, decisions, a re-run that touches none of them, the file, the report, and the library in the end."""
    answer = cli.folder / "answer.txt"
    answer.write_text("\N{ZERO WIDTH NO-BREAK SPACE}We keep backups for 90 days.\n")

    edited = cli.run("rfp", "edit", "last", "--question", "3", "--file", str(answer))
    found = cli.run("rfp", "findings", "last")
    shown = cli.run("rfp", "show", "last")
    half = cli.run("rfp", "approve", "last", "--question", "1", "--question", "99")
    approved = cli.run("rfp", "approve", "last")
    (cli.folder / "handbook.md").write_text(HANDBOOK.replace("30 days", "45 days"))
    assert cli.run("library", "add", str(cli.folder / "handbook.md")).code == 0
    approve(cli)
    stale = cli.run("rfp", "stale", "--json")
    again = cli.run("rfp", "answer", "last", "--model", "offline")

    assert edited.code == found.code == approved.code == 0, edited.stderr + found.stderr + approved.stderr
    assert "contradiction  1 and 3: 30 day, 90 day" in found.stdout
    assert "to look at: 1 contradiction, 1 question asked twice or before" in shown.stderr
    assert "similar        1: How long are backups kept?" in found.stdout
    assert (half.code, half.stderr.splitlines()[0]) == (2, "approved  1")
    assert "approved  1 answer\n" in approved.stderr
    assert "the library has no answer" in approved.stdout
    assert [(one["no"], one["decision"]) for one in stale.document["stale"]][:2] == [(1, "approved"), (2, "approved")]
    assert again.code == 0, again.stderr
    assert [state for state, _ in answers(cli)] == ["approved", "approved", "edited", "no_answer"]
    assert answers(cli)[0][1] == "Backups are kept for 30 days in Frankfurt."
    assert answers(cli)[2][1] == "We keep backups for 90 days."

    out = cli.folder / "out.csv"
    exported = cli.run("rfp", "export", "last", "-o", str(out), "--json")
    refused = cli.run("rfp", "export", "last", "-o", str(out))
    report = cli.run("rfp", "report", "last")
    none = cli.run("rfp", "to-library", "last")
    confirmed = cli.run("rfp", "edit", "last", "--question", "3", "--text", "We keep backups for 90 days.")
    shelved = cli.run("rfp", "to-library", "last", "--json")

    assert (exported.document["written"], exported.document["left_open"]) == ([1, 2, 3], [4])
    assert [row[1] for row in csv.reader(out.read_text().splitlines())][3] == "We keep backups for 90 days."
    assert refused.code == 2
    assert "--force writes over it" in refused.stderr
    assert "- Decision: approved draft 1" in report.stdout
    assert "## To look at" in report.stdout
    assert none.code != 0
    assert "each of its 3 approved answers rests on a document that has changed" in none.stderr
    assert confirmed.code == 0
    assert (shelved.document["answered"], shelved.document["left_out"]) == ([3], [1, 2])
    assert [one["no"] for one in cli.run("rfp", "gaps", "--json").document["gaps"]] == [4]


@pytest.mark.usefixtures("tender")
def test_a_document_of_answers_is_read_by_the_command_that_makes_it(cli: CommandLine) -> None:
    """Nobody else is at work on this machine: it would be `processing` for ever, and could not be approved."""
    cli.run("rfp", "edit", "last", "--question", "4", "--text", "Weddings are cancelled free of charge.")

    shelved = cli.run("rfp", "to-library", "last")
    again = cli.run("rfp", "to-library", "last", "--json").document["document"]
    jobs = cli.run("jobs", "list", "--json").document["jobs"]
    approved = cli.run("library", "documents", "approve", "--pending")
    cli.run("library", "auto-embed", "off")
    cli.run("rfp", "edit", "last", "--question", "4", "--text", "Weddings can't be cancelled.")
    waits = cli.run("rfp", "to-library", "last")

    assert shelved.code == 0, shelved.stderr
    assert (again["change"], again["review_status"]) == ("unchanged", "pending")
    assert {one["status"] for one in jobs} == {"completed"}
    assert "approved  rfp-answers/" in approved.stderr
    assert (waits.code, "`antiphon library embed` does it" in waits.stderr) == (3, True), waits.stderr


def test_what_is_said_wrongly_is_refused_before_anything_is_done(cli: CommandLine, tender: Path) -> None:
    """With the option to say instead."""
    both = cli.run("rfp", "edit", "last", "--question", "1", "--text", "x", "--file", str(tender))
    none = cli.run("rfp", "edit", "last", "--question", "1")
    draft = cli.run("rfp", "approve", "last", "--draft", "1")
    newer = cli.run("rfp", "approve", "last", "--question", "1", "--draft", "7")
    folder = cli.run("rfp", "export", "last", "-o", str(cli.folder / "no" / "out.csv"))

    assert [one.code for one in (both, none, draft, newer, folder)] == [2] * 5
    assert "--text - (standard input)" in both.stderr + none.stderr
    assert "--question" in draft.stderr
    assert "draft 7 was looked at" in newer.stderr
    assert "folder does not exist" in folder.stderr
    assert {state for state, _ in answers(cli)} == {"drafted", "no_answer"}


@pytest.mark.usefixtures("tender")
def test_a_file_is_called_what_it_is(cli: CommandLine) -> None:
    """Word opens no CSV file that is called .docx, and the buyer would find that out."""
    named = cli.run("rfp", "export", "last", "-o", str(cli.folder / "out.docx"))
    formed = cli.run("rfp", "export", "last", "-o", str(cli.folder / "out.csv"), "--form", "docx")
    right = cli.run("rfp", "export", "last", "-o", str(cli.folder / "OUT.DOCX"), "--form", "docx")

    assert [one.code for one in (named, formed, right)] == [2, 2, 0], right.stderr
    assert "leave as a .csv file" in named.stderr
    assert "leave as a .docx file" in formed.stderr
    assert not (cli.folder / "out.docx").exists()
    assert (cli.folder / "OUT.DOCX").read_bytes().startswith(b"PK")
