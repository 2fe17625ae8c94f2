"""What failed is checked again sooner than the schedule does: once, whoever looks, and nothing that is switched off."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs
import pytest

from domain.jobs.item import WorkerId
from domain.jobs.service import JobView
from domain.llm_validation.api_state import Standing, StateName
from domain.llm_validation.checks import DueApi, of_the_api
from domain.llm_validation.llm_api import LlmApi
from entrypoints.container import Antiphon
from tests.contract.registering import an_api


@pytest.fixture
def api(antiphon: Antiphon) -> LlmApi:
    """An API that failed its last check, and is due."""
    made = an_api(1, tenant=antiphon.tenant)
    with antiphon.llm.registry.begin(antiphon.tenant) as work:
        work.apis.add(made)
        work.commit()
    be_due(antiphon, made, at=antiphon.clock.now() - timedelta(seconds=1))
    return made


def be_due(antiphon: Antiphon, api: LlmApi, *, at: datetime) -> None:
    """Have the API be due then."""
    failed = Standing(state=StateName.UP, failures=1, troubles=1, checked_at=at, due_at=at)
    with antiphon.llm.registry.begin(antiphon.tenant) as work:
        work.checks.put_standing(of_the_api(api.id), failed)
        work.commit()


def due_at(antiphon: Antiphon, api: LlmApi) -> datetime | None:
    """Return when it is due."""
    with antiphon.llm.registry.view(antiphon.tenant) as work:
        return work.checks.standing(of_the_api(api.id)).due_at


def jobs(antiphon: Antiphon) -> list[JobView]:
    """Return the validations that were started."""
    return antiphon.jobs.page(antiphon.tenant, kind="llm_validation")


def test_what_is_due_is_checked_once(antiphon: Antiphon, api: LlmApi) -> None:
    """However often it is looked, and by however many."""
    started = [antiphon.checks.rechecking.start_due() for _ in range(3)]

    assert started == [1, 0, 0]
    assert [view.job.subject for view in jobs(antiphon)] == [api.id]
    later = due_at(antiphon, api)
    assert later is not None
    assert later > antiphon.clock.now()


def test_two_that_look_at_once_start_one_check(antiphon: Antiphon, api: LlmApi) -> None:
    """The turn may be taken by two for a moment; the job's key is made from the time it was due."""
    _ = api
    both = antiphon.checks.rechecking.due.due(now=antiphon.clock.now(), limit=9)
    antiphon.checks.rechecking.start_due()

    class Stale:
        """What another worker read before."""

        def due(self, *, now: datetime, limit: int) -> list[DueApi]:  # noqa: ARG002  # the port's words
            return list(both)

    attrs.evolve(antiphon.checks.rechecking, due=Stale()).start_due()

    assert len(jobs(antiphon)) == 1


def test_what_is_not_due_yet_waits(antiphon: Antiphon, api: LlmApi) -> None:
    """Jitter and backoff are in the time itself."""
    be_due(antiphon, api, at=antiphon.clock.now() + timedelta(minutes=2))

    assert antiphon.checks.rechecking.start_due() == 0
    assert jobs(antiphon) == []


def test_what_is_switched_off_is_left_alone_for_good(antiphon: Antiphon, api: LlmApi) -> None:
    """Nobody calls what its owner has switched off, and nobody asks again every ten seconds."""
    with antiphon.llm.registry.begin(antiphon.tenant) as work:
        work.apis.put(attrs.evolve(api, is_active=False))
        work.commit()

    assert antiphon.checks.rechecking.start_due() == 0
    assert (jobs(antiphon), due_at(antiphon, api)) == ([], None)


def test_who_looks_takes_turns(antiphon: Antiphon, api: LlmApi) -> None:
    """One worker of an installation does it; another one when that is gone."""
    _ = api
    look = antiphon.checks.rechecking.in_turn

    assert look(WorkerId("one"), rest_s=60)
    assert not look(WorkerId("two"), rest_s=60)
