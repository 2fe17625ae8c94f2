"""`antiphon jobs` over jobs that have ended: looking at them, and running parts of them again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.command_line import CommandLine, lines_asking
from tests.e2e.mock_target import MockTarget, json_answer
from tests.services.http_server import reply

BROKEN = ("question 1", "question 4")
JOB_KEYS = (
    "id kind name status standing planned succeeded failed skipped cancelled pending running progress usage budget "
    "revision started_by celery_task_id created_at started_at ended_at updated_at failure errors"
)


@pytest.fixture(scope="module")
def mended() -> Iterator[MockTarget]:
    """A target that was broken during the first run, and was mended then; its counts begin with the mending."""
    with MockTarget().running() as target:
        yield target


@pytest.fixture(scope="module")
def history(shared_cli: CommandLine, mended: MockTarget) -> list[str]:
    """The ids of two runs, the oldest first: one of two tests that is complete, and one of six that is partial."""
    mended.behaviours = {
        question: lambda wire: wire.send(reply("{}", status="503 Service Unavailable")) for question in BROKEN
    }
    mended.behaviours["question 3"] = lambda wire: wire.send(json_answer("wrong"))
    whole = shared_cli.write("whole.jsonl", lines_asking(2, first=10))
    broken = shared_cli.write("broken.jsonl", lines_asking(6))
    options = ("--target", mended.url, "--max-attempts", "1", "--json")
    runs = [shared_cli.run("run", tests, *options) for tests in (whole, broken)]
    assert [run.code for run in runs] == [0, 3]
    mended.behaviours = {}
    mended.asked.clear()
    return [run.document["job"]["id"] for run in runs]


def test_list_shows_every_job_newest_first(shared_cli: CommandLine, history: list[str]) -> None:
    """Whole ids, one job a line: people grep for them, and scripts take the document."""
    listed = shared_cli.run("jobs", "list")
    newest = shared_cli.run("jobs", "list", "--limit", "1", "--json").document["jobs"]
    partial = shared_cli.run("jobs", "list", "--status", "completed", "--json").document["jobs"]

    lines = [line.split()[:5] for line in listed.stdout.splitlines()[1:]]
    assert lines == [[history[1], "partial", "6", "100%", "2"], [history[0], "completed", "2", "100%", "0"]]
    assert [list(job) for job in newest] == [JOB_KEYS.split()]
    assert [error["item"] for error in newest[0]["errors"]] == ["t1", "t4"]
    assert [job["id"] for job in partial] == history[:1]


def test_items_are_listed_by_state_and_verdict_in_pieces(shared_cli: CommandLine, history: list[str]) -> None:
    """What came of one test among thousands, without a program that reads the API."""
    whole = shared_cli.run("jobs", "items", history[1])
    failed = shared_cli.run("jobs", "items", history[1], "--state", "failed", "--json")
    wrong = shared_cli.run("jobs", "items", "last", "--verdict", "fail", "--state", "succeeded", "--json")
    first = shared_cli.run("jobs", "items", history[1], "--limit", "4", "--json")
    rest = shared_cli.run("jobs", "items", history[1], "--after", str(first.document["next"]), "--json")
    told = shared_cli.run("jobs", "items", history[1], "--limit", "4")
    none = shared_cli.run("jobs", "items", history[0], "--verdict", "unheard-of")

    assert [line.split()[:3] for line in whole.stdout.splitlines()[1:]] == [
        [str(no), f"t{no}", "failed" if no in (1, 4) else "succeeded"] for no in range(6)
    ]
    assert "503" in " ".join(whole.stdout.split()), whole.stdout
    assert [one["key"] for one in failed.document["items"]] == ["t1", "t4"]
    assert {one["failure"]["kind"] for one in failed.document["items"]} == {"server_error"}
    assert [one["key"] for one in wrong.document["items"]] == ["t3"]
    assert ([one["no"] for one in first.document["items"]], first.document["next"]) == ([0, 1, 2, 3], 3)
    assert ([one["no"] for one in rest.document["items"]], rest.document["next"]) == ([4, 5], None)
    assert "`--after 3` goes on" in told.stderr
    assert (none.code, none.stdout, "no such items" in none.stderr) == (0, "", True)


def test_show_takes_an_id_its_beginning_or_last(shared_cli: CommandLine, history: list[str]) -> None:
    """It exits as the run did, so that a later step can ask how it ended."""
    whole = shared_cli.run("jobs", "show", history[0])
    prefix = shared_cli.run("jobs", "show", history[1][:13], "--json")
    last = shared_cli.run("jobs", "show", "last", "--junit", "again.xml")

    assert whole.code == 0
    assert "completed  whole: 2 planned = 2 succeeded" in whole.stdout
    assert (prefix.code, prefix.document["job"]["id"]) == (3, history[1])
    assert "partial  broken: 6 planned = 4 succeeded + 2 failed" in last.stdout
    assert (shared_cli.folder / "again.xml").exists()


def test_a_name_that_fits_no_job_or_several_says_so(shared_cli: CommandLine, history: list[str]) -> None:
    """Acting on the wrong job costs money; on none, time."""
    none = shared_cli.run("jobs", "show", "no-such-job")
    several = shared_cli.run("jobs", "cancel", "")

    assert (none.code, several.code) == (2, 2)
    assert "job 'no-such-job': no such job; `antiphon jobs list` shows those there are" in none.stderr
    assert "2 jobs begin so" in several.stderr
    assert all(job_id in several.stderr for job_id in history)
    assert several.stderr.rstrip().endswith("give more of the id")


def test_what_a_finished_job_cannot_do_names_what_can(shared_cli: CommandLine, history: list[str]) -> None:
    """Resume and retry-failed are easily mixed up."""
    resumed = shared_cli.run("jobs", "resume", history[1])
    cancelled = shared_cli.run("jobs", "cancel", history[0])
    retried = shared_cli.run("jobs", "retry-failed", history[0])
    watched = shared_cli.run("jobs", "watch", history[0], "--json")

    assert [ended.code for ended in (resumed, cancelled, retried, watched)] == [2, 2, 2, 0]
    assert "ended as partial and has no cancelled items; to run its failed items again, use retry-failed" in (
        resumed.stderr
    )
    assert "has ended as completed; there is nothing left to cancel" in cancelled.stderr
    assert "has no failed items" in retried.stderr
    assert watched.document["job"]["status"] == "completed"


def test_retry_failed_asks_only_what_failed(shared_cli: CommandLine, history: list[str], mended: MockTarget) -> None:
    """The target was mended in between: what was answered was paid for, wrong answers too."""
    retried = shared_cli.run("jobs", "retry-failed", history[1], "--json")

    assert retried.code == 0, retried.stderr
    assert dict(mended.asked) == dict.fromkeys(BROKEN, 1)
    assert retried.document["job"]["revision"] == 2
    assert retried.document["job"]["status"] == "completed"
    assert retried.document["verdicts"] == {"pass": 5, "fail": 1, "inconclusive": 0}
    assert retried.document["errors"] == []
