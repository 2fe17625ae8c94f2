"""
What row-level security costs: the same work with it and without, in turns, on one Postgres and in one run.

    .venv/bin/python -m benchmarks.isolation --rounds 5

*with*: a plain login, each transaction bound to a role and an organization by one statement more, policies on every
table. *without*: a superuser, whom no policy binds, and transactions that do not say whom they are for. The run is
the kernel's own, with items that cost nothing (as in `many_items`): the worst case, since real items wait for a target.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from statistics import median

from attrs import evolve
from sqlalchemy import Engine, event

from adapters.database.engine import bind_transaction, make_engine
from adapters.database.schema import upgrade
from adapters.database.store import SqlStore
from adapters.identifiers import UuidSource
from domain.jobs.claims import Ended
from domain.jobs.job import JobId
from tests.contract.building import NOW, PASSED, US, a_claim, a_job, add_job, processing
from tests.pipelines.large_run import CONCURRENCY, LazyFamily
from tests.pipelines.looking import look_until
from tests.pipelines.rig import Rig
from tests.services import postgres
from tests.services.logins import Addresses, make_database

READS, WRITES, PLANNED = 500, 200, 2100
_numbers = count(1)


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--items", type=int, default=3000)
    options = parser.parse_args()
    work: dict[str, Callable[[Engine], float]] = {
        "read a job, ms": read_a_job,
        "claim and record 1 item, ms": lambda engine: claim_and_record(engine, 1),
        "claim and record 10 items, ms": lambda engine: claim_and_record(engine, 10),
        f"a run of {options.items:,} items, s": lambda engine: run(engine, options.items),
    }
    address, server = postgres.start()
    with ExitStack() as stack:
        stack.callback(server.stop)
        engines = {"with": bound(address), "without": free(address)}
        print(f"{'':<32} {'without':>8} {'with':>8} {'ratio':>6}")
        for name, measure in work.items():
            report(name, [{kind: measure(engine) for kind, engine in engines.items()} for _ in range(options.rounds)])
        for engine in engines.values():
            engine.dispose()


def report(name: str, rounds: list[dict[str, float]]) -> None:
    """Print the medians over the rounds; the ratio is the median of the ratios."""
    ratio = median(found["with"] / found["without"] for found in rounds)
    free_of, bound_by = (median(found[kind] for found in rounds) for kind in ("without", "with"))
    print(f"{name:<32} {free_of:>8.2f} {bound_by:>8.2f} {ratio:>6.2f}", flush=True)


def bound(address: str) -> Engine:
    """Return an engine as the program uses it, on a database of its own."""
    return make_engine(_migrated(address, "antiphon_bound").login, pool_size=16)


def free(address: str) -> Engine:
    """Return an engine that nothing binds, on another database."""
    engine = make_engine(_migrated(address, "antiphon_free").administrator, pool_size=16)
    event.remove(engine, "begin", bind_transaction)
    return engine


def read_a_job(engine: Engine) -> float:
    """Return what a view of one job takes, in milliseconds."""
    store, job_id = SqlStore(engine), _new_id()
    add_job(store, a_job(job_id))

    def read() -> None:
        with store.view(US) as work:
            work.jobs.get(job_id)

    return _each_ms(read, times=READS)


def claim_and_record(engine: Engine, size: int) -> float:
    """Return what the two transactions around an attempt at *size* items take, in milliseconds."""
    store, job_id, numbers = SqlStore(engine), _new_id(), count()
    processing(store, a_job(job_id), planned=PLANNED, shard_size=PLANNED)

    def attempt() -> None:
        wanted = [next(numbers) for _ in range(size)]
        with store.begin(US) as work:
            granted = work.ledger.claim(a_claim(*wanted, job_id=job_id)).granted
            work.commit()
        with store.begin(US) as work:
            work.ledger.record(
                job_id, [Ended(no=item.no, token=item.token, outcome=PASSED) for item in granted], now=NOW
            )
            work.commit()

    return _each_ms(attempt, times=WRITES)


def run(engine: Engine, items: int) -> float:
    """Return what a run of that many items takes, in seconds: plan, chords, claims, records, close."""
    rig = Rig(family=LazyFamily([], size=items), store=SqlStore(engine), threads=CONCURRENCY, places=CONCURRENCY)
    rig.jobs = evolve(rig.jobs, ids=UuidSource())  # the rig counts from one, and there was a run before
    with rig.running():
        began = time.perf_counter()
        job_id = rig.submit(concurrency=CONCURRENCY)
        look_until(lambda: rig.view(job_id).job.status.is_end, within_s=600, what="the end of the run")
        return time.perf_counter() - began


def _migrated(address: str, name: str) -> Addresses:
    database = make_database(address, name)
    owner = make_engine(database.owner)
    upgrade(owner)
    owner.dispose()
    return database


def _each_ms(work: Callable[[], None], *, times: int) -> float:
    work()
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times * 1000


def _new_id() -> JobId:
    return JobId(f"{next(_numbers):08d}-0000-4000-8000-000000000000")


if __name__ == "__main__":
    main()
