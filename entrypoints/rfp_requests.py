"""What is asked of RFPs in words: files imported, and stages started whose model is found, unless they can't work."""

from __future__ import annotations

from domain.jobs.job import Job, JobOptions
from domain.jobs.request_key import IdempotencyKey
from domain.rfp_answering.rfp import RfpId
from domain.tenancy import TenantContext
from entrypoints.api.documents.rfps import (
    ImportWords,
    RfpDocument,
    StageWords,
    StartAnswering,
    StartReview,
    rfp_document,
)
from entrypoints.container import Antiphon
from entrypoints.driving import check_drivable


def imported(
    antiphon: Antiphon,
    tenant: TenantContext,
    name: str,
    content: bytes,
    words: ImportWords,
    *,
    key: IdempotencyKey | None = None,
) -> RfpDocument:
    """Import a file, and return the document of the new RFP, or of the one that the same key made before."""
    rfp = antiphon.rfp.answering.add(tenant, content, name=name, wanted=words.wanted(), idempotency_key=key)
    return rfp_document(antiphon.rfp.looking.rfp(tenant, rfp.id).overview)


def start_answering(
    antiphon: Antiphon, tenant: TenantContext, rfp_id: RfpId, words: StartAnswering, key: IdempotencyKey | None
) -> Job:
    """
    Accept the job that *words* ask for.

    Raises: as `RfpAnswering.respond`; Conflict: no model to search with is in use, or the library has no answers.
    """
    services = antiphon.rfp
    services.answering.get(tenant, rfp_id)
    services.readiness.check_answers(tenant, only_approved=not words.include_pending)
    spec = words.spec(rfp_id, model=services.models.responder(tenant, words.model))
    return services.answering.respond(tenant, spec, options=_options(antiphon, words), idempotency_key=key)


def start_review(
    antiphon: Antiphon, tenant: TenantContext, rfp_id: RfpId, words: StartReview, key: IdempotencyKey | None
) -> Job:
    """
    Accept the job that *words* ask for.

    Raises: as `RfpAnswering.review`; Conflict: no model to search with is in use.
    """
    services = antiphon.rfp
    services.answering.get(tenant, rfp_id)
    services.readiness.check_searchable(tenant)
    spec = words.spec(rfp_id, model=services.models.reviewer(tenant, words.model))
    return services.answering.review(tenant, spec, options=_options(antiphon, words), idempotency_key=key)


def _options(antiphon: Antiphon, words: StageWords) -> JobOptions:
    options = words.job_options()
    check_drivable(antiphon.settings, options)
    return options
