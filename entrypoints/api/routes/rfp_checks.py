"""/v1/rfps/{id}/checks: how good drafts are, by what somebody expects of them."""

from __future__ import annotations

from fastapi import APIRouter

from entrypoints.api.callers import Reader, Services
from entrypoints.api.checking import at
from entrypoints.api.documents.rfp_checks import RfpCheckDocument, RfpCheckWords, expectations, rfp_check_document
from entrypoints.api.problems import documented
from entrypoints.api.routes.rfps import TheRfp

router = APIRouter(prefix="/v1/rfps", tags=["rfps"])


@router.post("/{rfp_id}/checks", operation_id="check_rfp", responses=documented(404, 409))
def check_rfp(caller: Reader, antiphon: Services, rfp_id: TheRfp, words: RfpCheckWords) -> RfpCheckDocument:
    """
    Compare the newest drafts with what is expected: precision and recall of `no_answer` and of evidence; kept nowhere.

    409: none of these questions has a draft.
    """
    with at("/body"):
        return rfp_check_document(antiphon.rfp.measuring.measure(caller, rfp_id, expectations(words)))
