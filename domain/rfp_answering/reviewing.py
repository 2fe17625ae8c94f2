"""Stage two: one item reviews one draft, by somebody who did not write it; a review edits nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from attrs import frozen

from domain.jobs.family import Keep
from domain.jobs.item import Document, Item, ItemState, Outcome, PlannedItem
from domain.jobs.job import Job
from domain.rfp_answering.authorship import Opinion, Reviewer, Spent
from domain.rfp_answering.draft import AnswerVerdict, Draft
from domain.rfp_answering.own_answers import passages_for
from domain.rfp_answering.passage import Passage
from domain.rfp_answering.proving.evidence import Check, examine
from domain.rfp_answering.questionnaire import Question
from domain.rfp_answering.records import Author, Comment, DraftRecord, ReviewRecord, ReviewVerdict
from domain.rfp_answering.stage import (
    RESPONDING,
    REVIEWING,
    Stage,
    StageRunner,
    StageSpec,
    counting_deferrals,
)
from domain.tenancy import TenantContext

REPEATING = Author(name="checks", prompts=("checks@1",))


@frozen(kw_only=True)
class Reviewing(Stage):
    """The family."""

    @property
    def kind(self) -> str:
        """`rfp_reviewer`."""
        return REVIEWING

    def plan(self, tenant: TenantContext, job: Job) -> Iterator[PlannedItem]:
        """
        Yield an item for each draft that no person has answered for, and that this reviewer has not seen.

        Raises:
            Conflict: the RFP is being drafted.
        """
        for standing in self._to_do(tenant, job, beside=RESPONDING):
            if standing.may_be_reviewed and standing.draft is not None:
                no = standing.question.no
                yield PlannedItem(key=str(no), input={"no": no, "draft": standing.draft.version})

    def prepare(self, tenant: TenantContext, job: Job) -> Critic:
        """
        Return what reviews the job's drafts.

        Raises:
            InvalidInput: the model can't be used here.
        """
        spec = StageSpec.from_document(job.spec)
        return Critic(
            tenant=tenant,
            job=job,
            spec=spec,
            reviewer=self.authors.reviewer(tenant, job, spec.model),
            rfps=self.rfps,
            passages=self.passages,
            clock=self.clock,
        )


@frozen(kw_only=True)
class Critic(StageRunner):
    """The runner: one draft an item."""

    reviewer: Reviewer

    def run(self, item: Item, *, deadline_s: float, keep: Keep) -> Outcome:
        """Review the draft that counts now, and store the review."""
        standing = self._standing(item)
        if standing.draft is None or not standing.may_be_reviewed:
            return Outcome(state=ItemState.SKIPPED, result={"reason": "somebody has answered for it meanwhile"})
        there = standing.current_review
        if there is not None and there.author == self.reviewer.author:
            return self._known(there)
        with counting_deferrals(keep, item.progress or {}):
            spent = partial(keep, item.progress or {})
            opinion = self._opinion(standing.question, standing.draft, spent=spent, deadline_s=deadline_s)
        review = ReviewRecord(
            rfp_id=self.spec.rfp_id,
            no=standing.question.no,
            draft_version=standing.draft.version,
            verdict=opinion.verdict,
            scores=opinion.scores,
            comments=opinion.comments,
            author=self.reviewer.author,
            job_id=self.job.id,
            made_at=self.clock.now(),
            usage=opinion.usage,
        )
        with self.rfps.begin(self.tenant) as work:
            work.answers.add_review(review)
            work.commit()
        return Outcome(
            state=ItemState.SUCCEEDED, verdict=review.verdict.value, result=result_of(review), usage=opinion.usage
        )

    def _opinion(self, question: Question, record: DraftRecord, *, spent: Spent, deadline_s: float) -> Opinion:
        """Ask the reviewer; what the checks found stands above any opinion, and is said with it."""
        shown = self.passages.named(self.tenant, [one.chunk_id for one in record.draft.quotes])
        more = passages_for(self.passages, self.tenant, self.spec, question.text, spent=spent)
        passages = (*shown, *(one for one in more if one.chunk_id not in {there.chunk_id for there in shown}))
        return self.reviewer.review(question, record.draft, passages, deadline_s=deadline_s)

    def _known(self, review: ReviewRecord) -> Outcome:
        if review.job_id == self.job.id:  # this job made it, and did not live to say so
            return Outcome(
                state=ItemState.SUCCEEDED, verdict=review.verdict.value, result=result_of(review), usage=review.usage
            )
        result = {**result_of(review), "reason": "this reviewer has reviewed this draft already"}
        return Outcome(state=ItemState.SKIPPED, verdict=review.verdict.value, result=result)


def result_of(review: ReviewRecord) -> Document:
    """Return what the item's row says of a review."""
    return {
        "no": review.no,
        "draft": review.draft_version,
        "verdict": review.verdict.value,
        "scores": dict(review.scores),
        "comments": [{"sentence": one.sentence, "text": one.text} for one in review.comments],
        "author": review.author.name,
        "prompts": list(review.author.prompts),
    }


@frozen(kw_only=True)
class RepeatingReviewer:
    """
    `Reviewer` without a model: it says once more what can be checked, against the passages as they are now.

    It understands nothing, and is labelled so wherever it reviewed. *own_names* need no evidence.
    """

    own_names: tuple[str, ...] = ()

    @property
    def author(self) -> Author:
        """Who this is."""
        return REPEATING

    def review(self, question: Question, draft: Draft, passages: Sequence[Passage], *, deadline_s: float) -> Opinion:
        """Accept what is proved in full, and ask for a person where it is not."""
        _ = deadline_s
        chunks = {one.chunk_id: one.text for one in passages}
        evidence = examine(draft, chunks=chunks, rules=question.rules, own_names=self.own_names, asked=question.text)
        comments = tuple(Comment(sentence=0, text=one.reason) for one in evidence.findings)
        is_false = any(one.check is Check.QUOTES_FOUND for one in evidence.findings)
        is_whole = draft.verdict is AnswerVerdict.ANSWERED and evidence.is_sufficient
        verdict = ReviewVerdict.REJECT if is_false else ReviewVerdict.ACCEPT if is_whole else ReviewVerdict.REVISE
        if draft.verdict is AnswerVerdict.PARTIAL:
            comments = (*comments, Comment(sentence=0, text="a part of the question is left open"))
        return Opinion(verdict=verdict, scores={"checks": len(evidence.passed) / len(Check)}, comments=comments)
