"""Where the answers of an RFP stand in the library, and that this very RFP is never answered from there."""

from __future__ import annotations

from domain.embedding.search import MOST_HITS
from domain.rfp_answering.authorship import Passages, Spent
from domain.rfp_answering.passage import Passage
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.stage import StageSpec
from domain.tenancy import TenantContext

DEEP = 3
"""So many times the passages wanted are looked for: those of the RFP's own answers are left out of them."""


def answers_location(rfp_id: RfpId) -> str:
    """Return the location of the library document that is made of an RFP's answers."""
    return f"rfp-answers/{rfp_id}.md"


def passages_for(
    passages: Passages, tenant: TenantContext, spec: StageSpec, text: str, *, spent: Spent
) -> tuple[Passage, ...]:
    """
    Return the passages that an answer may rest on, nearest first: none of this RFP's own, or it would prove itself.

    *spent* hears what finding them cost. Raises: as `Passages.find`.
    """
    own = answers_location(spec.rfp_id)
    found = passages.find(tenant, text, k=spec.passages, only_approved=spec.only_approved, spent=spent)
    if any(one.location == own for one in found):  # seldom: only what was put into the library is found there
        deep = min(spec.passages * DEEP, MOST_HITS)
        found = passages.find(tenant, text, k=deep, only_approved=spec.only_approved, spent=spent)
    return tuple(one for one in found if one.location != own)[: spec.passages]
