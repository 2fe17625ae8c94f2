"""RFPs in memory, beside the memory store whose transactions and messages they share."""

from __future__ import annotations

from collections import Counter

import attrs
from attrs import define, field, frozen

from adapters.memory.journal import Journal
from adapters.memory.organizations import MemoryEntries
from adapters.memory.store import MemoryUnitOfWork
from adapters.memory.units import MemoryUnits, MemoryWork
from domain.jobs.errors import Conflict, NotFound
from domain.jobs.request_key import IdempotencyKey
from domain.organizations.audit_entry import AuditEntry, AuditEntryId
from domain.rfp_answering.draft import AnswerVerdict
from domain.rfp_answering.overview import RfpOverview, overview_of
from domain.rfp_answering.questionnaire import Question, QuestionNo
from domain.rfp_answering.records import Decision, DraftRecord, ReviewRecord
from domain.rfp_answering.rfp import Rfp, RfpId, RfpPlace
from domain.rfp_answering.standing import Standing

Key = tuple[RfpId, QuestionNo]


@define(kw_only=True)
class RfpRows:
    """All that one organization has of RFPs; records of a question are in their order."""

    rfps: dict[RfpId, Rfp] = field(factory=dict)
    files: dict[RfpId, bytes] = field(factory=dict)
    drafts: dict[Key, tuple[DraftRecord, ...]] = field(factory=dict)
    reviews: dict[Key, tuple[ReviewRecord, ...]] = field(factory=dict)
    decisions: dict[Key, tuple[Decision, ...]] = field(factory=dict)
    keys: dict[str, tuple[RfpId, str]] = field(factory=dict)
    entries: dict[AuditEntryId, AuditEntry] = field(factory=dict)


@frozen(kw_only=True)
class MemoryRfps:
    """`Rfps` of one organization."""

    rows: RfpRows
    journal: Journal

    def add(self, rfp: Rfp, content: bytes, *, key: IdempotencyKey | None = None) -> None:
        """Store a new RFP with its questions and its file, and the key of the request that brought it."""
        if key is not None and key.key in self.rows.keys:
            raise Conflict(f"the idempotency key {key.key!r} has made an RFP already")
        if key is not None:
            self.journal.put(self.rows.keys, key.key, (rfp.id, key.request or ""))
        self.journal.put(self.rows.rfps, rfp.id, rfp)
        self.journal.put(self.rows.files, rfp.id, content)

    def by_key(self, key: str) -> tuple[RfpId, str] | None:
        """Return the RFP that a key has made, and the fingerprint of that request."""
        return self.rows.keys.get(key)

    def get(self, rfp_id: RfpId, *, lock: bool = False) -> Rfp:  # noqa: ARG002  # all is locked
        """Return the RFP with all of its questions."""
        if rfp_id not in self.rows.rfps:
            raise NotFound(f"there is no RFP {rfp_id} in this organization")
        return self.rows.rfps[rfp_id]

    def content(self, rfp_id: RfpId) -> bytes:
        """Return the bytes of its file."""
        return self.rows.files[self.get(rfp_id).id]

    def overview(self, rfp_id: RfpId) -> RfpOverview:
        """Return the RFP, and how its questions stand."""
        return self._overview(self.get(rfp_id))

    def page(self, *, id_prefix: str = "", before: RfpPlace | None = None, limit: int) -> list[RfpOverview]:
        """Return RFPs, newest first, from just behind *before*."""
        found = sorted(self.rows.rfps.values(), key=lambda one: (one.created_at, one.id), reverse=True)
        if before is not None:
            found = [one for one in found if (one.created_at, one.id) < (before.created_at, before.id)]
        return [self._overview(one) for one in found if one.id.startswith(id_prefix)][:limit]

    def _overview(self, rfp: Rfp) -> RfpOverview:
        answers = MemoryAnswers(rows=self.rows, journal=self.journal)
        questions = len(rfp.questionnaire.questions)
        return overview_of(rfp, Counter(one.state for one in answers.page(rfp.id, limit=questions)))

    def remove(self, rfp_id: RfpId) -> None:
        """Forget the RFP with everything that was done about it."""
        self.get(rfp_id)
        self.journal.drop(self.rows.rfps, rfp_id)
        self.journal.drop(self.rows.files, rfp_id)
        for said in [said for said, (made, _) in self.rows.keys.items() if made == rfp_id]:
            self.journal.drop(self.rows.keys, said)
        for key in [one for one in self.rows.drafts if one[0] == rfp_id]:
            self.journal.drop(self.rows.drafts, key)
        for key in [one for one in self.rows.reviews if one[0] == rfp_id]:
            self.journal.drop(self.rows.reviews, key)
        for key in [one for one in self.rows.decisions if one[0] == rfp_id]:
            self.journal.drop(self.rows.decisions, key)


@frozen(kw_only=True)
class MemoryAnswers:
    """`Answers` of one organization."""

    rows: RfpRows
    journal: Journal

    def add_draft(self, record: DraftRecord) -> None:
        """Store a draft, and which contents of documents it quotes."""
        key = (record.rfp_id, record.no)
        self.of(*key)
        there = self.rows.drafts.get(key, ())
        if any(one.version == record.version for one in there):
            raise Conflict(f"question {record.no}: it has a draft of version {record.version} already")
        self.journal.put(self.rows.drafts, key, tuple(sorted((*there, record), key=lambda one: one.version)))

    def add_review(self, record: ReviewRecord) -> None:
        """Store a review; the newest counts."""
        key = (record.rfp_id, record.no)
        if not any(one.version == record.draft_version for one in self.rows.drafts.get(key, ())):
            raise NotFound(f"question {record.no} has no draft of version {record.draft_version} to review")
        self.journal.put(self.rows.reviews, key, (*self.rows.reviews.get(key, ()), record))

    def add_decision(self, decision: Decision) -> None:
        """Store what a person decided; the newest counts."""
        key = (decision.rfp_id, decision.no)
        self.of(*key)
        self.journal.put(self.rows.decisions, key, (*self.rows.decisions.get(key, ()), decision))

    def of(self, rfp_id: RfpId, no: QuestionNo) -> Standing:
        """Return where a question stands."""
        asked = self.rows.rfps[rfp_id].questionnaire.questions if rfp_id in self.rows.rfps else ()
        for question in asked:
            if question.no == no:
                return self._standing(rfp_id, question)
        raise NotFound(f"RFP {rfp_id} has no question {no}")

    def page(self, rfp_id: RfpId, *, after: int = 0, limit: int) -> list[Standing]:
        """Return where questions stand, in their order."""
        asked = self.rows.rfps[rfp_id].questionnaire.questions if rfp_id in self.rows.rfps else ()
        return [self._standing(rfp_id, one) for one in asked if one.no > after][:limit]

    def drafts(self, rfp_id: RfpId, no: QuestionNo) -> list[DraftRecord]:
        """Return the drafts of a question, oldest first."""
        return list(self.rows.drafts.get((rfp_id, no), ()))

    def reviews(self, rfp_id: RfpId, no: QuestionNo) -> list[ReviewRecord]:
        """Return the reviews of a question's drafts, oldest first."""
        return list(self.rows.reviews.get((rfp_id, no), ()))

    def decisions(self, rfp_id: RfpId, no: QuestionNo) -> list[Decision]:
        """Return what people decided on a question, oldest first."""
        return list(self.rows.decisions.get((rfp_id, no), ()))

    def gaps(self, *, limit: int) -> list[tuple[RfpId, Question]]:
        """Return the questions whose newest draft says `no_answer`."""
        newest = sorted(self.rows.rfps.values(), key=lambda one: (one.created_at, one.id), reverse=True)
        found = [
            (rfp.id, question)
            for rfp in newest
            for question in rfp.questionnaire.questions
            if (records := self.rows.drafts.get((rfp.id, question.no)))
            and records[-1].draft.verdict is AnswerVerdict.NO_ANSWER
        ]
        return found[:limit]

    def decided(self, *, besides: RfpId, limit: int) -> list[tuple[RfpId, Standing]]:
        """Return the questions of the other RFPs that a person has answered for."""
        newest = sorted(self.rows.rfps.values(), key=lambda one: (one.created_at, one.id), reverse=True)
        found = [
            (rfp.id, attrs.evolve(standing, review=None))
            for rfp in newest
            if rfp.id != besides
            for standing in self.page(rfp.id, limit=len(rfp.questionnaire.questions))
            if standing.state.is_final
        ]
        return found[:limit]

    def _standing(self, rfp_id: RfpId, question: Question) -> Standing:
        key = (rfp_id, question.no)
        return Standing(
            question=question,
            draft=next(iter(reversed(self.rows.drafts.get(key, ()))), None),
            review=next(iter(reversed(self.rows.reviews.get(key, ()))), None),
            decision=next(iter(reversed(self.rows.decisions.get(key, ()))), None),
        )


@frozen(kw_only=True)
class MemoryRfpUnitOfWork(MemoryWork):
    """`RfpUnitOfWork`: a transaction of the store."""

    rows: RfpRows

    @property
    def rfps(self) -> MemoryRfps:
        """Its RFPs."""
        return MemoryRfps(rows=self.rows, journal=self.kernel.journal)

    @property
    def answers(self) -> MemoryAnswers:
        """What was done about them."""
        return MemoryAnswers(rows=self.rows, journal=self.kernel.journal)

    @property
    def entries(self) -> MemoryEntries:
        """The organization's audit log."""
        return MemoryEntries(entries=self.rows.entries, journal=self.kernel.journal)


class MemoryRfpStore(MemoryUnits[RfpRows, MemoryRfpUnitOfWork]):
    """`RfpStore` that lives as long as the process."""

    def _no_rows(self) -> RfpRows:
        return RfpRows()

    def _work(self, kernel: MemoryUnitOfWork, rows: RfpRows) -> MemoryRfpUnitOfWork:
        return MemoryRfpUnitOfWork(kernel=kernel, rows=rows)
