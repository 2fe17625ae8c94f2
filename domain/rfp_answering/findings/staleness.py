"""Which answers rest on what a document says no more: their evidence was true once, and has to be looked at again."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from domain.rfp_answering.questionnaire import Question
from domain.rfp_answering.records import Decision, DecisionKind
from domain.rfp_answering.rfp import RfpId
from domain.tenancy import TenantContext


class StaleReason(StrEnum):
    """What became of a document since it was quoted."""

    CHANGED = "changed"
    REJECTED = "rejected"
    REMOVED = "removed"


@frozen(kw_only=True)
class StaleAnswer:
    """
    A question whose newest draft quotes a *generation* of a document that readers see no more, or must not rely on.

    *visible* is the generation that they see now (0: none). *decision* is what a person decided on the answer last: a
    job drafts anew only what nobody has answered for.
    """

    rfp_id: RfpId
    rfp_name: str
    question: Question
    decision: DecisionKind | None
    document_id: str
    title: str
    generation: int
    visible: int
    reason: StaleReason


class StaleAnswers(Protocol):
    """Looks at answers and library at one moment."""

    def find(self, tenant: TenantContext, *, limit: int, rfp_id: RfpId | None = None) -> list[StaleAnswer]:
        """
        Return the answers that rest on what has changed since, of one RFP or all: those of the newest RFPs first.

        An answer is listed once for each document that it must be compared with. What a person approved or wrote after
        that document last changed is not listed: it is their word that it holds (`is_decided_since`).

        Raises:
            ServiceUnavailable: the store can't be reached, or refuses to work.
        """


def is_decided_since(decision: Decision | None, changed_at: datetime) -> bool:
    """Return whether a person has stood up for an answer since its document changed."""
    return decision is not None and decision.kind is not DecisionKind.REJECTED and decision.at >= changed_at


def stale_reason(generation: int, *, visible: int, is_removed: bool, is_rejected: bool) -> StaleReason | None:
    """Return why a quote of this *generation* proves nothing now; None where it still stands there."""
    if is_removed or visible == 0:
        return StaleReason.REMOVED
    if is_rejected:
        return StaleReason.REJECTED
    return None if generation == visible else StaleReason.CHANGED
