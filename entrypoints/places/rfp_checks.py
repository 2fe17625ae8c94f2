"""What `antiphon rfp check` asks of where it acts."""

from __future__ import annotations

from typing import Protocol

from entrypoints.api.documents.rfp_checks import RfpCheckDocument, RfpCheckWords


class RfpChecks(Protocol):
    """How good the drafts of one organization's RFPs are."""

    def check(self, rfp_id: str, words: RfpCheckWords) -> RfpCheckDocument:
        """
        Return how the newest drafts of an RFP do, by what is expected of them.

        Raises:
            NotFound: there is no such RFP.
            InvalidInput: the expectations are of other questions, or contradict themselves.
            Conflict: none of these questions has a draft.
        """
