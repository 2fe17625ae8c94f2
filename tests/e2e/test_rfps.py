"""`antiphon rfp`, as people type it: on a laptop, and at a server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.serving import a_key, serving
from tests.contract.buyers_workbooks import with_formulas_and_merged_cells
from tests.contract.rfp_library import QUESTIONNAIRE, SECURITY
from tests.e2e.command_line import CommandLine, Ended


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory, bytecode: Path) -> CommandLine:
    """A home whose library has one approved document."""
    cli = CommandLine(folder=tmp_path_factory.mktemp("laptop"), bytecode=bytecode)
    stock(cli)
    return cli


def stock(cli: CommandLine) -> None:
    """Hand in a document, and approve it; leave a questionnaire in the folder."""
    (cli.folder / "security.md").write_bytes(SECURITY)
    (cli.folder / "tender.csv").write_bytes(QUESTIONNAIRE)
    assert cli.run("library", "models", "use", "lexical-hash").code == 0
    added = cli.run("library", "add", "security.md", "--json")
    assert cli.run("library", "documents", "approve", added.document["documents"][0]["id"]).code == 0


def test_a_questionnaire_is_answered_and_reviewed(laptop: CommandLine) -> None:
    """From the file to answers with evidence; each step says how things stand, and its exit code how it went."""
    steps = [
        laptop.run("rfp", *words)
        for words in (
            ("import", "tender.csv"),
            ("answer", "last"),
            ("review", "last"),
            ("show", "last"),
            ("show", "last", "--question", "2"),
            ("show", "last", "--state", "no_answer", "--json"),
            ("list",),
        )
    ]

    assert [step.code for step in steps] == [0] * 7, [step.stderr for step in steps]
    imported, answered, reviewed, shown, question, gaps, listed = steps
    assert "4 questions (csv: B asks, C answers)" in imported.stderr
    assert "completed: 2 answered, 1 no_answer" in answered.stderr
    assert "2 accept" in reviewed.stderr
    assert "35 days" in shown.stdout
    for words in ("state    reviewed", "quote    security", ":1:0]", "checks   passed: quoted", "review   accept"):
        assert words in question.stdout
    assert [one["no"] for one in gaps.document["answers"]] == [3]
    assert "2 reviewed" in listed.stdout


def test_a_job_of_questions_is_told_by_the_commands_about_jobs(laptop: CommandLine) -> None:
    """Whoever resumes or looks at one is no test runner, and gets no test report."""
    laptop.run("rfp", "import", "tender.csv")
    job = laptop.run("rfp", "answer", "last", "--json").document["job"]

    shown, json, page = (
        laptop.run("jobs", "show", job["id"], *more) for more in ((), ("--json",), ("--html", "x.html"))
    )

    assert (shown.code, json.code, page.code) == (0, 0, 2)
    assert "completed: 2 answered, 1 no_answer" in shown.stdout
    assert (json.document["kind"], json.document["succeeded"]) == ("rfp_responder", 3)
    assert "only test runs" in page.stderr


def test_a_preview_shows_what_would_be_read_and_stores_nothing(cli: CommandLine) -> None:
    """The columns to correct, and each place in the way with its address."""
    (cli.folder / "q.xlsx").write_bytes(with_formulas_and_merged_cells())

    shown = cli.run("rfp", "import", "q.xlsx", "--preview")
    wrong = cli.run("rfp", "import", "q.xlsx", "--preview", "--answer-column", "Antwort")
    listed = cli.run("rfp", "list", "--json")

    assert (shown.code, wrong.code) == (0, 2)
    assert "B2: " in shown.stdout
    assert "nothing was stored" in shown.stderr
    assert "one of its headings ('Question', 'Response')" in wrong.stderr
    assert listed.document == {"rfps": []}


def test_what_can_not_be_done_is_refused_with_what_to_do(cli: CommandLine) -> None:
    """Exit code 2, and the command that mends it."""
    (cli.folder / "tender.csv").write_bytes(QUESTIONNAIRE)
    cli.run("rfp", "import", "tender.csv")

    for words, said in {
        ("answer", "last"): "antiphon library models use lexical-hash",
        ("show", "last", "--question", "9"): "no question 9",
        ("import", "missing.xlsx"): "no such file",
        ("import", "."): "it is a folder",
    }.items():
        refused = cli.run("rfp", *words)
        assert (refused.code, said in refused.stderr) == (2, True), (words, refused.stderr)


def test_what_failed_is_said_with_the_reason(cli: CommandLine) -> None:
    """A wrong key fails every question; counts alone would have people try again."""
    (cli.folder / "tender.csv").write_bytes(QUESTIONNAIRE)
    stock(cli)
    cli.run("rfp", "import", "tender.csv")
    nobody = ("--kind", "openai-compatible", "--base-url", "http://127.0.0.1:9/v1", "--model", "m")
    cli.run("llm", "add", "--name", "nobody", *nobody)

    failed = cli.run("rfp", "answer", "last", "--model", "llm:nobody/m", "--question", "2", "--max-attempts", "1")

    assert failed.code == 4
    assert "failed: 1 error; " in failed.stderr
    assert "failed    2: " in failed.stderr
    assert "http://127.0.0.1:9/v1" in failed.stderr


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory, bytecode: Path) -> Iterator[CommandLine]:
    """A command line that acts at a server, whose library has one approved document."""
    there = CommandLine(folder=tmp_path_factory.mktemp("there"), bytecode=bytecode)
    with serving(there) as server:
        settings = {"ANTIPHON_SERVER": server.url, "ANTIPHON_API_KEY": a_key(there, "read", "write", "admin")}
        here = CommandLine(folder=tmp_path_factory.mktemp("here"), bytecode=bytecode, settings=settings)
        stock(here)
        yield here


def test_at_a_server_it_is_the_same(far: CommandLine) -> None:
    """The file is read here and answered there; this machine stores nothing."""

    def rfp(*words: str) -> Ended:
        ended = far.run("rfp", *words)
        assert ended.code == 0, ended.stderr
        return ended

    rfp_id = rfp("import", "tender.csv", "--json").document["id"]
    answered = rfp("answer", rfp_id[:8], "--json").document
    reviewed = rfp("review", "last", "--json").document

    jobs = far.run("jobs", "list", "--json").document["jobs"]
    assert [(one["kind"], one["name"]) for one in jobs[:2]] == [
        ("rfp_reviewer", "tender.csv"),
        ("rfp_responder", "tender.csv"),
    ]
    assert (answered["job"]["status"], answered["job"]["verdicts"]) == ("completed", {"answered": 2, "no_answer": 1})
    assert reviewed["rfp"]["states"] == {"open": 1, "no_answer": 1, "reviewed": 2}
    assert "35 days" in rfp("show", "last", "--question", "2").stdout
    assert rfp("remove", "last", "--json").document == {"id": rfp_id, "removed": True}
    assert not (far.home / "antiphon.db").exists()
