"""The same commands against a server: `antiphon --server URL`, and the Python client, over a socket."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from attrs import frozen

from domain.jobs.errors import Conflict, NotFound
from domain.jobs.job import JobStatus
from domain.organizations.errors import Unauthenticated
from entrypoints.api.documents.events import ProgressDocument
from entrypoints.api.documents.runs import StartRun
from entrypoints.client import Client
from tests.api.serving import Server, a_key, serving
from tests.e2e.command_line import CommandLine, Ended, lines_asking, wait_until
from tests.e2e.documents import ROOT
from tests.e2e.mock_target import HELD, MockTarget


@frozen(kw_only=True)
class Far:
    """A server with a key to it, and a command line on another machine."""

    server: Server
    key: str
    there: CommandLine
    cli: CommandLine
    target: MockTarget

    def run(self, *words: object, key: str = "") -> Ended:
        """Run a command against the server, with the usual key or another."""
        return self.cli.run("--server", self.server.url, *words, ANTIPHON_API_KEY=key or self.key)

    def words(self) -> tuple[str, ...]:
        """Return the options that name the target."""
        return ("--target", self.target.url, "--response-path", "answer")


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory, bytecode: Path) -> Iterator[Far]:
    """A server that the tests of this module share: each starts jobs of its own."""
    there = CommandLine(folder=tmp_path_factory.mktemp("there"), bytecode=bytecode)
    here = CommandLine(folder=tmp_path_factory.mktemp("here"), bytecode=bytecode)
    here.write("tests.jsonl", lines_asking(6))
    with serving(there) as server, MockTarget().running() as target:
        yield Far(server=server, key=a_key(there, "read", "write"), there=there, cli=here, target=target)


def test_a_run_at_a_server_ends_reports_and_exits_like_one_here(far: Far) -> None:
    """The file is read here, run there, and nothing of it is stored here but the reports that were asked for."""
    ended = far.run(
        "run", "tests.jsonl", *far.words(), "--min-pass-rate", "1", "--junit", "out.xml", "--html", "out.html"
    )

    assert ended.code == 0, ended.stderr
    assert "6 planned = 6 succeeded" in ended.stdout
    assert f"stored    {far.server.url}" in ended.stderr
    assert (far.cli.folder / "out.xml").read_text().count("<testcase") == 6
    assert "<html" in (far.cli.folder / "out.html").read_text()
    assert not (far.cli.home / "antiphon.db").exists()


def test_a_gate_that_is_not_met_there_is_exit_code_1_here(far: Far) -> None:
    """A pipeline must not care where the run was."""
    far.cli.write("wrong.jsonl", lines_asking(2).replace('"contains": "question 0"', '"contains": "nothing"'))
    ended = far.run("run", "wrong.jsonl", *far.words(), "--min-pass-rate", "1", "--json")

    assert ended.code == 1, ended.stderr
    assert ended.document["verdicts"] == {"pass": 1, "fail": 1, "inconclusive": 0}
    assert [failure["key"] for failure in ended.document["failures"]] == ["t0"]


def test_jobs_there_are_listed_shown_and_watched(far: Far) -> None:
    """By id, the beginning of it, or `last`."""
    job_id = far.run("run", "tests.jsonl", *far.words(), "--json").document["job"]["id"]

    listed = far.run("jobs", "list", "--limit", "1", "--json").document["jobs"]
    assert [(job["id"], job["standing"], job["succeeded"]) for job in listed] == [(job_id, "completed", 6)]
    for words in (("show", "last"), ("show", job_id[:8]), ("watch", job_id)):
        shown = far.run("jobs", *words, "--json")
        assert (shown.code, shown.document["job"]["id"]) == (0, job_id), shown.stderr
    assert job_id in far.run("jobs", "list").stdout


def test_items_there_are_listed_as_they_are_here(far: Far) -> None:
    """With the API's own filters, from any number on."""
    job_id = far.run("run", "tests.jsonl", *far.words(), "--json").document["job"]["id"]

    words = ("jobs", "items", job_id, "--state", "succeeded", "--verdict", "pass", "--limit", "2", "--after", "1")
    there, here = far.run(*words, "--json"), far.there.run(*words, "--json")

    assert there.document == here.document
    assert ([one["no"] for one in there.document["items"]], there.document["next"]) == ([2, 3], 3)
    assert far.run(*words[:3], "--verdict", "fail", "--json").document == {"items": [], "next": None}
    assert far.run("jobs", "items", job_id, "--verdict", "x" * 101).code == 2


def test_a_head_has_no_body_on_the_wire(far: Far) -> None:
    """A body that nobody expects would be taken for the beginning of the next answer on the connection."""
    with httpx.Client(base_url=far.server.url, headers={"Authorization": f"Bearer {far.key}"}) as client:
        head, got = client.head("/v1/jobs"), client.get("/v1/jobs")

    assert (head.status_code, head.content, got.status_code) == (200, b"", 200)
    assert head.headers["Content-Length"] == str(len(got.content))


def test_what_can_not_be_done_there_is_said_in_the_servers_words(far: Far) -> None:
    """With the codes that the same mistakes have here."""
    job_id = far.run("run", "tests.jsonl", *far.words(), "--json").document["job"]["id"]
    refused = {
        ("jobs", "retry-failed", job_id): "no failed items",
        ("jobs", "cancel", job_id): "ended",
        ("jobs", "show", "00000000-0000-4000-8000-00000000dead"): "no job",
        ("jobs", "show", "zzz"): "no such job",
        ("configs", "run", "unheard-of"): "nothing is saved so",
        ("run", "tests.jsonl", "--target", "python:shop:answer"): "runs no Python",
    }
    for words, said in refused.items():
        ended = far.run(*words)
        assert (ended.code, ended.stdout) == (2, ""), (words, ended.stderr)
        assert said in ended.stderr, words


def test_runs_there_are_compared_exported_and_scored_anew(far: Far) -> None:
    """Their rows stay there; tables, files and exit codes are as for runs here."""
    base, new = (far.run("run", "tests.jsonl", *far.words(), "--json").document["job"]["id"] for _ in range(2))
    compared = far.run(
        "runs", "compare", base[:8], "last", "--fail-on-regression", "--markdown", "pr.md", "--html", "c.html"
    )

    assert compared.code == 0, compared.stderr
    assert "no_regression" in compared.stdout
    assert "met" in (far.cli.folder / "pr.md").read_text()
    assert "<html" in (far.cli.folder / "c.html").read_text()
    document = far.run("runs", "compare", base, new, "--json").document
    assert (document["base"]["id"], document["new"]["id"]) == (base, new)
    assert far.run("runs", "export", new, "-o", "run.csv").code == 0
    assert (far.cli.folder / "run.csv").read_text().count(new) == 6

    far.cli.write("metrics.yaml", "metrics:\n  - contains: no such words\n")
    scored = far.run("runs", "rescore", "last", "--metrics", "metrics.yaml", "--min-pass-rate", "1", "--json")
    assert scored.code == 2, "rescore takes no gates"
    scored = far.run("runs", "rescore", "last", "--metrics", "metrics.yaml", "--json")
    assert (scored.code, scored.document["verdicts"]["fail"]) == (0, 6), scored.stderr
    refused = far.run("runs", "rejudge", new)
    assert (refused.code, "no metric that a model judges" in refused.stderr) == (2, True), refused.stderr


def test_a_run_there_is_called_by_its_test_set(far: Far) -> None:
    """As here: nobody knows runs by the beginnings of their ids."""
    ended = far.run("run", "tests.jsonl", *far.words())

    assert "completed  tests: 6 planned" in ended.stdout, ended.stdout


def test_the_example_of_the_documents_runs_as_it_stands(far: Far) -> None:
    """People copy it; the address is all that they change."""
    [example] = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "client.md").read_text(), flags=re.DOTALL)
    script = far.cli.write("example.py", example.replace("http://127.0.0.1:8902", far.server.url))
    target = {"kind": "http", "url": far.target.url, "response_path": "answer"}
    tests = [{"id": "hello", "prompt": "hello there", "metrics": [{"contains": "hello"}]}]
    far.cli.write("tests.yaml", json.dumps({"name": "example", "target": target, "tests": tests}))
    environment = {"ANTIPHON_API_KEY": far.key, "PATH": "", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, script], cwd=far.cli.folder, env=environment, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stderr
    assert "completed {'value': 1.0" in ended.stdout
    assert "<testcase" in (far.cli.folder / "out.xml").read_text()


def test_a_configuration_is_saved_there_and_run_by_its_name(far: Far) -> None:
    """Tests, target and gates travel; the file is not needed any more."""
    saved = far.run("configs", "save", "nightly", "tests.jsonl", *far.words(), "--min-pass-rate", "1", "--json")
    assert (saved.code, saved.document["version"]) == (0, 1), saved.stderr

    assert [one["name"] for one in far.run("configs", "list", "--json").document["configurations"]] == ["nightly"]
    run = far.run("configs", "run", "nightly", "--json")
    assert (run.code, [gate["met"] for gate in run.document["gates"]]) == (0, [True]), run.stderr
    assert far.run("configs", "delete", "nightly", "--json").document == {"name": "nightly", "versions": 1}


def test_keys_are_looked_after_from_there_and_only_of_the_keys_own_organization(far: Far) -> None:
    """With the API's own words; the scope decides, and --org can't choose another."""
    admin = a_key(far.there, "read", "admin")
    made = far.run("keys", "create", "--user", "local@localhost", "--scope", "read", "--json", key=admin)
    prefix = made.document["prefix"]

    with Client(far.server.url, key=admin) as client:
        theirs = [key.model_dump(mode="json") for key in client.keys.all()]
    listed = far.run("keys", "list", "--json", key=admin).document["keys"]
    assert [key["prefix"] for key in listed] == [key["prefix"] for key in theirs]
    assert set(listed[0]) == set(theirs[0])
    assert prefix in far.run("keys", "list", key=admin).stdout
    assert far.run("keys", "revoke", prefix, "--json", key=admin).document["state"] == "revoked"
    assert far.run("orgs", "show", "--json", key=admin).document["name"] == "default"
    for words, said in {
        ("orgs", "create", "x"): "works beside the database",
        ("keys", "list"): "needs the scope 'admin'",
        ("keys", "list", "--org", "default"): "belongs to one organization",
        ("keys", "rotate", prefix, "--grace", "60d"): "grace_s: Input should be less",
    }.items():
        refused = far.run(*words)
        assert (refused.code, refused.stdout) == (2, ""), refused.stderr
        assert said in refused.stderr, words


@pytest.mark.parametrize(
    "words", [("orgs", "list"), ("cache", "show"), ("db", "upgrade"), ("demo",), ("jobs", "purge", "last")]
)
def test_a_command_that_works_beside_the_database_says_so(far: Far, words: tuple[str, ...]) -> None:
    """Rather than doing to this machine what was meant for that one."""
    ended = far.run(*words)

    assert (ended.code, ended.stdout) == (2, "")
    assert "works beside the database" in ended.stderr


def test_without_a_key_or_with_a_wrong_one_nothing_is_shown(far: Far) -> None:
    """And the remedy is named."""
    without = far.cli.run("jobs", "list", ANTIPHON_SERVER=far.server.url)
    wrong = far.cli.run("jobs", "list", ANTIPHON_SERVER=far.server.url, ANTIPHON_API_KEY=far.key[:-4] + "AAAA")
    nowhere = far.cli.run("--server", "antiphon.example", "jobs", "list", ANTIPHON_API_KEY=far.key)

    assert (without.code, wrong.code, nowhere.code) == (2, 2, 2)
    assert "ANTIPHON_API_KEY is not set" in without.stderr
    assert "antiphon keys list" in wrong.stderr
    assert "expected https://HOST" in nowhere.stderr
    assert far.key[22:-4] not in wrong.stderr


def test_the_client_starts_a_run_waits_for_it_and_reads_it(far: Far) -> None:
    """As a program does; the same key never starts two."""
    asked = {"prompt": "{{ prompt }}"}
    document = {
        "name": "from a program",
        "target": {
            "kind": "http",
            "url": far.target.url,
            "body": asked,
            "response_path": "answer",
        },
        "tests": [{"id": "hello", "prompt": "hello there", "metrics": [{"contains": "hello"}]}],
    }
    heard = list[ProgressDocument]()
    with Client(far.server.url, key=far.key) as client:
        words = StartRun.model_validate({"document": document})
        job = client.runs.start(words, idempotency_key="once")
        assert client.runs.start(words, idempotency_key="once").id == job.id
        ended = client.jobs.wait(job.id, on_progress=heard.append)

        assert (ended.status, ended.succeeded, ended.errors) == (JobStatus.COMPLETED, 1, [])
        assert JobStatus(heard[-1].status) is JobStatus.COMPLETED
        assert [(result.test, result.verdict) for result in client.runs.results(job.id)] == [("hello", "pass")]
        assert [item.key for item in client.jobs.items(job.id, verdicts=["pass"])] == ["hello"]
        with pytest.raises(Conflict):
            client.jobs.retry_failed(job.id)
        with pytest.raises(NotFound):
            client.jobs.get("00000000-0000-4000-8000-00000000dead")
    with Client(far.server.url, key="antiphon_wrong") as stranger, pytest.raises(Unauthenticated):
        stranger.jobs.get(job.id)


def test_a_command_that_is_told_to_stop_leaves_the_run_to_the_server(far: Far) -> None:
    """Its workers go on; whoever comes back can watch."""
    far.target.hold()
    words = ("--server", far.server.url, "run", "tests.jsonl", *far.words(), *HELD)
    with far.cli.started(*words, ANTIPHON_API_KEY=far.key) as running:
        wait_until(lambda: "job " in running.stderr or running.has_ended, what="the job's id")
        running.send(signal.SIGINT)
        ended = running.wait()
    far.target.release()

    assert ended.code == 130, ended.stderr
    assert f"goes on at {far.server.url}" in ended.stderr
    assert far.run("jobs", "watch", "last").code == 0
