"""Schedules on real servers: several schedulers, killed workers, brokers that forget."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import attrs
import pytest
from redis import Redis
from sqlalchemy import create_engine, text

from adapters.cron.wall_times import CronSimWallTimes
from domain.schedules.rhythm import Cron, Every, Rhythm
from domain.schedules.schedule import CatchUp, Schedule, ScheduleId
from domain.schedules.ticking import next_tick, ticks
from entrypoints.container import Antiphon, build, ready_database
from entrypoints.schedules import make_scheduler
from entrypoints.settings import read_settings
from entrypoints.worker_side import WorkerSide
from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.processes import Installation
from tests.pipelines.looking import WITHIN_S, look_until
from tests.services.logins import administrator_of

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

ROOT = Path(__file__).parents[2]
START = datetime(2026, 10, 25, 0, 55, tzinfo=UTC)
"""Five minutes before clocks are put back in Berlin: three o'clock comes twice."""
STEP, STEPS, SCHEDULES = timedelta(seconds=5), 120, 100


def test_two_scheduler_processes_make_each_tick_of_a_hundred_schedules_once(
    installation: Installation, database_url: str
) -> None:
    """Ten simulated minutes; both look at each moment at the same time, as the workers of an installation do."""
    antiphon = opened(installation)
    made = [schedule(antiphon, no) for no in range(SCHEDULES)]
    with antiphon.schedules.store.begin(antiphon.tenant) as work:
        for one in made:
            work.schedules.add(one)
        work.commit()

    sent = Counter[int]()
    with stepped(installation) as first, stepped(installation) as second:
        for no in range(1, STEPS + 1):
            for way_in, _ in (first, second) if no % 2 else (second, first):  # none is always told too late
                way_in.write(f"{(START + no * STEP).isoformat()}\n")
                way_in.flush()
            for which, (_, way_out) in enumerate((first, second)):
                sent[which] += int(way_out.readline())

    expected = {
        (one.id, due)
        for one in made
        for due in ticks(one.rhythm, after=START, until=START + STEPS * STEP, times=CronSimWallTimes())
        if one.start_of(due) <= START + STEPS * STEP
    }
    recorded, commands = rows_of(database_url)
    assert len(expected) > 1000
    assert recorded == Counter(expected)
    assert commands == Counter(f"schedule-{schedule_id}-{due:%Y%m%dT%H%M%SZ}" for schedule_id, due in expected)
    assert sent.total() == len(expected)
    assert min(sent[0], sent[1]) > 0, f"one of them did nothing: {sent}"
    print(f"{len(expected)} ticks, {sent[0]} by one scheduler and {sent[1]} by the other")


def test_a_tick_whose_worker_was_killed_before_it_was_sent_becomes_one_job(
    installation: Installation, target: ChatTarget, tmp_path: Path
) -> None:
    """The tick is recorded, and its command lies in the outbox: the next worker's relay sends it."""
    made = scheduled_run(installation, a_test_file(tmp_path, tests=4, url=target.url))
    antiphon = opened(installation)
    assert make_scheduler(antiphon).run_once() == 1

    installation.worker()

    assert_one_job(antiphon, made)
    assert (len(target.asked), target.asked_again) == (4, 0)


def test_a_tick_whose_message_the_broker_forgot_becomes_one_job(
    installation: Installation, target: ChatTarget, broker: Redis, tmp_path: Path
) -> None:
    """Redis was restarted without its file; nobody else knows that the tick waits."""
    made = scheduled_run(installation, a_test_file(tmp_path, tests=4, url=target.url))
    antiphon = opened(installation, resend_after_s=1)
    make_scheduler(antiphon).run_once()
    relay_all(antiphon)
    assert broker.llen("default") == 1
    broker.flushdb()

    installation.worker(resend_after_s=1)

    assert_one_job(antiphon, made)
    assert (len(target.asked), target.asked_again) == (4, 0)


def test_a_tick_whose_worker_is_killed_with_the_message_in_hand_becomes_one_job(
    installation: Installation, target: ChatTarget, tmp_path: Path
) -> None:
    """Its message comes back after an hour at the earliest; the scheduler of the other worker asks after a second."""
    made = scheduled_run(installation, a_test_file(tmp_path, tests=4, url=target.url))
    antiphon = opened(installation, resend_after_s=1)
    target.hold(after=0)
    doomed = installation.worker(resend_after_s=1, lease_s=3)
    make_scheduler(antiphon).run_once()
    look_until(lambda: antiphon.jobs.page(antiphon.tenant) != [], what="the tick's job")
    doomed.kill()
    target.release()

    installation.worker(resend_after_s=1)

    assert_one_job(antiphon, made)


def opened(installation: Installation, **settings: float) -> Antiphon:
    """Return the installation, looked at from this process."""
    variables = {f"ANTIPHON_{name.upper()}": str(value) for name, value in settings.items()}
    antiphon = build(read_settings({**installation.environment, **variables}))
    ready_database(antiphon)
    return antiphon


def schedule(antiphon: Antiphon, no: int) -> Schedule:
    """Return one of a hundred schedules of every kind, none like another."""
    rhythm: Rhythm = Every(seconds=10 + no, anchor=START - timedelta(seconds=no))
    if no % 4 == 0:
        rhythm = Cron(expression=("* * * * *", "*/2 * * * *", "0-59 2,3 * * *")[no % 3], timezone="Europe/Berlin")
    return Schedule(
        id=ScheduleId(f"00000000-0000-4000-8000-{no:012d}"),
        organization_id=antiphon.tenant.organization_id,
        name=f"s{no}",
        owner=antiphon.tenant.user_id,
        rhythm=rhythm,
        task="system.echo",
        arguments={"text": str(no)},
        created_at=START,
        updated_at=START,
        catch_up=CatchUp.ALL,
        jitter_s=9 if no % 5 == 0 else 0,
        next_due=next_tick(rhythm, START, times=CronSimWallTimes()),
    )


@contextmanager
def stepped(installation: Installation) -> Iterator[tuple[IO[str], IO[str]]]:
    """Yield the ways into and out of a scheduler process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.stepped_scheduler"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**installation.all_variables(), "ANTIPHON_RESEND_AFTER_S": "3600"},  # no worker answers here
    )
    assert process.stdin
    assert process.stdout
    try:
        yield process.stdin, process.stdout
    finally:
        process.stdin.close()
        process.wait(timeout=WITHIN_S)
        process.stdout.close()


def rows_of(database_url: str) -> tuple[Counter[tuple[str, datetime]], Counter[str]]:
    """Return the recorded ticks, and the ids of the tasks that were handed to the relay."""
    engine = create_engine(administrator_of(database_url))
    with engine.connect() as connection:
        recorded = connection.execute(text("SELECT schedule_id, due FROM schedule_tick")).all()
        commands = connection.execute(text("SELECT body->>'task_id' FROM outbox WHERE kind = 'run_task'")).scalars()
        found = Counter(commands)
    engine.dispose()
    return Counter((row.schedule_id, row.due.astimezone(UTC)) for row in recorded), found


def scheduled_run(installation: Installation, file: Path) -> ScheduleId:
    """Save a configuration of the file, and return a schedule that runs it once, and is due."""
    saved = installation.start("configs", "save", "nightly", str(file))
    assert saved.end() == 0, saved.said
    words = ("--name", "s", "--every", "366d", "--run", "configs", "run", "nightly", "--json")
    made = ScheduleId(installation.start("schedules", "add", *words).document()["id"])
    antiphon = opened(installation)
    with antiphon.schedules.store.begin(antiphon.tenant) as work:
        there = work.schedules.get(made)
        work.schedules.put(attrs.evolve(there, next_due=antiphon.clock.now().replace(microsecond=0)))
        work.commit()
    return made


def relay_all(antiphon: Antiphon) -> None:
    """Send what was committed, as a worker's relay does."""
    WorkerSide(antiphon, places=1).relay.run_once()


def assert_one_job(antiphon: Antiphon, schedule_id: ScheduleId) -> None:
    """Wait until the schedule's tick has led to a job that ended well; there is no other."""

    def ended() -> bool:
        [view] = antiphon.schedules.ticks(antiphon.tenant, schedule_id)
        return view.job is not None and view.job.status.is_end

    look_until(ended, what="the end of the tick's job")
    [view] = antiphon.schedules.ticks(antiphon.tenant, schedule_id)
    assert view.job is not None
    assert (view.job.status, view.job.subject) == ("completed", f"schedule:{schedule_id}")
    assert [there.job.id for there in antiphon.jobs.page(antiphon.tenant)] == [view.job.id]
