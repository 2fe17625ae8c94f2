"""`antiphon doctor`, `repair` and `sweep` on a real installation: each kind of trouble is named, and set right."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import create_engine, text

from adapters.database.engine import make_engine
from adapters.database.store import SqlStore
from domain.jobs.events import StartJob
from tests.contract.building import JOB, US, a_job, add_job
from tests.integration.broker_clients import commands_of
from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.gate import Gate
from tests.integration.processes import Command, Installation, assert_complete
from tests.pipelines.looking import look_until
from tests.services.logins import administrator_of

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

TESTS, LIMIT, SLOTS = 60, 12, 16
ASLEEP = {"sweep_s": 3600, "resend_after_s": 3600}


def test_a_healthy_installation_has_no_problem(installation: Installation, broker: Redis) -> None:
    """A doctor that cries wolf is not asked again."""
    installation.worker()
    look_until(lambda: {"brpop", "psubscribe"} <= commands_of(broker), what="a worker that listens, to questions too")

    document = installation.start("doctor", "--json").document()

    assert _problems(document) == []
    assert document["exit_code"] == 0


def test_queues_without_a_worker_are_named(installation: Installation) -> None:
    """Work that nobody will ever take looks like work that is slow."""
    document = installation.start("doctor", "--json").document()

    assert _problems(document) == [
        f"queue {name}: no worker serves it" for name in ("batch", "default", "embedding", "execution")
    ]
    assert document["exit_code"] == 1


def test_messages_that_nobody_sends_are_named_with_their_age(installation: Installation, broker_gate: Gate) -> None:
    """The oldest message is the first sign that every relay is gone, or that none reaches the broker."""
    _ = broker_gate
    engine = make_engine(installation.environment["ANTIPHON_DATABASE_URL"])
    store = SqlStore(engine)
    add_job(store, a_job())
    with store.begin(US) as work:
        work.outbox.add(StartJob(job_id=JOB), now=datetime.now(UTC) - timedelta(seconds=95))
        work.commit()
    engine.dispose()

    problems = _problems(installation.start("doctor", "--json").document())

    [found] = [problem for problem in problems if problem.startswith("outbox: ")]
    age_s = int(re.fullmatch(r"outbox: 1 messages wait to be sent, the oldest for (\d+) s", found)[1])  # type: ignore[index]  # else the test has failed
    assert 95 <= age_s < 180


def test_a_table_that_is_open_to_every_organization_is_named(installation: Installation, database_url: str) -> None:
    """A database that was restored or changed by hand looks as it always did, to everybody who works with it."""
    engine = create_engine(administrator_of(database_url))
    with engine.begin() as connection:
        connection.execute(text("DROP POLICY of_organization ON item"))
        connection.execute(text("ALTER TABLE item DISABLE ROW LEVEL SECURITY"))
    engine.dispose()

    found = _problems(installation.start("doctor", "--json").document())

    assert "isolation: table item: row-level security is not enabled" in found


def test_a_broker_that_is_away_is_named_and_its_password_is_not(installation: Installation, broker_gate: Gate) -> None:
    """The first question of the night, and its answer is pasted into a chat."""
    _ = broker_gate
    doctor = installation.start("doctor")

    assert doctor.end() == 5
    said = doctor.out.read_text()
    assert "PROBLEM  broker: the message broker can't be reached" in said
    assert "ANTIPHON" not in said
    assert installation.environment["ANTIPHON_BROKER_URL"].split("@")[0].rpartition(":")[2] not in said


def test_the_items_of_a_killed_worker_are_found_and_set_going(
    installation: Installation, target: ChatTarget, tmp_path: Path
) -> None:
    """
    The sweepers sleep: without repairs this run would wait for an hour.

    The dead worker's messages are lost, so no message may tell of the last item's end: a later repair closes then.
    """
    killed, run = _in_flight(installation, target, tmp_path)
    killed.kill()
    installation.worker(**ASLEEP)
    target.release()
    look_until(lambda: "ran out" in _diagnosis(installation), what="leases that ran out")

    done: list[str] = []

    def is_over() -> bool:
        done.extend(installation.start("repair", "last", "--json").document()["done"])
        return not run.is_running

    look_until(is_over, what="the end of the run")
    taken_back = [int(found[1]) for words in done if (found := re.match(r"(\d+) items were taken back from", words))]
    assert sum(taken_back) == LIMIT
    assert_complete(run.document(), tests=TESTS)


def test_sweeping_by_a_timer_does_the_same(installation: Installation, target: ChatTarget, tmp_path: Path) -> None:
    """Where no worker may sweep, `sweep --once` in a timer is enough; messages the dead worker hid are sent again."""
    killed, run = _in_flight(installation, target, tmp_path)
    killed.kill()
    installation.worker(**ASLEEP)
    target.release()
    look_until(lambda: "ran out" in _diagnosis(installation), what="leases that ran out")

    def is_over() -> bool:
        assert installation.start("sweep", "--once", resend_after_s=1).end() == 0
        return not run.is_running

    look_until(is_over, what="the end of the run")
    assert_complete(run.document(), tests=TESTS)


def _in_flight(installation: Installation, target: ChatTarget, folder: Path) -> tuple[Command, Command]:
    worker = installation.worker(slots=SLOTS, lease_s=2, **ASLEEP)
    target.hold(after=0)
    run = installation.run(a_test_file(folder, tests=TESTS, url=target.url), concurrency=LIMIT, **ASLEEP)
    look_until(lambda: target.at_once == LIMIT, what="items in flight")
    return worker, run


def _diagnosis(installation: Installation) -> str:
    document = installation.start("doctor", "last", "--json", **ASLEEP).document()
    return "\n".join(_problems(document))


def _problems(document: dict[str, Any]) -> list[str]:
    return [f"{found['about']}: {found['what']}" for found in document["findings"] if found["is_problem"]]
