"""Checks of LLM APIs in memory: their history, how APIs and models stand, and how old lists of models are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from attrs import define, field, frozen

from adapters.memory.journal import Journal
from domain.jobs.errors import NotFound
from domain.llm_validation.api_state import NEVER_CHECKED, Standing
from domain.llm_validation.check import Check, CheckId
from domain.llm_validation.checks import CheckPlace
from domain.llm_validation.listing import NEVER_LISTED, Listing
from domain.llm_validation.llm_api import LlmApiId
from domain.llm_validation.llm_model import ModelPlace


@define
class CheckRows:
    """What is known of one organization's checks."""

    checks: dict[CheckId, Check] = field(factory=dict)
    standings: dict[ModelPlace, Standing] = field(factory=dict)
    listings: dict[LlmApiId, Listing] = field(factory=dict)

    def drop(self, api_id: LlmApiId, journal: Journal) -> None:
        """Forget all of an API, as a database does when it is removed."""
        for check in [check for check in self.checks.values() if check.api_id == api_id]:
            journal.drop(self.checks, check.id)
        for place in [place for place in self.standings if place.api_id == api_id]:
            journal.drop(self.standings, place)
        if api_id in self.listings:
            journal.drop(self.listings, api_id)


@frozen(kw_only=True)
class MemoryChecks:
    """`Checks` of one organization; *apis* are the ids there are."""

    rows: CheckRows
    apis: Collection[LlmApiId]
    journal: Journal

    def add(self, check: Check) -> bool:
        """Store the check; return whether it was new."""
        if check.id in self.rows.checks:
            return False
        _insist(self.apis, check.api_id)
        self.journal.put(self.rows.checks, check.id, check)
        return True

    def page(self, api_id: LlmApiId, *, before: CheckPlace | None = None, limit: int) -> list[Check]:
        """Return checks of an API, newest first, from just behind *before*."""
        newest = sorted(
            (check for check in self.rows.checks.values() if check.api_id == api_id), key=_place, reverse=True
        )
        behind = [check for check in newest if before is None or _place(check) < (before.checked_at, before.id)]
        return behind[:limit]

    def tokens_since(self, moment: datetime) -> int:
        """Return how many tokens the checks since then took."""
        return sum(check.usage.tokens for check in self.rows.checks.values() if check.checked_at >= moment)

    def forget(self, *, before: datetime) -> int:
        """Forget checks that are older."""
        old = [check.id for check in self.rows.checks.values() if check.checked_at < before]
        for check_id in old:
            self.journal.drop(self.rows.checks, check_id)
        return len(old)

    def standing(self, place: ModelPlace) -> Standing:
        """Return how an API or a model stands."""
        return self.rows.standings.get(place, NEVER_CHECKED)

    def standings(self) -> Mapping[ModelPlace, Standing]:
        """Return how all of them stand that were ever checked."""
        return dict(self.rows.standings)

    def put_standing(self, place: ModelPlace, standing: Standing) -> None:
        """Store how an API or a model stands."""
        _insist(self.apis, place.api_id)
        self.journal.put(self.rows.standings, place, standing)


@frozen(kw_only=True)
class MemoryListings:
    """`Listings` of one organization."""

    rows: CheckRows
    apis: Collection[LlmApiId]
    journal: Journal

    def get(self, api_id: LlmApiId) -> Listing:
        """Return what is known of the newest list."""
        return self.rows.listings.get(api_id, NEVER_LISTED)

    def put(self, api_id: LlmApiId, listing: Listing) -> None:
        """Store what is known of it."""
        _insist(self.apis, api_id)
        self.journal.put(self.rows.listings, api_id, listing)


def _place(check: Check) -> tuple[datetime, CheckId]:
    return check.checked_at, check.id


def _insist(apis: Collection[LlmApiId], api_id: LlmApiId) -> None:
    if api_id not in apis:
        raise NotFound(f"there is no LLM API {api_id} in this organization; `antiphon llm list` shows those there are")
