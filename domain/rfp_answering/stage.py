"""What both stages of an RFP share: what their jobs carry, who does the work, and that one waits for the other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, cast

import attrs
from attrs import field, frozen
from attrs.validators import ge

from domain.jobs.errors import Conflict, Deferred
from domain.jobs.family import Keep
from domain.jobs.item import Document, Item
from domain.jobs.job import Job, JobOptions
from domain.jobs.ports import Clock, Store
from domain.jobs.subjects import at_work_on, look_or_cancel
from domain.jobs.usage import NOTHING
from domain.language_models.codec import model_from_json, model_to_json
from domain.language_models.model import ModelSpec
from domain.rfp_answering.authorship import Passages, Responder, Reviewer
from domain.rfp_answering.ports import RfpStore
from domain.rfp_answering.questionnaire import Question, QuestionNo
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.standing import Standing
from domain.tenancy import TenantContext

RESPONDING, REVIEWING = "rfp_responder", "rfp_reviewer"
RIVALS = {RESPONDING: REVIEWING, REVIEWING: RESPONDING}
"""Of an RFP one stage at a time: a review of drafts that are being written anew would be about nothing."""
PAGE = 200
OPTIONS = JobOptions(deadline_s=180.0)
"""Of a stage's jobs, where nobody says more: a question may need two calls of a model that thinks."""


@frozen(kw_only=True)
class StageSpec:
    """
    What a stage's job carries: which RFP, which of its questions (none named: all), and who does it.

    *model*: None is the author that needs none. *passages*: how many are shown. *own_names* need no evidence.
    """

    rfp_id: RfpId
    model: ModelSpec | None = None
    questions: tuple[QuestionNo, ...] = ()
    passages: int = field(default=8, validator=ge(1))
    only_approved: bool = True
    own_names: tuple[str, ...] = ()

    def to_document(self) -> dict[str, object]:
        """Return the specification as the job's JSON."""
        return {
            "rfp_id": self.rfp_id,
            "model": None if self.model is None else model_to_json(self.model),
            "questions": list(self.questions),
            "passages": self.passages,
            "only_approved": self.only_approved,
            "own_names": list(self.own_names),
        }

    @classmethod
    def from_document(cls, spec: Document) -> StageSpec:
        """Read a specification back from a job."""
        model = cast(Document | None, spec.get("model"))
        return cls(
            rfp_id=RfpId(str(spec["rfp_id"])),
            model=None if model is None else model_from_json(model),
            questions=tuple(QuestionNo(no) for no in cast(Sequence[int], spec.get("questions", ()))),
            passages=int(cast(int, spec.get("passages", 8))),
            only_approved=bool(spec.get("only_approved", True)),
            own_names=tuple(cast(Sequence[str], spec.get("own_names", ()))),
        )


class Authors(Protocol):
    """Opens those who draft and review, with what an organization's models may name."""

    def responder(self, tenant: TenantContext, job: Job, model: ModelSpec | None) -> Responder:
        """
        Return who drafts; None is the one that quotes, without a model.

        Raises:
            InvalidInput: the model can't be used here.
        """

    def reviewer(self, tenant: TenantContext, job: Job, model: ModelSpec | None) -> Reviewer:
        """Return who reviews; None is the one that only repeats what the checks found."""


def subject_of(rfp_id: RfpId) -> str:
    """Return what a stage's jobs are about: of one kind, one job at a time."""
    return f"rfp:{rfp_id}"


def standings(store: RfpStore, tenant: TenantContext, spec: StageSpec) -> Iterator[Standing]:
    """Yield the questions that a job may be about, read in pages."""
    after = 0
    while True:
        with store.view(tenant) as work:
            page = work.answers.page(spec.rfp_id, after=after, limit=PAGE)
        yield from (one for one in page if not spec.questions or one.question.no in spec.questions)
        if len(page) < PAGE:
            return
        after = page[-1].question.no


@contextmanager
def counting_deferrals(keep: Keep, progress: Document) -> Iterator[None]:
    """Keep what was spent before a call was not permitted yet, and *progress* with it: nothing else counts it."""
    try:
        yield
    except Deferred as wish:
        if wish.usage != NOTHING:
            keep(progress, wish.usage)
        raise


def refuse_beside(store: Store, tenant: TenantContext, spec: StageSpec, *, other: str, job: Job | None = None) -> None:
    """
    Refuse to work on an RFP while the *other* stage does; of two that began at once, the later *job* gives way.

    Raises:
        Conflict: a job of the other kind is at work on it.
    """
    with store.view(tenant) as work:
        there = at_work_on(work.jobs, kind=other, subject=subject_of(spec.rfp_id))
    if there is None:
        return
    if job is not None and (job.created_at, job.id) < (there.created_at, there.id):
        return
    what = {RESPONDING: "drafted", REVIEWING: "reviewed"}[other]
    raise Conflict(
        f"RFP {spec.rfp_id}: its answers are being {what} by job {there.id}; wait for that {look_or_cancel(there.id)}"
    )


def question_hash(question: Question) -> str:
    """Return a SHA-256, in hex, over what is asked and which answers are allowed."""
    words = [question.text, attrs.asdict(question.rules)]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@frozen(kw_only=True)
class Stage:
    """What both families are made of. Swap any of the ports with `attrs.evolve`."""

    rfps: RfpStore
    store: Store
    passages: Passages
    authors: Authors
    clock: Clock

    @property
    def allows_empty_plan(self) -> bool:
        """Whoever asks for answers, or for a review, and gets none must hear why: no."""
        return False

    def _to_do(self, tenant: TenantContext, job: Job, *, beside: str) -> Iterator[Standing]:
        """Yield the questions that the job names, unless a job of the other stage is at work on them."""
        spec = StageSpec.from_document(job.spec)
        refuse_beside(self.store, tenant, spec, other=beside, job=job)
        yield from standings(self.rfps, tenant, spec)


@frozen(kw_only=True)
class StageRunner:
    """What both stages need to do an item of a job."""

    tenant: TenantContext
    job: Job
    spec: StageSpec
    rfps: RfpStore
    passages: Passages
    clock: Clock

    def _standing(self, item: Item) -> Standing:
        """Return where the item's question stands now."""
        with self.rfps.view(self.tenant) as work:
            return work.answers.of(self.spec.rfp_id, QuestionNo(cast(int, item.input["no"])))
