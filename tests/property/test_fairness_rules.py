"""Sharing places: nobody is starved, organizations are equals, and priority counts inside an organization only."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from domain.jobs.fairness import Party, neediest
from domain.jobs.job import JobId, Priority
from domain.tenancy import OrganizationId

parties = st.builds(
    Party,
    organization_id=st.sampled_from([OrganizationId("a"), OrganizationId("b")]),
    job_id=st.sampled_from([JobId(name) for name in ("one", "two", "three")]),
    weight=st.sampled_from([priority.weight for priority in Priority]),
)


@given(waiting=st.lists(parties, min_size=1, unique=True), places=st.integers(1, 100))
def test_organizations_that_wait_hold_the_same_number_of_places(waiting: list[Party], places: int) -> None:
    """One with ten jobs, or with a job of high priority, gets no more than one with a single job of low priority."""
    held = _handed_out(waiting, places)

    of_organization = Counter[str]()
    for party in waiting:
        of_organization[party.organization_id] += held[party]
    assert max(of_organization.values()) - min(of_organization.values()) <= 1


@given(waiting=st.lists(parties, min_size=1, unique=True), places=st.integers(1, 200))
def test_jobs_of_one_organization_share_by_weight(waiting: list[Party], places: int) -> None:
    """No job is a whole place (for its weight) ahead of one that holds less."""
    alone = [party for party in waiting if party.organization_id == waiting[0].organization_id]

    held = _handed_out(alone, places)

    for ahead in alone:
        for behind in alone:
            assert (held[ahead] - 1) / ahead.weight <= held[behind] / behind.weight


@given(waiting=st.lists(parties, min_size=2, unique=True), greedy=parties, places=st.integers(1, 1000))
def test_who_holds_nothing_is_served_within_a_round(waiting: list[Party], greedy: Party, places: int) -> None:
    """However much another job has taken before: it can't keep the next free places for itself."""
    held = Counter({greedy: places})

    for _ in waiting:
        held[neediest(waiting, held)] += 1

    newcomers = [party for party in waiting if party.organization_id != greedy.organization_id]
    assert not newcomers or sum(held[party] for party in newcomers) >= min(len(waiting), places)


def test_among_equals_who_waits_longest_is_first() -> None:
    """The first in line."""
    first, second = (Party(organization_id=OrganizationId(name), job_id=JobId("job")) for name in ("first", "second"))

    assert neediest([first, second], {}) == first


def _handed_out(waiting: list[Party], places: int) -> Counter[Party]:
    """Return what each holds when so many places were handed out while all of them waited."""
    held: Counter[Party] = Counter()
    for _ in range(places):
        held[neediest(waiting, held)] += 1
    return held
