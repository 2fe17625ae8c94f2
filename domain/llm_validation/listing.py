"""The newest list of an API's models: how old it is, and why there is no newer one."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from attrs import field, frozen
from attrs.validators import ge

from domain.llm_validation.llm_api import LlmApiId


@frozen(kw_only=True)
class Listing:
    """
    When the list was had, and how many models it named; None and 0 before the first.

    *failed_at* and *failure* are of the newest attempt since then that brought none.
    """

    listed_at: datetime | None = None
    count: int = field(default=0, validator=ge(0))
    failed_at: datetime | None = None
    failure: str = ""


NEVER_LISTED = Listing()


class Listings(Protocol):
    """The newest list of each API of one organization."""

    def get(self, api_id: LlmApiId) -> Listing:
        """Return what is known of it; `NEVER_LISTED` where nothing is."""

    def put(self, api_id: LlmApiId, listing: Listing) -> None:
        """
        Store what is known of it.

        Raises:
            NotFound: there is no such API.
        """
