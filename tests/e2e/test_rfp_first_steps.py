"""`antiphon rfp` for somebody who has never used it: nothing there yet, one of everything, files in the way."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.contract.rfp_library import SECURITY
from tests.contract.test_place_rfp_exports import with_bad_cells
from tests.contract.test_place_rfp_summaries import TENDER
from tests.e2e.command_line import CommandLine, Ended
from tests.e2e.mock_target import HELD, MockTarget

ASKED = "Question,Response\nIs customer data encrypted at rest?,\n"


def done(cli: CommandLine, *words: object) -> Ended:
    """Run a command that must end well."""
    ended = cli.run(*words)
    assert ended.code == 0, (words, ended.stderr)
    return ended


def with_one_question(cli: CommandLine, *org: str) -> None:
    """Hand in one document, and a questionnaire of one question."""
    (cli.folder / "security.md").write_bytes(SECURITY)
    (cli.folder / "tender.csv").write_text(ASKED)
    done(cli, "library", "models", "use", "lexical-hash", *org)
    done(cli, "library", "add", "security.md", *org)
    done(cli, "library", "documents", "approve", "--pending", *org)
    imported = done(cli, "rfp", "import", "tender.csv", *org)
    assert "tender.csv, 1 question (csv: A asks, B answers)" in imported.stderr


def test_where_nothing_is_there_the_first_step_is_said(cli: CommandLine) -> None:
    """`there is no RFP last` sends people to look for a mistake of theirs; and no gaps do not mean that all is well."""
    show, gaps, summary = (cli.run("rfp", *words) for words in (("show", "last"), ("gaps",), ("summary", "last")))
    (cli.folder / "tender.csv").write_text(ASKED)
    done(cli, "rfp", "import", "tender.csv")
    unasked = done(cli, "rfp", "gaps")

    assert [show.code, gaps.code, summary.code] == [2, 0, 2]
    for ended in (show, gaps):
        assert "no RFPs yet; `antiphon rfp import FILE` hands one in" in ended.stderr
    assert "no summaries yet; `antiphon rfp summarize FILE` makes one" in summary.stderr
    assert "nothing was answered from the library yet; `antiphon rfp answer last` drafts answers" in unasked.stderr


def test_one_of_everything_is_no_plural(cli: CommandLine) -> None:
    """From import to removal, in all that is said and written."""
    with_one_question(cli)

    preview = done(cli, "rfp", "import", "tender.csv", "--preview")
    said = [
        done(cli, "rfp", *words).stderr
        for words in (
            ("answer", "last"),
            ("approve", "last"),
            ("export", "last", "-o", "out.csv"),
            ("to-library", "last"),
        )
    ]
    shown = done(cli, "rfp", "show", "last").stdout
    report = done(cli, "rfp", "report", "last").stdout
    gaps = done(cli, "rfp", "gaps").stderr
    jobs = done(cli, "jobs", "show", "last")
    removed = done(cli, "rfp", "remove", "last").stderr

    assert "tender.csv: 1 question\n" in preview.stdout
    assert "A (Question)" in preview.stdout
    assert "B (Response)" in preview.stdout
    assert "approved  1 answer\n" in said[1]
    assert "out.csv: 1 answer\n" in said[2]
    assert ".md, 1 answer\n" in said[3]
    assert "1 question: 1 approved" in shown
    assert "1 question: 1 approved" in report
    assert "the library could answer every question it was asked" in gaps
    assert jobs.code == 0
    assert "with its 1 question and all that was done about it" in removed
    for text in (*said, shown, report, removed):
        assert "1 answers" not in text
        assert "1 questions" not in text


def test_no_file_is_written_over_unasked(cli: CommandLine) -> None:
    """A summary is a file like an export: what was there may be somebody's work. Found out before anything is done."""
    (cli.folder / "tender.md").write_bytes(TENDER)
    kept = cli.folder / "notes.md"
    kept.write_text("mine")

    refused = cli.run("rfp", "summarize", "tender.md", "-o", "notes.md")
    listed = done(cli, "rfp", "summaries", "--json").document["summaries"]
    done(cli, "rfp", "summarize", "tender.md")
    again = cli.run("rfp", "summary", "last", "-o", "notes.md")
    folder = cli.run("rfp", "summary", "last", "-o", "missing/out.md")

    assert [refused.code, again.code, folder.code] == [2, 2, 2]
    for ended in (refused, again):
        assert "notes.md: it is there already; --force writes over it" in ended.stderr
    assert "'missing/out.md': its folder does not exist" in folder.stderr
    assert listed == []
    assert kept.read_text() == "mine"
    done(cli, "rfp", "summarize", "tender.md", "-o", "notes.md", "--force")
    assert kept.read_text().startswith("# Tickets")


def test_refused_cells_are_left_out_when_that_is_asked_for(cli: CommandLine) -> None:
    """By default nothing is written and all of them are named; the way on is said."""
    (cli.folder / "bad.xlsx").write_bytes(with_bad_cells())
    done(cli, "rfp", "import", "bad.xlsx")
    for no in (1, 2, 5):
        done(cli, "rfp", "edit", "last", "--question", no, "--text", f"Answer {no}.")

    refused = cli.run("rfp", "export", "last", "-o", "out.xlsx")
    written = cli.run("rfp", "export", "last", "-o", "out.xlsx", "--leave-out-refused")
    json = done(cli, "rfp", "export", "last", "-o", "out2.xlsx", "--leave-out-refused", "--json").document

    assert (refused.code, written.code) == (2, 0), refused.stderr + written.stderr
    assert "2 answers of 3 can't be written; nothing was" in refused.stderr
    assert "--leave-out-refused" in refused.stderr
    for ended in (refused, written):
        assert "question 1 (Security): B2: it is part of the merged cells B2:C2" in ended.stderr
        assert "question 5 (Company): B3: it holds a formula" in ended.stderr
    assert "out.xlsx: 1 answer\n" in written.stderr
    assert (json["written"], json["left_open"], [one["no"] for one in json["left_out"]]) == ([2], [3, 4, 6], [1, 5])


@pytest.fixture
def acme(tmp_path: Path, bytecode: Path) -> CommandLine:
    """A command line beside a database with two organizations; one of them has a question to answer."""
    cli = CommandLine(folder=tmp_path, bytecode=bytecode)
    done(cli, "orgs", "create", "acme")
    with_one_question(cli, "--org", "acme")
    return cli


def test_who_operates_a_database_has_answers_drafted_in_any_organization(acme: CommandLine) -> None:
    """As all other commands do it; and can look at the job there."""
    (acme.folder / "tender.md").write_bytes(TENDER)
    org = ("--org", "acme")

    answered = done(acme, "rfp", "answer", "last", *org, "--json").document
    reviewed = done(acme, "rfp", "review", "last", *org).stderr
    summarized = done(acme, "rfp", "summarize", "tender.md", *org).stderr
    jobs = done(acme, "jobs", "list", *org, "--json").document["jobs"]
    job = done(acme, "jobs", "show", answered["job"]["id"][:8], *org)
    own = done(acme, "jobs", "list", "--json").document["jobs"]

    assert (answered["rfp"]["states"], answered["job"]["name"]) == ({"drafted": 1}, "tender.csv")
    assert "1 accept" in reviewed
    assert "completed: 1 summarized" in summarized
    assert [(one["kind"], one["name"]) for one in jobs[:3]] == [
        ("document_summary", "tender.md"),
        ("rfp_reviewer", "tender.csv"),
        ("rfp_responder", "tender.csv"),
    ]
    assert job.stdout.startswith("rfp_responder: tender.csv\n")
    assert own == []


def test_ctrl_c_leaves_a_job_that_everything_says_how_to_go_on_with(acme: CommandLine, target: MockTarget) -> None:
    """Nobody is at work on it any more, so there is nothing to look on at; and it is acme's, whose commands say so."""
    org = ("--org", "acme")
    api = ("--kind", "openai-compatible", "--base-url", target.url.replace("/chat", "/v1"), "--model", "m")
    done(acme, "llm", "add", "--name", "held", *api, *org)
    target.hold()
    with acme.started("rfp", "answer", "last", "--model", "llm:held/m", *org, *HELD) as answering:
        target.wait_until_asked(1)
        answering.send(signal.SIGINT)
        stopped = answering.wait()

    [job] = [one for one in done(acme, "jobs", "list", "--json", *org).document["jobs"] if one["name"] == "tender.csv"]
    shown = done(acme, "rfp", "show", "last", *org)
    again = acme.run("rfp", "answer", "last", *org)
    removal = acme.run("rfp", "remove", "last", *org)
    cancelled = done(acme, "jobs", "cancel", job["id"], *org)
    offline = done(acme, "rfp", "answer", "last", "--model", "offline", *org)

    assert stopped.code == 130
    assert f"`antiphon jobs resume {job['id']} --org " in stopped.stderr
    assert (job["standing"], job["running"]) == ("interrupted", 0)
    assert f"was interrupted: `antiphon jobs resume {job['id'][:8]}` goes on" in shown.stdout
    assert "looks on" not in shown.stdout
    assert again.code == 2
    assert f"`antiphon jobs cancel {job['id']}` ends it" in again.stderr
    assert removal.code == 2
    for words in (
        "was interrupted",
        f"`antiphon jobs resume {job['id']}`",
        f"`antiphon jobs cancel {job['id']}` ends it",
    ):
        assert words in removal.stderr
    assert "wait" not in removal.stderr, "nobody is at work on it: waiting would never end"
    assert "1 cancelled" in cancelled.stderr
    assert "1 drafted" in offline.stderr


def test_a_server_has_the_organization_of_its_key(cli: CommandLine) -> None:
    """A name that would not be heard is refused, and not believed."""
    for words in (("answer", "last"), ("review", "last"), ("summarize", "tender.md")):
        refused = cli.run("--server", "http://127.0.0.1:9", "rfp", *words, "--org", "acme")
        assert refused.code == 2
        assert "leave out --org" in refused.stderr
