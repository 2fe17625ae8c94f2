"""Workers of a server tell webhooks: several at once, each event once; what a killed one had in hand comes again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import attrs
import pytest
from sqlalchemy import create_engine, text

from adapters.database.engine import make_engine
from adapters.database.store import SqlStore
from adapters.secrets.master_keys import new_key
from domain.jobs.job import JobStatus
from domain.tenancy import OrganizationId
from entrypoints.settings import DEFAULT_ORGANIZATION
from tests.contract.building import US, a_job, ended_as
from tests.integration.processes import Installation
from tests.pipelines.looking import look_until
from tests.pipelines.newsroom import OK, ended, event_ids
from tests.services.http_server import Received, ScriptedServer, Wire, always
from tests.services.logins import administrator_of

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

OURS = attrs.evolve(US, organization_id=OrganizationId(DEFAULT_ORGANIZATION))


@pytest.fixture(autouse=True)
def _master_key(installation: Installation) -> None:
    """The key that signing secrets are encrypted under; a server makes none by itself."""
    installation.environment["ANTIPHON_SECRET_KEY"] = new_key()


def test_two_workers_tell_three_webhooks_of_a_hundred_jobs_once_each(
    installation: Installation, database_url: str
) -> None:
    """Two that look at one queue at once must not both call; and nothing may be left lying."""
    with ScriptedServer(always(OK)) as receiver:
        _add(installation, [f"{receiver.url}/{name}" for name in ("a", "b", "c")])
        _jobs_end(database_url, range(100))
        for _ in range(2):
            installation.worker()
        look_until(lambda: _states(database_url) == {"delivered": 300}, what="300 deliveries")

    told = Counter((request.path, request.headers["webhook-id"]) for request in receiver.received)
    assert len(told) == 300
    assert set(told.values()) == {1}


def test_what_a_killed_worker_had_in_hand_is_told_by_another(installation: Installation, database_url: str) -> None:
    """It died with the receiver's answer on its way: the event comes again, with the same id."""
    with ScriptedServer(always(OK)) as receiver:
        _add(installation, [receiver.url])
        _jobs_end(database_url, range(5))
        killed = installation.worker()

        def kills(_request: Received, wire: Wire) -> None:
            killed.kill()
            wire.hang_up()

        receiver.script = kills
        look_until(lambda: not killed.is_running, what="the worker is killed as it tells")
        receiver.script = always(OK)
        [lost] = event_ids(receiver.received)
        _let_holds_pass(database_url)
        installation.worker()
        look_until(lambda: _states(database_url) == {"delivered": 5}, what="5 deliveries")

    told = Counter(event_ids(receiver.received))
    assert len(told) == 5
    assert {event_id for event_id, times in told.items() if times > 1} == {lost}


def _add(installation: Installation, urls: Sequence[str]) -> None:
    for url in urls:
        added = installation.start("webhooks", "add", url, "--json").document()
        assert added["exit_code"] == 0


def _jobs_end(database_url: str, numbers: range) -> None:
    engine = make_engine(database_url)
    with SqlStore(engine).begin(OURS) as work:
        for no in numbers:
            fact = ended(no)
            work.jobs.add(ended_as(a_job(fact.job_id, tenant=OURS), JobStatus.COMPLETED))
            work.outbox.add(fact, now=datetime.now(UTC))  # behind the webhooks, by the clock that workers go by
        work.commit()
    engine.dispose()


def _states(database_url: str) -> dict[str, int]:
    engine = create_engine(administrator_of(database_url))
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT state, count(*) FROM delivery GROUP BY state")).all()
    engine.dispose()
    return {str(state): int(count) for state, count in rows}


def _let_holds_pass(database_url: str) -> None:
    """Do what two minutes would: nobody waits for them here."""
    engine = create_engine(administrator_of(database_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE delivery SET held_until = now() - interval '1 second' WHERE state = 'pending'"))
    engine.dispose()
