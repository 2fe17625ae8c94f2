"""An RFP without its questions: what lists show, read without reading a thousand questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from domain.rfp_answering.questionnaire import Columns, Form
from domain.rfp_answering.rfp import Rfp, RfpId, RfpPlace
from domain.rfp_answering.standing import AnswerState
from domain.tenancy import UserId


@frozen(kw_only=True)
class RfpOverview:
    """An RFP, and how many of its questions stand where; *columns* are those that they were found in."""

    id: RfpId
    name: str
    form: Form
    file_hash: str
    columns: tuple[Columns, ...]
    created_at: datetime
    created_by: UserId
    states: Mapping[AnswerState, int]

    @property
    def questions(self) -> int:
        """How many questions there are."""
        return sum(self.states.values())

    @property
    def place(self) -> RfpPlace:
        """Where it stands in lists."""
        return RfpPlace(created_at=self.created_at, id=self.id)


def overview_of(rfp: Rfp, states: Counter[AnswerState]) -> RfpOverview:
    """Return the overview of an RFP whose questions stand so; its questions are not looked at."""
    asked = rfp.questionnaire
    return RfpOverview(
        id=rfp.id,
        name=asked.name,
        form=asked.form,
        file_hash=asked.file_hash,
        columns=asked.columns,
        created_at=rfp.created_at,
        created_by=rfp.created_by,
        states={state: states[state] for state in AnswerState if states[state]},
    )
