"""Webhooks from the command line: the receiver of the documentation, a killed command, and one that nobody answers."""

from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.e2e.command_line import CommandLine, lines_asking, wait_until
from tests.e2e.documents import ROOT
from tests.e2e.mock_target import MockTarget
from tests.pipelines.newsroom import OK, event_ids, hangs, told
from tests.services.guard import free_port
from tests.services.http_server import ScriptedServer, always, reply


def test_the_receiver_of_the_documentation_hears_of_a_run(cli: CommandLine, target: MockTarget) -> None:
    """People copy it; it must check what comes, and be told before the command ends."""
    port = free_port()
    added = cli.run("webhooks", "add", f"http://127.0.0.1:{port}/hook", "--json").document
    tests = cli.write("tests.jsonl", lines_asking(3))
    with _documented_receiver(cli.folder, port=port, secret=added["secret"]) as heard:
        run = cli.run("run", tests, "--target", target.url, "--json")
        wait_until(heard.read_text, what="the receiver has heard of the run")
    event = json.loads(heard.read_text())

    assert run.code == 0, run.stderr
    assert "webhooks" not in run.stderr, "nothing is left to be delivered"
    assert (event["job_id"], event["status"], event["succeeded"]) == (run.document["job"]["id"], "completed", 3)


def test_a_command_killed_while_it_tells_is_continued_by_the_next_one(cli: CommandLine, target: MockTarget) -> None:
    """The receiver had the event, and nobody wrote that down: it gets it again, with the same id, and never not."""
    tests = cli.write("tests.jsonl", lines_asking(3))
    with ScriptedServer(hangs) as receiver:
        cli.run("webhooks", "add", receiver.url)
        with cli.started("run", tests, "--target", target.url) as run:
            wait_until(lambda: receiver.received, what="the receiver is told")
            run.send(signal.SIGKILL)
            run.wait()
        receiver.script = always(OK)
        held = cli.run("webhooks", "deliver")
        assert (held.code, len(receiver.received)) == (5, 1), "another process may still have it in hand"
        _let_the_hold_pass(cli.home)
        delivered = cli.run("webhooks", "deliver")

    assert delivered.code == 0, delivered.stderr
    assert len(receiver.received) == 2
    assert len(set(event_ids(receiver.received))) == 1


def test_a_receiver_that_is_down_changes_nothing_about_the_run(cli: CommandLine, target: MockTarget) -> None:
    """The run's exit code is about its tests; what is left to tell is said, and told later."""
    tests = cli.write("tests.jsonl", lines_asking(3))
    with ScriptedServer(always(reply("", status="503 Busy"))) as receiver:
        added = cli.run("webhooks", "add", receiver.url, "--json").document
        run = cli.run("run", tests, "--target", target.url)
        receiver.script = always(OK)
        tested = cli.run("webhooks", "test", added["id"])
        delivered = cli.run("webhooks", "deliver")

    assert run.code == 0, run.stderr
    assert "1 delivery to webhooks" in run.stderr
    assert (tested.code, delivered.code) == (0, 0), "what waits is due as soon as the receiver answers"
    assert [event["type"] for event in told(receiver.received)] == ["job.ended", "webhook.test", "job.ended"]


def test_what_is_done_with_webhooks_can_be_read_by_programs(cli: CommandLine) -> None:
    """Each command says in JSON what it says in words; the secret is shown once, and never again."""
    added = cli.run("webhooks", "add", "http://127.0.0.1:9/hook", "--events", "job.*", "--json").document
    short = added["id"][:8]
    rotated = cli.run("webhooks", "rotate-secret", short, "--overlap", "1", "--json").document
    tested = cli.run("webhooks", "test", short, "--json")
    shown = cli.run("webhooks", "show", short, "--json")
    log = cli.run("webhooks", "log", short, "--json").document
    disabled = cli.run("webhooks", "disable", short, "--json").document
    enabled = cli.run("webhooks", "enable", short, "--json").document
    listed = cli.run("webhooks", "list", "--json").document
    removed = cli.run("webhooks", "remove", short, "--json").document

    assert added["secret"].startswith("whsec_")
    assert rotated["secret"] != added["secret"]
    assert (tested.code, tested.document["state"]) == (5, "failed")
    assert (shown.document["state"], shown.document["secret_last_four"]) == ("failing", rotated["secret"][-4:])
    assert not {added["secret"], rotated["secret"]} & set(re.findall(r"whsec_[\w+/=]+", shown.stdout))
    assert [delivery["event"]["type"] for delivery in log["deliveries"]] == ["webhook.test"]
    assert (disabled["state"], disabled["disabled_because"], enabled["state"]) == ("disabled", "by local", "active")
    assert [webhook["id"] for webhook in listed["webhooks"]] == [removed["id"]] == [added["id"]]


def test_what_can_not_be_meant_is_refused_with_what_to_do(cli: CommandLine) -> None:
    """Nothing is stored then."""
    refused = {
        "an event": cli.run("webhooks", "add", "http://127.0.0.1:9/", "--events", "job.ende"),
        "a URL": cli.run("webhooks", "add", "ftp://example.org"),
        "a mailbox": cli.run("webhooks", "add", "mailto:ada@example.org"),
        "a webhook": cli.run("webhooks", "show", "nobody"),
    }

    assert {name: ended.code for name, ended in refused.items()} == dict.fromkeys(refused, 2)
    assert "job.accepted, job.revised, job.ended" in refused["an event"].stderr
    assert "ANTIPHON_SMTP_URL" in refused["a mailbox"].stderr
    assert cli.run("webhooks", "list", "--json").document == {"webhooks": []}


@contextmanager
def _documented_receiver(folder: Path, *, port: int, secret: str) -> Iterator[Path]:
    """Run the receiver of docs/webhooks.md on *port*; yield the file of what it prints."""
    [source] = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "webhooks.md").read_text(), flags=re.DOTALL)
    script, heard = folder / "receiver.py", folder / "heard.jsonl"
    script.write_text(source.replace("8900", str(port)))
    environment = {"WEBHOOK_SECRET": secret, "PATH": ""}
    with heard.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, script], env=environment, stdout=output, stderr=subprocess.DEVNULL, cwd=folder
        )
    try:
        wait_until(lambda: _listens(port), what="the receiver listens")
        yield heard
    finally:
        process.kill()
        process.wait()


def _let_the_hold_pass(home: Path) -> None:
    """Do what two minutes would: nobody waits for them here."""
    with closing(sqlite3.connect(home / "antiphon.db")) as database:
        database.execute("UPDATE delivery SET held_until = '2020-01-01T00:00:00.000000+00:00'")
        database.commit()


def _listens(port: int) -> bool:
    with closing(socket.socket()) as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0
