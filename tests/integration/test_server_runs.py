"""The run of a laptop, on Postgres and Redis, with worker processes apart from the command that asks for it."""

from __future__ import annotations

import json
from math import ceil
from pathlib import Path

import pytest
from redis import Redis

from domain.jobs.plan import cut_for
from pipelines.names import QUEUES
from tests.chaos.scene import LAME_WORKER
from tests.integration.broker_clients import commands_of
from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.processes import Command, Installation, assert_complete
from tests.pipelines.looking import look_until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

TESTS, LIMIT, SLOTS = 300, 24, 16
NEVER_S = 3600


def test_a_run_over_two_workers_is_complete_and_keeps_its_bounds(
    installation: Installation, target: ChatTarget, broker: Redis, tmp_path: Path
) -> None:
    """The limit protects the endpoint under test, the window the broker, whoever and however many the workers are."""
    installation.worker(slots=SLOTS)
    installation.worker(slots=SLOTS)
    target.hold(after=TESTS // 5)
    run = installation.run(a_test_file(tmp_path, tests=TESTS, url=target.url), concurrency=LIMIT)
    look_until(lambda: target.at_once == LIMIT, what="more items in flight than one worker holds")
    target.release()
    most_messages = _most_messages_until_the_end(run, broker)

    assert_complete(run.document(), tests=TESTS)
    assert (len(target.asked), target.asked_again) == (TESTS, 0)
    assert target.most_at_once == LIMIT  # more than one worker holds, and never more than the job allows
    cut = cut_for(TESTS, concurrency=LIMIT)
    assert 0 < most_messages <= cut.window * (ceil(cut.shard / cut.chunk) + 1)
    look_until(lambda: _messages(broker) == 0, what="an empty broker")


def test_a_worker_that_is_told_to_stop_loses_no_answer_and_none_is_asked_twice(
    installation: Installation, target: ChatTarget, tmp_path: Path
) -> None:
    """Every deployment stops workers in the middle of jobs."""
    stopped, _ = installation.worker(slots=SLOTS), installation.worker(slots=SLOTS)
    target.hold(after=60)
    run = installation.run(a_test_file(tmp_path, tests=TESTS, url=target.url), concurrency=LIMIT)
    # all that may be in flight is held: nothing is on its way from a claim to the target
    look_until(lambda: target.calls == 60 + LIMIT, what="items in flight in both workers")

    stopped.terminate()
    look_until(lambda: "items in hand" in stopped.said, what="a worker that begins nothing any more")
    target.hold(after=target.calls)  # those in flight are answered
    assert stopped.end() == 0
    still_to_do = TESTS - target.calls
    target.release()

    assert_complete(run.document(), tests=TESTS)
    assert still_to_do > 0
    assert (len(target.asked), target.asked_again) == (TESTS, 0)


def test_a_worker_without_work_stops_when_it_is_told_to(installation: Installation, broker: Redis) -> None:
    """A service manager whose patience runs out kills, and takes the items in flight down."""
    worker = installation.worker(shutdown_grace_s=NEVER_S)
    look_until(lambda: "brpop" in commands_of(broker), what="a worker that listens")

    worker.terminate()

    assert worker.end() == 0


def test_results_in_the_database_move_a_job_on_as_well(
    installation: Installation, target: ChatTarget, results_url: str, tmp_path: Path
) -> None:
    """A result store without counters has its chords polled; the sweeper sleeps, so that is what ends the job."""
    installation.environment["ANTIPHON_RESULT_BACKEND_URL"] = results_url
    installation.environment["ANTIPHON_SWEEP_S"] = str(NEVER_S)
    installation.worker(slots=LIMIT)
    run = installation.run(a_test_file(tmp_path, tests=TESTS, url=target.url), concurrency=LIMIT)

    assert_complete(run.document(), tests=TESTS)
    assert target.asked_again == 0


def _most_messages_until_the_end(run: Command, broker: Redis) -> int:
    counts = [0]

    def is_over() -> bool:
        counts.append(_messages(broker))
        return not run.is_running

    look_until(is_over, what="the end of the run")
    return max(counts)


def _messages(broker: Redis) -> int:
    """Return how many messages there are, waiting or handed out, at one moment; a repeated one keeps its task's id."""
    with broker.pipeline(transaction=True) as at_once:
        for queue in QUEUES:
            at_once.lrange(queue, 0, -1)
        at_once.hvals("unacked")
        *waiting, handed_out = at_once.execute()
    messages = [json.loads(text) for queue in waiting for text in queue]
    messages += [json.loads(text)[0] for text in handed_out]
    return len({message["headers"]["id"] for message in messages})


def test_a_chord_that_celery_gave_up_ends_its_job_all_the_same(
    installation: Installation, target: ChatTarget, results_url: str, tmp_path: Path
) -> None:
    """Its body never runs, and nothing in Celery says so to anybody: collecting is the ledger's matter."""
    installation.environment["ANTIPHON_RESULT_BACKEND_URL"] = results_url
    worker = installation.start_program(
        LAME_WORKER, "worker", "--slots", str(LIMIT), sweep_s=0.5, resend_after_s=NEVER_S, test_chord_looks=1
    )
    target.hold(after=0)
    run = installation.run(a_test_file(tmp_path, tests=TESTS, url=target.url), concurrency=LIMIT)
    look_until(lambda: "MaxRetriesExceeded" in worker.said, what="a chord that is given up")

    target.release()

    assert_complete(run.document(), tests=TESTS)
    assert (len(target.asked), target.asked_again) == (TESTS, 0)
