"""
Stage one: one item drafts the answer to one question.

Passages are found, an author drafts, and code checks every quote, number, date, standard and name. What the checks find
goes back to the author once; what they find then is for a person. `no_answer` is a success of its own kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from time import monotonic
from typing import cast

import attrs
from attrs import field, frozen

from domain.jobs.errors import Conflict, InvalidInput, PermanentFailure
from domain.jobs.family import Keep
from domain.jobs.item import Document, Item, ItemState, Outcome, PlannedItem
from domain.jobs.job import Job
from domain.jobs.usage import NOTHING, Usage
from domain.rfp_answering.authorship import Responder
from domain.rfp_answering.draft import AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.own_answers import passages_for
from domain.rfp_answering.passage import Passage, fingerprint_of
from domain.rfp_answering.proving.evidence import Evidence, examine
from domain.rfp_answering.questionnaire import Question, QuestionNo
from domain.rfp_answering.records import Basis, DraftRecord
from domain.rfp_answering.stage import (
    RESPONDING,
    REVIEWING,
    Stage,
    StageRunner,
    StageSpec,
    counting_deferrals,
    question_hash,
)
from domain.tenancy import TenantContext

NEEDS_REVIEW = "needs_review"
"""The verdict of an item whose draft a person has to look at; else it is the draft's own."""


@frozen(kw_only=True)
class Responding(Stage):
    """The family."""

    @property
    def kind(self) -> str:
        """`rfp_responder`."""
        return RESPONDING

    def plan(self, tenant: TenantContext, job: Job) -> Iterator[PlannedItem]:
        """
        Yield an item for each question that nobody has answered for.

        Raises:
            Conflict: the RFP is being reviewed.
        """
        for standing in self._to_do(tenant, job, beside=REVIEWING):
            if standing.may_be_drafted():
                no = standing.question.no
                yield PlannedItem(key=str(no), input={"no": no, "question": standing.question.text})

    def prepare(self, tenant: TenantContext, job: Job) -> Drafter:
        """
        Return what drafts the job's answers.

        Raises:
            InvalidInput: the model can't be used here.
        """
        spec = StageSpec.from_document(job.spec)
        return Drafter(
            tenant=tenant,
            job=job,
            spec=spec,
            responder=self.authors.responder(tenant, job, spec.model),
            rfps=self.rfps,
            passages=self.passages,
            clock=self.clock,
        )


@frozen(kw_only=True)
class Drafter(StageRunner):
    """The runner: one question an item."""

    responder: Responder

    def run(self, item: Item, *, deadline_s: float, keep: Keep) -> Outcome:
        """Draft the answer, check it, and store both; a draft that was made of just the same stays."""
        ends = monotonic() + deadline_s
        standing = self._standing(item)
        if not standing.may_be_drafted():
            return Outcome(state=ItemState.SKIPPED, result={"reason": "somebody has answered for it meanwhile"})
        spent = partial(keep, item.progress or {})
        found = passages_for(self.passages, self.tenant, self.spec, standing.question.text, spent=spent)
        basis = Basis(
            question=question_hash(standing.question), passages=fingerprint_of(found), author=self.responder.author
        )
        if standing.draft is not None and standing.is_drafted_from(basis):
            return self._unchanged(item, standing.draft)
        making = _Making(drafter=self, question=standing.question, found=found, basis=basis, keep=keep, ends=ends)
        made = making.made(item)
        record = DraftRecord(
            rfp_id=self.spec.rfp_id,
            no=standing.question.no,
            version=1 if standing.draft is None else standing.draft.version + 1,
            draft=made.draft,
            evidence=making.examined(made.draft),
            basis=basis,
            job_id=self.job.id,
            made_at=self.clock.now(),
            repairs=int(made.is_repaired),
            usage=made.usage,
        )
        return self._stored(item, record, made.unkept)

    def _stored(self, item: Item, record: DraftRecord, unkept: Usage) -> Outcome:
        with self.rfps.begin(self.tenant) as work:
            try:
                work.answers.add_draft(record)
            except Conflict:  # an attempt that was believed lost has stored its own: that one counts
                there = work.answers.drafts(record.rfp_id, record.no)[-1]
                return attrs.evolve(self._unchanged(item, there), usage=unkept)
            work.commit()
        return Outcome(state=ItemState.SUCCEEDED, verdict=verdict_of(record), result=result_of(record), usage=unkept)

    def _unchanged(self, item: Item, record: DraftRecord) -> Outcome:
        """The draft that is there counts: this job made it and did not live to say so, or nothing has changed."""
        if record.job_id == self.job.id:
            kept = _kept(item, record.basis)
            uncounted = record.usage - (NOTHING if kept is None else kept.usage)
            return Outcome(
                state=ItemState.SUCCEEDED, verdict=verdict_of(record), result=result_of(record), usage=uncounted
            )
        result = {**result_of(record), "reason": "question, passages, prompts and model are those of the last draft"}
        return Outcome(state=ItemState.SKIPPED, verdict=verdict_of(record), result=result)


@frozen(kw_only=True)
class _Made:
    """The draft that counts, what it cost, and the part of that which was not kept yet."""

    draft: Draft
    is_repaired: bool
    usage: Usage
    unkept: Usage


@frozen(kw_only=True)
class _Making:
    """One question being answered."""

    drafter: Drafter
    question: Question
    found: tuple[Passage, ...]
    basis: Basis
    keep: Keep
    ends: float
    checked: dict[Draft, Evidence] = field(factory=dict)

    def made(self, item: Item) -> _Made:
        first, unkept = self._first(item)
        evidence = self.examined(first.draft)
        if evidence.is_sufficient:
            return _Made(draft=first.draft, is_repaired=False, usage=first.usage, unkept=unkept)
        if unkept != NOTHING:  # it is paid for, and another call follows
            self.keep(first.to_document(self.basis), unkept)
        with counting_deferrals(self.keep, first.to_document(self.basis)):
            draft, repair = self._repaired(first.draft, evidence)
        return _Made(draft=draft, is_repaired=draft != first.draft, usage=first.usage + repair, unkept=repair)

    def _first(self, item: Item) -> tuple[_First, Usage]:
        """Return the first draft, and what was spent on it just now."""
        kept = _kept(item, self.basis)
        if kept is not None:
            return kept, NOTHING
        if not self.found:  # nobody needs to be asked what nothing says
            return _First(draft=Draft(answer="", verdict=AnswerVerdict.NO_ANSWER), usage=NOTHING), NOTHING
        with counting_deferrals(self.keep, item.progress or {}):
            written = self.drafter.responder.draft(self.question, self.found, deadline_s=self._left_s())
        return _First(draft=written.draft, usage=written.usage), written.usage

    def examined(self, draft: Draft) -> Evidence:
        """Check a draft, each only once: it takes up to a millisecond."""
        if draft not in self.checked:
            self.checked[draft] = self._examined(draft)
        return self.checked[draft]

    def _examined(self, draft: Draft) -> Evidence:
        chunks = {one.chunk_id: one.text for one in self.found}
        own_names = self.drafter.spec.own_names
        asked = self.question.text
        return examine(draft, chunks=chunks, rules=self.question.rules, own_names=own_names, asked=asked)

    def _repaired(self, draft: Draft, evidence: Evidence) -> tuple[Draft, Usage]:
        """Return a second draft, or the first one where the second is worse or there is none."""
        try:
            again = self.drafter.responder.repair(
                self.question, self.found, draft=draft, findings=evidence.findings, deadline_s=self._left_s()
            )
        except PermanentFailure as failure:  # a person looks at the first one
            return draft, failure.usage
        if again is None:
            return draft, NOTHING
        is_better = len(self.examined(again.draft).findings) <= len(evidence.findings)
        return (again.draft if is_better else draft), again.usage

    def _left_s(self) -> float:
        return max(0.001, self.ends - monotonic())


@frozen(kw_only=True)
class _First:
    """The first draft, kept before the second call: nobody pays for it twice."""

    draft: Draft
    usage: Usage

    def to_document(self, basis: Basis) -> dict[str, object]:
        return {
            "passages": basis.passages,
            "answer": self.draft.answer,
            "verdict": self.draft.verdict.value,
            "quotes": [[one.chunk_id, one.text] for one in self.draft.quotes],
            "usage": attrs.asdict(self.usage),
        }


def _kept(item: Item, basis: Basis) -> _First | None:
    """Return the first draft that an earlier attempt paid for, if it was made of the same passages."""
    kept = item.progress
    if not kept or kept.get("passages") != basis.passages:
        return None
    quotes = cast(Sequence[Sequence[str]], kept["quotes"])
    draft = Draft(
        answer=str(kept["answer"]),
        verdict=AnswerVerdict(str(kept["verdict"])),
        quotes=tuple(Quote(chunk_id=ChunkId(chunk_id), text=text) for chunk_id, text in quotes),
    )
    return _First(draft=draft, usage=Usage(**cast(dict[str, int], kept["usage"])))


def verdict_of(record: DraftRecord) -> str:
    """Return the item's verdict: how the question is answered, or that a person has to look."""
    return NEEDS_REVIEW if record.needs_review else record.draft.verdict.value


def result_of(record: DraftRecord) -> Document:
    """Return what the item's row says of a draft; the draft itself stands in its record."""
    return {
        "no": record.no,
        "draft": record.version,
        "answer": record.draft.answer,
        "verdict": record.draft.verdict.value,
        "checks": [check.value for check in record.evidence.passed],
        "reasons": [finding.reason for finding in record.evidence.findings],
        "repairs": record.repairs,
        "author": record.basis.author.name,
        "prompts": list(record.basis.author.prompts),
    }


def check_questions(numbers: Sequence[QuestionNo], *, known: int) -> None:
    """
    Check numbers of questions that somebody named.

    Raises:
        InvalidInput: there is none of such a number.
    """
    wrong = [no for no in numbers if not 1 <= no <= known]
    if wrong:
        raise InvalidInput(f"question {wrong[0]}: there is none of this number; the RFP has 1 to {known}")
