"""
The family: one item a part of the document, and behind them, where there are several, one that condenses them all.

The last one waits for the others as a contest of test runs does. Where some of them failed it condenses what is there
and fails itself, naming them: so that a retry of what failed makes the overview anew, and none that lacks a part is
taken for whole. The summary itself is put together when it is read (`summary.py`), from the rows and the partials.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import monotonic
from typing import cast

import attrs
from attrs import frozen

from domain.counting_words import counted
from domain.jobs.errors import Deferred, FailureKind, NotFound, PermanentFailure
from domain.jobs.family import Keep
from domain.jobs.item import Document, Failure, Item, ItemNo, ItemState, Outcome, PlannedItem
from domain.jobs.job import Job
from domain.jobs.ports import Clock, Store
from domain.rfp_answering.summaries.authorship import Summarizer, Summarizers
from domain.rfp_answering.summaries.examining import examined, examined_overview
from domain.rfp_answering.summaries.grouping import basis_of, parts_of, shown
from domain.rfp_answering.summaries.information_document import InformationId
from domain.rfp_answering.summaries.kept_replies import Replies
from domain.rfp_answering.summaries.ports import PartialRecord, SummaryStore
from domain.rfp_answering.summaries.spec import SummarySpec
from domain.rfp_answering.summaries.statements import Bullet, Partial
from domain.tenancy import TenantContext

SUMMARIZING = "document_summary"
OVERVIEW = "overview"
"""The key of the last item; in the others' input stand the first and the last chunk of their part."""
SUMMARIZED = "summarized"
"""The verdict of an item that came to its end."""
WAIT_S = 1.0
"""How long the overview waits before it looks again whether all parts have ended; each look reads a few rows."""
MOST_BULLETS = 300
"""Of all parts together that an overview is made of: of each part the first ones, which its author gave first."""


@frozen(kw_only=True)
class Summarizing:
    """The family. Swap any of its ports with `attrs.evolve`."""

    summaries: SummaryStore
    store: Store
    summarizers: Summarizers
    clock: Clock

    @property
    def kind(self) -> str:
        """`document_summary`."""
        return SUMMARIZING

    @property
    def allows_empty_plan(self) -> bool:
        """A summary of nothing says nothing: no."""
        return False

    def plan(self, tenant: TenantContext, job: Job) -> Iterator[PlannedItem]:
        """
        Yield an item for each part, then the overview.

        Raises:
            NotFound: the document was removed meanwhile.
        """
        document_id = SummarySpec.from_document(job.spec).document_id
        with self.summaries.view(tenant) as work:
            work.documents.get(document_id)
            chunks = work.documents.chunks(document_id)
        parts = 0
        for part in parts_of(chunks):
            first, last = part[0].ordinal, part[-1].ordinal
            yield PlannedItem(key=f"chunks {first + 1}-{last + 1}", input={"first": first, "last": last})
            parts += 1
        if parts > 1:
            yield PlannedItem(key=OVERVIEW, input={"parts": parts})

    def prepare(self, tenant: TenantContext, job: Job) -> SummaryRunner:
        """
        Return what runs the job's items.

        Raises:
            InvalidInput: the model can't be used here.
        """
        spec = SummarySpec.from_document(job.spec)
        return SummaryRunner(
            tenant=tenant,
            job=job,
            document_id=spec.document_id,
            summarizer=self.summarizers.open(tenant, job, spec.model),
            summaries=self.summaries,
            store=self.store,
            clock=self.clock,
        )


@frozen(kw_only=True)
class SummaryRunner:
    """The runner: a part an item, or the overview."""

    tenant: TenantContext
    job: Job
    document_id: InformationId
    summarizer: Summarizer
    summaries: SummaryStore
    store: Store
    clock: Clock

    def run(self, item: Item, *, deadline_s: float, keep: Keep) -> Outcome:
        """Summarize, check, and store what holds; what was made of just the same by the same author stays."""
        replies = Replies.of(item.progress, keep=keep)
        if "parts" in item.input:
            return self._overview(item, replies, ends=monotonic() + deadline_s)
        return self._part(item, replies, deadline_s=deadline_s)

    def _part(self, item: Item, replies: Replies, *, deadline_s: float) -> Outcome:
        first, last = cast(int, item.input["first"]), cast(int, item.input["last"])
        with self.summaries.view(self.tenant) as work:
            chunks = work.documents.chunks(self.document_id, first=first, last=last)
        if not chunks:
            raise PermanentFailure("the document was removed meanwhile", kind=FailureKind.BAD_INPUT)
        basis = basis_of([shown(one) for one in chunks], self.summarizer.author)
        known = self._known(basis)
        if known is not None:
            return self._unchanged(known)
        claims = self.summarizer.part(chunks, replies=replies, deadline_s=deadline_s)
        return self._stored(basis, examined(claims, chunks))

    def _overview(self, item: Item, replies: Replies, *, ends: float) -> Outcome:
        rows = self._rows(cast(int, item.input["parts"]))
        made = self._made(rows)
        bullets = bounded([record.partial.bullets for record in made], most=MOST_BULLETS)
        if not made:
            raise PermanentFailure("no part of the document could be summarized", kind=FailureKind.NO_STORED_ANSWER)
        basis = basis_of([one.text for one in bullets], self.summarizer.author)
        known = self._known(basis)
        if known is None:
            left_s = max(0.001, ends - monotonic())
            claims = self.summarizer.overview(bullets, replies=replies, deadline_s=left_s) if bullets else ()
            outcome = self._stored(basis, examined_overview(claims, bullets))
        else:
            outcome = self._unchanged(known)
        lacking = [row.key for row in rows if row.state not in (ItemState.SUCCEEDED, ItemState.SKIPPED)]
        return _failed(outcome, lacking) if lacking else outcome

    def _rows(self, parts: int) -> Sequence[Item]:
        with self.store.view(self.tenant) as work:
            rows = work.ledger.get(self.job.id, [ItemNo(no) for no in range(parts)])
        waiting = [row.key for row in rows if not row.state.is_end]
        if waiting:
            left = counted(len(waiting), "part has", "parts have")
            raise Deferred(WAIT_S, f"{left} not ended (first: {waiting[0]})")
        return rows

    def _made(self, rows: Sequence[Item]) -> list[PartialRecord]:
        bases = [basis for row in rows if (basis := basis_in(row))]
        with self.summaries.view(self.tenant) as work:
            found = work.partials.of(self.document_id, bases)
        return [found[basis] for basis in bases if basis in found]

    def _known(self, basis: str) -> PartialRecord | None:
        with self.summaries.view(self.tenant) as work:
            return work.partials.get(self.document_id, basis)

    def _stored(self, basis: str, partial: Partial) -> Outcome:
        record = PartialRecord(
            document_id=self.document_id,
            basis=basis,
            partial=partial,
            author=self.summarizer.author,
            job_id=self.job.id,
            made_at=self.clock.now(),
        )
        try:
            with self.summaries.begin(self.tenant) as work:
                record = work.partials.add(record)
                work.commit()
        except NotFound as gone:
            raise PermanentFailure("the document was removed meanwhile", kind=FailureKind.BAD_INPUT) from gone
        return Outcome(state=ItemState.SUCCEEDED, verdict=SUMMARIZED, result=result_of(record))

    def _unchanged(self, record: PartialRecord) -> Outcome:
        """The partial that is there counts: this job made it and did not live to say so, or nothing has changed."""
        if record.job_id == self.job.id:
            return Outcome(state=ItemState.SUCCEEDED, verdict=SUMMARIZED, result=result_of(record))
        reason = "text, prompts and model are those of an earlier job, which made it"
        return Outcome(state=ItemState.SKIPPED, verdict=SUMMARIZED, result={**result_of(record), "reason": reason})


def bounded(parts: Sequence[Sequence[Bullet]], *, most: int) -> tuple[Bullet, ...]:
    """Return the bullets of all parts in order; of too many, as many of the first of each part as there is room for."""
    each = max((len(part) for part in parts), default=0)
    while each > 1 and sum(min(len(part), each) for part in parts) > most:
        each -= 1
    return tuple(bullet for part in parts for bullet in part[:each])[:most]


def basis_in(row: Item) -> str:
    """Return what an item's row says it has made, or that it found made; nothing where it has made nothing."""
    return str(row.outcome.result.get("basis", "")) if row.outcome else ""


def result_of(record: PartialRecord) -> Document:
    """Return what the item's row says of a partial; the partial itself stands in its record."""
    return {
        "basis": record.basis,
        "bullets": len(record.partial.bullets),
        "rows": len(record.partial.rows),
        "left_out": len(record.partial.left_out),
        "author": record.author.name,
        "prompts": list(record.author.prompts),
    }


def _failed(outcome: Outcome, lacking: Sequence[str]) -> Outcome:
    named = ", ".join(lacking[:5]) + (f" and {len(lacking) - 5} more" if len(lacking) > 5 else "")
    failure = Failure(
        kind=FailureKind.NO_STORED_ANSWER,
        message=f"the overview lacks {counted(len(lacking), 'part')} without a summary: {named}; retry what failed",
    )
    return attrs.evolve(outcome, state=ItemState.FAILED, verdict=None, failure=failure)
