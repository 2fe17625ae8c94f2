"""What is asked of summaries in words: jobs whose model is found, unless they can't work."""

from __future__ import annotations

from domain.jobs.job import Job
from domain.jobs.request_key import IdempotencyKey
from domain.rfp_answering.summaries.information_document import InformationId
from domain.rfp_answering.summaries.spec import SummarySpec
from domain.tenancy import TenantContext
from entrypoints.api.documents.rfp_summaries import SummaryWords
from entrypoints.container import Antiphon
from entrypoints.driving import check_drivable


def start_summarizing(
    antiphon: Antiphon,
    tenant: TenantContext,
    document_id: InformationId,
    words: SummaryWords,
    key: IdempotencyKey | None,
) -> Job:
    """
    Accept the job that *words* ask for.

    Raises: as `Summaries.summarize`; InvalidInput: the words name no model, or one that can't be used here.
    """
    services = antiphon.summaries
    services.summaries.check(tenant, document_id)
    spec = SummarySpec(document_id=document_id, model=services.models.responder(tenant, words.model))
    options = words.job_options()
    check_drivable(antiphon.settings, options)
    return services.summaries.summarize(tenant, spec, options=options, idempotency_key=key)
