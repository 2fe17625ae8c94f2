"""Checking drafts beside this machine's database."""

from __future__ import annotations

from attrs import frozen

from domain.rfp_answering.measuring.measuring import Measuring
from domain.rfp_answering.rfp import RfpId
from domain.tenancy import TenantContext
from entrypoints.api.documents.rfp_checks import RfpCheckDocument, RfpCheckWords, expectations, rfp_check_document


@frozen(kw_only=True)
class LocalRfpChecks:
    """`RfpChecks` of this machine's database."""

    measuring: Measuring
    tenant: TenantContext

    def check(self, rfp_id: str, words: RfpCheckWords) -> RfpCheckDocument:
        return rfp_check_document(self.measuring.measure(self.tenant, RfpId(rfp_id), expectations(words)))
