"""An RFP: a questionnaire that somebody handed in to be answered."""

from __future__ import annotations

from datetime import datetime
from typing import NewType

from attrs import frozen

from domain.rfp_answering.questionnaire import Questionnaire
from domain.tenancy import OrganizationId, UserId

RfpId = NewType("RfpId", str)


@frozen(kw_only=True)
class RfpPlace:
    """Where an RFP stands in the list, which begins with the newest; of one moment, the greater id is first."""

    created_at: datetime
    id: RfpId


@frozen(kw_only=True)
class Rfp:
    """One RFP. Its questionnaire is a snapshot of the file; a file that changed is another RFP."""

    id: RfpId
    organization_id: OrganizationId
    questionnaire: Questionnaire
    created_at: datetime
    created_by: UserId

    @property
    def place(self) -> RfpPlace:
        """Where it stands in lists."""
        return RfpPlace(created_at=self.created_at, id=self.id)
