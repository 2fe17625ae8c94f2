"""`antiphon rfp summarize`, as people type it: pretty, JSON and Markdown, and the commands that look again."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.contract.test_place_rfp_summaries import TENDER
from tests.e2e.command_line import CommandLine
from tests.e2e.mock_target import HELD, MockTarget


def test_a_tender_is_summarized_and_looked_at_again(tmp_path: Path, bytecode: Path) -> None:
    """Each form says where a row stands; a folder, and what is no document, are refused by name."""
    cli = CommandLine(folder=tmp_path, bytecode=bytecode)
    (tmp_path / "other.md").write_bytes(TENDER)
    (tmp_path / "tender.md").write_bytes(TENDER + b"\n[click](https://evil.example) <b>must</b> be | escaped.\n")

    made = cli.run("rfp", "summarize", "tender.md", "--output", "out.md")
    again = cli.run("rfp", "summarize", "tender.md", "--json")
    shown = cli.run("rfp", "summary", "last")
    listed = cli.run("rfp", "summaries", "--json")
    refused = cli.run("rfp", "summarize", ".")
    nobody = cli.run("rfp", "summarize", "other.md", "--model", "nobody")
    endless = cli.run("rfp", "summarize", "other.md", "--model", "offline", "--deadline", "1e9")
    kept = cli.run("rfp", "summaries", "--json")
    removed = cli.run("rfp", "remove-summary", "last")

    steps = (made, again, shown, listed, removed)
    assert [step.code for step in steps] == [0] * 5, [step.stderr for step in steps]
    assert "completed: 1 summarized" in made.stderr
    assert "extractive: sentences of the document, chosen without a model" in made.stdout
    assert "2026-03-14" in shown.stdout
    assert "Tickets > Dates [1]" in shown.stdout
    assert again.document["job"]["skipped"] == 1
    assert again.document["summary"]["is_whole"]
    assert [one["name"] for one in listed.document["summaries"]] == ["tender.md"]
    text = (tmp_path / "out.md").read_text()
    assert "| 1 | date | 2026-03-14 |" in text
    assert "[click]" not in text
    assert "<b>" not in text
    assert (refused.code, nobody.code, endless.code) == (2, 2, 2), (nobody.stderr, endless.stderr)
    assert kept.document == listed.document, "what is refused stores no document"
    assert "folder" in refused.stderr
    assert "tender.md" in removed.stderr


def test_beside_an_interrupted_job_it_is_said_how_to_remove_a_summary(cli: CommandLine, target: MockTarget) -> None:
    """Nobody is at work on it, and who is told to wait waits for ever."""
    (cli.folder / "tender.md").write_bytes(TENDER)
    api = ("--kind", "openai-compatible", "--base-url", target.url.replace("/chat", "/v1"), "--model", "m")
    assert cli.run("llm", "add", "--name", "held", *api).code == 0
    target.hold()
    with cli.started("rfp", "summarize", "tender.md", "--model", "llm:held/m", *HELD) as summarizing:
        target.wait_until_asked(1)
        summarizing.send(signal.SIGINT)
        stopped = summarizing.wait()

    refused = cli.run("rfp", "remove-summary", "last")
    job = cli.run("jobs", "list", "--json").document["jobs"][0]["id"]
    cancelled = cli.run("jobs", "cancel", job)
    removed = cli.run("rfp", "remove-summary", "last")

    assert (stopped.code, refused.code, cancelled.code, removed.code) == (130, 2, 0, 0), refused.stderr
    assert f"`antiphon jobs resume {job}` goes on with it, `antiphon jobs cancel {job}` ends it" in refused.stderr
    assert "wait" not in refused.stderr
