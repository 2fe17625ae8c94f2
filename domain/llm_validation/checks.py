"""What checks need of a store: their history, and how each API and model stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from attrs import frozen

from domain.llm_validation.api_state import Standing
from domain.llm_validation.check import Check, CheckId
from domain.llm_validation.llm_api import LlmApiId
from domain.llm_validation.llm_model import ModelPlace
from domain.tenancy import OrganizationId


def of_the_api(api_id: LlmApiId) -> ModelPlace:
    """Return the place that stands for the API itself, and for none of its models."""
    return ModelPlace(api_id=api_id, model="")


@frozen(kw_only=True)
class CheckPlace:
    """Where a check stands in lists, which begin with the newest; of two at one moment, the greater id is first."""

    checked_at: datetime
    id: CheckId


class Checks(Protocol):
    """The checks of the APIs of one organization."""

    def add(self, check: Check) -> bool:
        """Store the check; return whether it was new: the same one may be told twice."""

    def page(self, api_id: LlmApiId, *, before: CheckPlace | None = None, limit: int) -> list[Check]:
        """Return checks of an API, newest first, from just behind *before*."""

    def tokens_since(self, moment: datetime) -> int:
        """Return how many tokens the checks since then took."""

    def forget(self, *, before: datetime) -> int:
        """Forget checks that are older; return how many there were."""

    def standing(self, place: ModelPlace) -> Standing:
        """Return how an API (`of_the_api`) or a model stands; one that was never checked is unknown."""

    def standings(self) -> Mapping[ModelPlace, Standing]:
        """Return how all of them stand that were ever checked."""

    def put_standing(self, place: ModelPlace, standing: Standing) -> None:
        """
        Store how an API or a model stands.

        Raises:
            NotFound: there is no such API.
        """


@frozen(kw_only=True)
class DueApi:
    """An API that is to be checked sooner than the schedule does, and since when."""

    organization_id: OrganizationId
    api_id: LlmApiId
    due_at: datetime


class DueApis(Protocol):
    """What is due in the whole installation: ids and times only."""

    def due(self, *, now: datetime, limit: int) -> list[DueApi]:
        """Return the APIs that are due, the longest due first."""
