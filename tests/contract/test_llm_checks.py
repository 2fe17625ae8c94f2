"""Checks of LLM APIs as rows: history, standings and listings, over every store."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from sqlalchemy import Engine

from adapters.database.llm_due import SqlDueApis
from adapters.database.llm_registry import SqlRegistry
from domain.jobs.errors import FailureKind, NotFound
from domain.llm_validation.api_state import NEVER_CHECKED
from domain.llm_validation.checks import CheckPlace, DueApi, of_the_api
from domain.llm_validation.listing import NEVER_LISTED, Listing
from domain.llm_validation.llm_api import LlmApiId
from domain.llm_validation.llm_model import ModelPlace
from domain.llm_validation.ports import Registry
from tests.contract.building import NOW, THEM, US
from tests.contract.checking import CHAT, DNS, DOWN, LATE, LISTED, a_check
from tests.contract.registering import an_api, registered, registry_of

API, OTHER = an_api(1), an_api(2)
MODEL = ModelPlace(api_id=API.id, model="small")
STORES = ["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=STORES)
def registry(request: pytest.FixtureRequest) -> Registry:
    """Return a registry with two APIs."""
    made = registry_of(request)
    registered(made, API, OTHER)
    return made


def test_a_check_that_is_told_twice_is_stored_once(registry: Registry) -> None:
    """Facts are told at least once; a provider must not look down because its failure was told twice."""
    with registry.begin(US) as work:
        stored = [work.checks.add(a_check(API.id)), work.checks.add(a_check(API.id))]
        work.commit()

    assert stored == [True, False]
    with registry.view(US) as work:
        assert len(work.checks.page(API.id, limit=10)) == 1


def test_a_check_comes_back_as_it_was(registry: Registry) -> None:
    """What people read a week later is what was found, apart from characters that no database stores."""
    passed, failed = a_check(API.id, 1), a_check(API.id, 2, at=NOW + timedelta(seconds=1), rungs=(DNS, LATE))
    with registry.begin(US) as work:
        work.checks.add(passed)
        work.checks.add(failed)
        work.commit()

    with registry.view(US) as work:
        newest, oldest = work.checks.page(API.id, limit=10)

    assert oldest == passed
    assert (newest.kind, newest.broken and newest.broken.rung) == (FailureKind.TIMED_OUT, LATE.rung)


def test_history_is_paged_from_the_newest(registry: Registry) -> None:
    """An hourly check makes 2,000 rows in 90 days; two of one moment must not be lost between pages."""
    with registry.begin(US) as work:
        for no in range(7):
            work.checks.add(a_check(API.id, no, at=NOW + timedelta(seconds=no // 2)))
        work.checks.add(a_check(OTHER.id, 99))
        work.commit()

    seen: list[str] = []
    before = None
    with registry.view(US) as work:
        while page := work.checks.page(API.id, before=before, limit=2):
            seen += [check.id for check in page]
            before = CheckPlace(checked_at=page[-1].checked_at, id=page[-1].id)

    assert seen == [f"check-{no:03d}" for no in (6, 5, 4, 3, 2, 1, 0)]


def test_tokens_are_added_up_since_a_moment(registry: Registry) -> None:
    """The budget of a day counts that day."""
    with registry.begin(US) as work:
        work.checks.add(a_check(API.id, 1, at=NOW - timedelta(days=1)))
        work.checks.add(a_check(API.id, 2))
        work.checks.add(a_check(OTHER.id, 3, rungs=(DNS, CHAT, CHAT)))
        work.commit()

    with registry.view(US) as work:
        assert work.checks.tokens_since(NOW) == 90
        assert work.checks.tokens_since(NOW + timedelta(days=1)) == 0


def test_old_checks_are_forgotten_and_no_others(registry: Registry) -> None:
    """History is kept for 90 days; what was at the very edge stays."""
    with registry.begin(US) as work:
        work.checks.add(a_check(API.id, 1, at=NOW - timedelta(seconds=1)))
        work.checks.add(a_check(API.id, 2))
        assert work.checks.forget(before=NOW) == 1
        work.commit()

    with registry.view(US) as work:
        assert [check.id for check in work.checks.page(API.id, limit=10)] == ["check-002"]


def test_apis_and_models_stand_each_for_itself(registry: Registry) -> None:
    """A model that is down must not read like an API that is."""
    with registry.begin(US) as work:
        work.checks.put_standing(MODEL, DOWN)
        assert work.checks.standing(of_the_api(API.id)) == NEVER_CHECKED
        work.checks.put_standing(of_the_api(API.id), attrs.evolve(DOWN, failures=5))
        work.checks.put_standing(MODEL, attrs.evolve(DOWN, due_at=None))
        work.commit()

    with registry.view(US) as work:
        assert work.checks.standing(MODEL) == attrs.evolve(DOWN, due_at=None)
        assert work.checks.standings() == {
            MODEL: attrs.evolve(DOWN, due_at=None),
            of_the_api(API.id): attrs.evolve(DOWN, failures=5),
        }


def test_the_newest_list_and_the_newest_failure_are_known(registry: Registry) -> None:
    """A list that could not be had keeps the old one, and says how old it is."""
    failed = attrs.evolve(LISTED, failed_at=NOW + timedelta(hours=1), failure="the key is not accepted")
    with registry.begin(US) as work:
        assert work.listings.get(API.id) == NEVER_LISTED
        work.listings.put(API.id, LISTED)
        work.listings.put(API.id, failed)
        work.commit()

    with registry.view(US) as work:
        assert work.listings.get(API.id) == failed
        assert work.listings.get(OTHER.id) == NEVER_LISTED


def test_all_of_an_api_goes_with_it(registry: Registry) -> None:
    """Who removes an account does not keep what was found out about it."""
    with registry.begin(US) as work:
        work.checks.add(a_check(API.id))
        work.checks.put_standing(MODEL, DOWN)
        work.listings.put(API.id, LISTED)
        work.apis.remove(API.id)
        work.commit()

    with registry.view(US) as work:
        assert (work.checks.page(API.id, limit=1), work.checks.standings()) == ([], {})
        assert work.listings.get(API.id) == NEVER_LISTED


def test_nothing_is_noted_of_an_api_that_is_not_there(registry: Registry) -> None:
    """It may be removed while it is checked."""
    gone = LlmApiId("00000000-0000-4000-8000-00000000dead")
    with pytest.raises(NotFound), registry.begin(US) as work:
        work.checks.add(a_check(gone))
    with pytest.raises(NotFound), registry.begin(US) as work:
        work.checks.put_standing(of_the_api(gone), DOWN)
    with pytest.raises(NotFound), registry.begin(US) as work:
        work.listings.put(gone, Listing())


def test_what_is_not_committed_was_not_noted(registry: Registry) -> None:
    """A check and the state it leads to are stored together, or neither."""
    with registry.begin(US) as work:
        work.checks.add(a_check(API.id))
        work.checks.put_standing(MODEL, DOWN)

    with registry.view(US) as work:
        assert (work.checks.page(API.id, limit=1), work.checks.standings()) == ([], {})


def test_due_apis_are_found_in_all_organizations_the_longest_due_first(engine: Engine) -> None:
    """One worker of the installation looks for them; models are no APIs, and the future is not due."""
    registry = SqlRegistry(engine)
    theirs = an_api(3, tenant=THEM)
    registered(registry, API, OTHER)
    registered(registry, theirs)
    with registry.begin(US) as work:
        work.checks.put_standing(of_the_api(API.id), DOWN)
        work.checks.put_standing(ModelPlace(api_id=OTHER.id, model="m"), DOWN)
        work.checks.put_standing(of_the_api(OTHER.id), attrs.evolve(DOWN, due_at=NOW + timedelta(seconds=1)))
        work.commit()
    with registry.begin(THEM) as work:
        work.checks.put_standing(of_the_api(theirs.id), attrs.evolve(DOWN, due_at=NOW - timedelta(minutes=1)))
        work.commit()

    found = SqlDueApis(engine).due(now=NOW, limit=10)

    ours = DueApi(organization_id=US.organization_id, api_id=API.id, due_at=NOW)
    longest = DueApi(organization_id=THEM.organization_id, api_id=theirs.id, due_at=NOW - timedelta(minutes=1))
    assert found == [longest, ours]
    assert SqlDueApis(engine).due(now=NOW, limit=1) == [longest]
