"""What an RFP's report says: each question with its answer, what proves it, and who stands up for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from domain.jobs.ports import Clock
from domain.rfp_answering.authorship import Passages
from domain.rfp_answering.draft import ChunkId
from domain.rfp_answering.findings.inspecting import Inspecting, RfpFindings
from domain.rfp_answering.passage import Passage
from domain.rfp_answering.ports import RfpStore
from domain.rfp_answering.rfp import Rfp, RfpId
from domain.rfp_answering.stage import StageSpec, standings
from domain.rfp_answering.standing import Standing
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class RfpReport:
    """
    An RFP as it stood at a moment; *passages*: those that the drafts that count quote.

    A passage of a document that was removed or rejected, or that says something else by now, is missing.
    """

    rfp: Rfp
    at: datetime
    standings: tuple[Standing, ...]
    passages: Mapping[ChunkId, Passage]
    findings: RfpFindings


@frozen(kw_only=True)
class Reporting:
    """Changes nothing."""

    rfps: RfpStore
    passages: Passages
    inspecting: Inspecting
    clock: Clock

    def report(self, tenant: TenantContext, rfp_id: RfpId) -> RfpReport:
        """
        Return all there is to report of an RFP.

        Raises:
            NotFound: there is no RFP of this id.
        """
        with self.rfps.view(tenant) as work:
            rfp = work.rfps.get(rfp_id)
        found = tuple(standings(self.rfps, tenant, StageSpec(rfp_id=rfp_id)))
        quoted = [quote.chunk_id for one in found if one.draft for quote in one.draft.draft.quotes]
        passages = self.passages.named(tenant, list(dict.fromkeys(quoted)))
        return RfpReport(
            rfp=rfp,
            at=self.clock.now(),
            standings=found,
            passages={one.chunk_id: one for one in passages},
            findings=self.inspecting.findings(tenant, rfp_id),
        )
