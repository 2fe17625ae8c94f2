"""Jobs of both stages for a message or a schedule that names an RFP in place of a job."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from domain.jobs.job import JobId
from domain.jobs.opening import only_id
from domain.jobs.request_key import IdempotencyKey
from domain.rfp_answering.answering import RfpAnswering
from domain.rfp_answering.choosing_models import AuthorModels
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.stage import StageSpec
from domain.tenancy import TenantContext

RFP_ID = "rfp_id"


@frozen(kw_only=True)
class StageOpener:
    """Opens them as if somebody had asked without saying more: all questions, by the organization's default models."""

    answering: RfpAnswering
    models: AuthorModels

    def open_responding(self, tenant: TenantContext, ids: Mapping[str, str], key: IdempotencyKey) -> JobId:
        """
        Accept a job that drafts the answers of the RFP `rfp_id` (`Opener`).

        Raises: as `RfpAnswering.respond`; InvalidInput: other ids than that.
        """
        spec = StageSpec(rfp_id=RfpId(only_id(ids, RFP_ID)), model=self.models.responder(tenant))
        return self.answering.respond(tenant, spec, idempotency_key=key).id

    def open_reviewing(self, tenant: TenantContext, ids: Mapping[str, str], key: IdempotencyKey) -> JobId:
        """
        Accept a job that reviews the drafts of the RFP `rfp_id` (`Opener`).

        Raises: as `RfpAnswering.review`; InvalidInput: other ids than that.
        """
        spec = StageSpec(rfp_id=RfpId(only_id(ids, RFP_ID)), model=self.models.reviewer(tenant))
        return self.answering.review(tenant, spec, idempotency_key=key).id

    def check(self, tenant: TenantContext, ids: Mapping[str, str]) -> None:
        """
        Look whether the RFP that would be worked on is there.

        Raises:
            InvalidInput: other ids than `rfp_id`.
            NotFound: there is no such RFP.
        """
        self.answering.get(tenant, RfpId(only_id(ids, RFP_ID)))
