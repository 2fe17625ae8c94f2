"""What can be found out about all answers of an RFP together: contradictions, questions asked before, old evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from domain.rfp_answering.findings.contradictions import Answered, Contradiction, contradictions
from domain.rfp_answering.findings.near_duplicates import Asked, Likeness, Similar, similar
from domain.rfp_answering.findings.staleness import StaleAnswer, StaleAnswers
from domain.rfp_answering.ports import RfpStore
from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.stage import StageSpec, standings
from domain.rfp_answering.standing import AnswerState, Standing
from domain.tenancy import TenantContext

MOST_EARLIER = 10_000
"""Answers of other RFPs that are looked at, those of the newest RFPs."""
MOST_FOUND = 1_000


@frozen(kw_only=True)
class SimilarQuestion:
    """
    A question that seems to ask what another one asks, in this RFP or in an earlier one that a person has answered.

    *differing* are the words (stems) that only one of them has. Nothing is merged: a person looks at both.
    """

    no: QuestionNo
    question: str
    other_rfp: RfpId
    other_no: QuestionNo
    other_question: str
    other_answer: str
    likeness: Likeness
    differing: tuple[str, ...]


@frozen(kw_only=True)
class RfpFindings:
    """What was found about the answers of an RFP."""

    contradictions: tuple[Contradiction, ...]
    similar: tuple[SimilarQuestion, ...]
    stale: tuple[StaleAnswer, ...]


@frozen(kw_only=True)
class Inspecting:
    """Changes nothing."""

    rfps: RfpStore
    stale_answers: StaleAnswers

    def findings(self, tenant: TenantContext, rfp_id: RfpId, *, own_names: Sequence[str] = ()) -> RfpFindings:
        """
        Return what there is to look at, at most 1,000 of each kind; *own_names* tell nothing apart.

        Raises:
            NotFound: there is no RFP of this id.
        """
        with self.rfps.view(tenant) as work:
            work.rfps.overview(rfp_id)
            earlier = work.answers.decided(besides=rfp_id, limit=MOST_EARLIER)
        ours = list(standings(self.rfps, tenant, StageSpec(rfp_id=rfp_id)))
        return RfpFindings(
            contradictions=tuple(contradictions(_answered(ours), own_names=own_names)[:MOST_FOUND]),
            similar=tuple(_similar(rfp_id, ours, earlier)[:MOST_FOUND]),
            stale=tuple(self.stale_answers.find(tenant, limit=MOST_FOUND, rfp_id=rfp_id)),
        )

    def stale(self, tenant: TenantContext, *, limit: int) -> list[StaleAnswer]:
        """Return the answers of all RFPs that rest on a document which has changed since."""
        return self.stale_answers.find(tenant, limit=limit)


def _answered(ours: Sequence[Standing]) -> list[Answered]:
    """Return the answers that somebody may send, those that stand in the buyer's file already included."""
    return [
        Answered(no=one.question.no, question=one.question.text, answer=said)
        for one in ours
        if (said := one.question.given or one.answer) and one.state is not AnswerState.REJECTED
    ]


def _similar(
    rfp_id: RfpId, ours: Sequence[Standing], earlier: Sequence[tuple[RfpId, Standing]]
) -> list[SimilarQuestion]:
    by_key = {_key(rfp_id, one): (rfp_id, one) for one in ours}
    before = {_key(other, one): (other, one) for other, one in earlier}
    found = similar(_asked(by_key), earlier=_asked(before))
    every = {**before, **by_key}
    return [_suggested(by_key[one.first][1], *every[one.second], one) for one in found]


def _key(rfp_id: RfpId, standing: Standing) -> str:
    return f"{rfp_id} {standing.question.no}"


def _asked(standing_by_key: Mapping[str, tuple[RfpId, Standing]]) -> list[Asked]:
    return [Asked(key=key, text=one.question.text) for key, (_, one) in standing_by_key.items()]


def _suggested(ours: Standing, other_rfp: RfpId, other: Standing, found: Similar) -> SimilarQuestion:
    return SimilarQuestion(
        no=ours.question.no,
        question=ours.question.text,
        other_rfp=other_rfp,
        other_no=other.question.no,
        other_question=other.question.text,
        other_answer=other.question.given or other.answer,
        likeness=found.likeness,
        differing=found.differing,
    )
