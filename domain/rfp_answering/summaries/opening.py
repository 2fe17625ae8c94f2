"""Jobs that summarize, for a message that names a document in place of a job."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from domain.jobs.job import JobId
from domain.jobs.opening import only_id
from domain.jobs.request_key import IdempotencyKey
from domain.rfp_answering.choosing_models import AuthorModels
from domain.rfp_answering.summaries.information_document import InformationId
from domain.rfp_answering.summaries.service import Summaries
from domain.rfp_answering.summaries.spec import SummarySpec
from domain.tenancy import TenantContext

DOCUMENT_ID = "document_id"


@frozen(kw_only=True)
class SummaryOpener:
    """Opens them as if somebody had asked without saying more: by the organization's default model for chats."""

    summaries: Summaries
    models: AuthorModels

    def open(self, tenant: TenantContext, ids: Mapping[str, str], key: IdempotencyKey) -> JobId:
        """
        Accept a job that summarizes the information document `document_id` (`Opener`).

        Raises: as `Summaries.summarize`; InvalidInput: other ids than that.
        """
        document_id = InformationId(only_id(ids, DOCUMENT_ID))
        spec = SummarySpec(document_id=document_id, model=self.models.responder(tenant))
        return self.summaries.summarize(tenant, spec, idempotency_key=key).id
