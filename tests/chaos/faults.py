"""What can break in the middle of a run, each as one move on a scene."""

from __future__ import annotations

from collections.abc import Callable

from redis import Redis
from sqlalchemy import create_engine, text

from tests.chaos.scene import HELD_FROM, Scene
from tests.services.logins import administrator_of

Fault = Callable[[Scene], None]


def worker_killed(scene: Scene) -> None:
    """A machine loses power; another takes its place."""
    _start_with_two(scene)
    scene.kill(scene.workers[0])
    scene.add_worker()


def every_worker_killed(scene: Scene) -> None:
    """The cluster is gone for a moment."""
    _start_with_two(scene)
    for worker in list(scene.workers):
        scene.kill(worker)
    scene.add_worker()


def worker_told_to_stop(scene: Scene) -> None:
    """A deployment: it gives back what it has not begun, and costs no call."""
    _start_with_two(scene)
    scene.workers[0].terminate()
    scene.add_worker()


def follower_killed(scene: Scene) -> None:
    """Who started the run is gone; the run is not. Somebody else waits for it."""
    _start_with_two(scene)
    scene.run.kill()
    scene.run = scene.installation.start("jobs", "watch", "last", "--json", database_url=scene.database_url)


def broker_emptied(scene: Scene) -> None:
    """Redis came back without its memory."""
    _start_with_two(scene)
    with _broker(scene) as broker:
        broker.flushdb()


def broker_away(scene: Scene) -> None:
    """Redis restarts with its memory; every connection is cut."""
    _start_with_two(scene)
    scene.cut(scene.broker_gate)


def broker_restarted_empty(scene: Scene) -> None:
    """Every connection is cut, and when Redis is back it knows nothing."""
    _start_with_two(scene)
    with _broker(scene) as broker:
        scene.broker_gate.close()
        broker.flushdb()
    scene.cut(scene.broker_gate)


def results_lost(scene: Scene) -> None:
    """The result store forgets which parts of which chord are done."""
    results = scene.installation.environment["ANTIPHON_BROKER_URL"].rsplit("/", 1)[0] + "/15"
    scene.installation.environment["ANTIPHON_RESULT_BACKEND_URL"] = results
    _start_with_two(scene)
    with Redis.from_url(results) as store:
        store.flushdb()


def database_away(scene: Scene) -> None:
    """A failover: nobody can connect for a moment."""
    _start_with_two(scene, lease_s=5)
    scene.cut(scene.database_gate)


def database_connections_cut(scene: Scene) -> None:
    """Every session is ended in the middle of what it does, twice; the server is there again at once."""
    _start_with_two(scene, lease_s=5)
    for _ in range(2):
        engine = create_engine(administrator_of(scene.database_url))
        with engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        engine.dispose()
        scene.go_on_for_some_calls()


def clock_wrong(scene: Scene) -> None:
    """One machine's clock is ten minutes ahead: all leases of the others look expired to it, and its own eternal."""
    scene.add_worker()
    scene.add_lame_worker(test_clock_off_s=600)
    scene.start()
    scene.go_on_until_some_moment()


def memory_exhausted(scene: Scene) -> None:
    """One process can't grow any more: what it can't do, keeping its leases included, is done by the other."""
    scene.add_lame_worker(test_memory_ends_at=20, lease_s=2)
    scene.add_worker()
    scene.start()
    scene.go_on_until_some_moment()


def all_workers(**settings: object) -> Fault:
    """Return the fault of two workers that both have the same thing wrong with them."""

    def fault(scene: Scene) -> None:
        for _ in range(2):
            scene.add_lame_worker(**settings)
        scene.start()
        scene.go_on_until_some_moment()

    return fault


def dies_at(point: str, nth: int, *, held_from: float = HELD_FROM, **settings: object) -> Fault:
    """
    Return the fault of a worker that dies at an exact point of the code, beside one that goes on.

    A worker whose places are all taken by calls that are held collects nothing: such a point must come before any is.
    """

    def fault(scene: Scene) -> None:
        lame = scene.add_lame_worker(test_dies=f"{point}:{nth}", **settings)
        scene.start(held_from=held_from)
        # alone, it comes to its point for sure; the others find what it left
        scene.wait_for_death(lame)
        scene.add_worker()

    return fault


PLANS = {"lease_s": 2}
"""For who may die while it plans: the plan has a lease of its own, which no worker's name stands at."""

FAULTS: dict[str, Fault] = {
    "worker-killed": worker_killed,
    "every-worker-killed": every_worker_killed,
    "worker-told-to-stop": worker_told_to_stop,
    "follower-killed": follower_killed,
    "broker-emptied": broker_emptied,
    "broker-away": broker_away,
    "broker-restarted-empty": broker_restarted_empty,
    "results-lost": results_lost,
    "database-away": database_away,
    "database-connections-cut": database_connections_cut,
    "clock-wrong": clock_wrong,
    "memory-exhausted": memory_exhausted,
    "messages-three-times-callbacks-early": all_workers(test_sends="thrice"),
    "callbacks-missing": all_workers(test_sends="no-callbacks"),
    "dies-planning-before-freeze": dies_at("planning-before-freeze", 1, **PLANS),
    "dies-relay-before-send": dies_at("relay-before-send", 2),
    "dies-relay-after-send": dies_at("relay-after-send", 2),
    "dies-claimed-not-run": dies_at("claimed-not-run", 5),
    "dies-run-not-recorded": dies_at("run-not-recorded", 40),
    "dies-collect-before": dies_at("collect-before", 1, held_from=1.0),
    "dies-collect-after": dies_at("collect-after", 1, held_from=1.0),
    "dies-sweep-before": dies_at("sweep-before", 1, **PLANS),
    "dies-sweep-after": dies_at("sweep-after", 1, **PLANS),
}


OVER_RABBITMQ = ("worker-killed", "worker-told-to-stop", "broker-away", "callbacks-missing")
IN_LONG_FORM = frozenset({
    "worker-killed",  # every-worker-killed kills one more
    "worker-told-to-stop",  # tests/integration/test_shutdown.py, test_server_runs.py
    "broker-emptied",  # broker-restarted-empty cuts connections, too
    "broker-away",  # the same, with its memory; over RabbitMQ in the suite
    "dies-relay-before-send",  # a death after the sending leaves the same row, and a message beside it
    "dies-claimed-not-run",  # a death after the call leaves the same lease, and a call made
    "dies-collect-before",
    "dies-sweep-before",
})  # fmt: skip
"""Faults that another one contains, beside which they stand: for `run.py chaos`, where they run with several seeds."""
IN_LONG_FORM_OVER_RABBITMQ = frozenset({"worker-told-to-stop", "callbacks-missing"})
"""Those of which the broker is no part."""


def _start_with_two(scene: Scene, **settings: object) -> None:
    scene.add_worker(**settings)
    scene.add_worker(**settings)
    scene.start()
    scene.go_on_until_some_moment()


def _broker(scene: Scene) -> Redis:
    """Return the broker, not through its gate."""
    gate = scene.broker_gate
    address = scene.installation.environment["ANTIPHON_BROKER_URL"].replace(f":{gate.port}/", f":{gate.target_port}/")
    return Redis.from_url(address)
