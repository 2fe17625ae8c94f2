"""What is asked of summaries in words: jobs whose model is found, and refused before anything is stored."""

from __future__ import annotations

from domain.jobs.job import Job, JobOptions
from domain.jobs.request_key import IdempotencyKey
from domain.language_models.model import ModelSpec
from domain.rfp_answering.summaries.extractive_summary import EXTRACTIVE
from domain.rfp_answering.summaries.information_document import InformationId
from domain.rfp_answering.summaries.spec import SummarySpec
from domain.tenancy import TenantContext
from entrypoints.api.documents.rfp_summaries import SummaryAuthorDocument, SummaryWords
from entrypoints.container import Antiphon
from entrypoints.driving import check_drivable


def check_summarizing(antiphon: Antiphon, tenant: TenantContext, words: SummaryWords) -> SummaryAuthorDocument:
    """
    Return who would summarize by *words*: what is refused here is refused while there is no document yet.

    Raises:
        InvalidInput: the words name no model, or one that can't be used here.
        BrokenSettings: such a job could not be worked on here.
    """
    model, _options = _checked(antiphon, tenant, words)
    return SummaryAuthorDocument(author=EXTRACTIVE.name if model is None else model.name)


def start_summarizing(
    antiphon: Antiphon,
    tenant: TenantContext,
    document_id: InformationId,
    words: SummaryWords,
    key: IdempotencyKey | None,
) -> Job:
    """
    Accept the job that *words* ask for.

    Raises: as `Summaries.summarize`, and as `check_summarizing`.
    """
    services = antiphon.summaries
    services.summaries.check(tenant, document_id)
    model, options = _checked(antiphon, tenant, words)
    spec = SummarySpec(document_id=document_id, model=model)
    return services.summaries.summarize(tenant, spec, options=options, idempotency_key=key)


def _checked(antiphon: Antiphon, tenant: TenantContext, words: SummaryWords) -> tuple[ModelSpec | None, JobOptions]:
    model, options = antiphon.summaries.models.responder(tenant, words.model), words.job_options()
    check_drivable(antiphon.settings, options)
    return model, options
