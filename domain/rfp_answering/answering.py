"""RFPs for those who hand them in: import, look at, and have their answers drafted and reviewed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from attrs import asdict, evolve, frozen

from domain.jobs.errors import Conflict, InvalidInput, KeyReused
from domain.jobs.job import Job, JobOptions
from domain.jobs.ports import Clock, IdSource
from domain.jobs.request_key import IdempotencyKey
from domain.jobs.service import JobService, Submission
from domain.organizations.audit_log import AuditLog
from domain.rfp_answering.overview import RfpOverview
from domain.rfp_answering.ports import QuestionnaireFiles, RfpStore
from domain.rfp_answering.questionnaire import Questionnaire, QuestionNo, WantedColumns, checked_name
from domain.rfp_answering.records import DraftRecord
from domain.rfp_answering.responding import check_questions
from domain.rfp_answering.rfp import Rfp, RfpId, RfpPlace
from domain.rfp_answering.stage import (
    OPTIONS,
    PAGE,
    RESPONDING,
    REVIEWING,
    StageSpec,
    refuse_beside,
    standings,
    subject_of,
)
from domain.rfp_answering.standing import Standing
from domain.tenancy import TenantContext

_NOTHING_LEFT = {
    "draft": "each of these questions is answered, by a person who approved or wrote it, or in the buyer's file; an "
    "answer that is rejected is drafted anew",
    "review": "none of these questions has a drafted answer that no person has decided on; have answers drafted first",
}


@frozen(kw_only=True)
class RfpAnswering:
    """The RFPs of organizations; `deciding.py` has what people do with the answers."""

    rfps: RfpStore
    files: QuestionnaireFiles
    jobs: JobService
    clock: Clock
    ids: IdSource
    audit: AuditLog

    def preview(self, content: bytes, *, name: str, wanted: WantedColumns) -> Questionnaire:
        """
        Return what would be imported; nothing is stored.

        Raises:
            InvalidInput: as `QuestionnaireFiles.read`.
        """
        return self.files.read(content, name=checked_name(name), wanted=wanted)

    def add(
        self,
        tenant: TenantContext,
        content: bytes,
        *,
        name: str,
        wanted: WantedColumns,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Rfp:
        """
        Store the questionnaire in a file as a new RFP, with its file; return the one that the same key made before.

        Raises:
            InvalidInput: as `QuestionnaireFiles.read`.
            KeyReused: the key belongs to another request.
        """
        key = idempotency_key and evolve(idempotency_key, request=_fingerprint(content, name=name, wanted=wanted))
        return self._made_by(tenant, key) or self._added(tenant, content, name=name, wanted=wanted, key=key)

    def _added(
        self, tenant: TenantContext, content: bytes, *, name: str, wanted: WantedColumns, key: IdempotencyKey | None
    ) -> Rfp:
        rfp = Rfp(
            id=RfpId(self.ids.new_id()),
            organization_id=tenant.organization_id,
            questionnaire=self.preview(content, name=name, wanted=wanted),
            created_at=self.clock.now(),
            created_by=tenant.user_id,
        )
        try:
            with self.rfps.begin(tenant) as work:
                work.rfps.add(rfp, content, key=key)
                self.audit.note(work, tenant, action="rfp.import", subject=f"rfp {rfp.id}", details={"name": name})
                work.commit()
        except Conflict:  # the same request came twice at the same moment
            made = self._made_by(tenant, key)
            if made is None:
                raise
            return made
        return rfp

    def _made_by(self, tenant: TenantContext, key: IdempotencyKey | None) -> Rfp | None:
        if key is None:
            return None
        with self.rfps.view(tenant) as work:
            known = work.rfps.by_key(key.key)
            if known is None:
                return None
            rfp_id, of_first = known
            if of_first != key.request:
                raise KeyReused(
                    f"idempotency key {key.key!r} belongs to RFP {rfp_id}, which was handed in as another file, or in "
                    "other words; use a new key for a new request"
                )
            return work.rfps.get(rfp_id)

    def get(self, tenant: TenantContext, rfp_id: RfpId) -> Rfp:
        """
        Return the RFP.

        Raises:
            NotFound: there is none of this id in this organization.
        """
        with self.rfps.view(tenant) as work:
            return work.rfps.get(rfp_id)

    def page(
        self, tenant: TenantContext, *, id_prefix: str = "", before: RfpPlace | None = None, limit: int
    ) -> list[RfpOverview]:
        """Return RFPs whose id starts with *id_prefix*, newest first, from just behind *before*."""
        with self.rfps.view(tenant) as work:
            return work.rfps.page(id_prefix=id_prefix, before=before, limit=limit)

    def standings(self, tenant: TenantContext, rfp_id: RfpId, *, after: int = 0, limit: int = PAGE) -> list[Standing]:
        """
        Return where the questions of an RFP stand, in their order.

        Raises:
            NotFound: there is no RFP of this id.
        """
        with self.rfps.view(tenant) as work:
            page = work.answers.page(rfp_id, after=after, limit=limit)
            if not page:
                work.rfps.get(rfp_id)
            return page

    def drafts(self, tenant: TenantContext, rfp_id: RfpId, no: QuestionNo) -> list[DraftRecord]:
        """Return every draft of a question, oldest first."""
        with self.rfps.view(tenant) as work:
            return work.answers.drafts(rfp_id, no)

    def remove(self, tenant: TenantContext, rfp_id: RfpId) -> None:
        """
        Forget an RFP, its file, and everything that was done about it.

        Raises:
            NotFound: there is none of this id.
            Conflict: a job is at work on it.
        """
        for kind in (RESPONDING, REVIEWING):
            refuse_beside(self.jobs.store, tenant, StageSpec(rfp_id=rfp_id), other=kind)
        with self.rfps.begin(tenant) as work:
            work.rfps.remove(rfp_id)
            self.audit.note(work, tenant, action="rfp.remove", subject=f"rfp {rfp_id}", details={})
            work.commit()

    def respond(
        self,
        tenant: TenantContext,
        spec: StageSpec,
        *,
        options: JobOptions | None = None,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Job:
        """
        Accept a job that drafts answers: to the questions that are named, or to all that nobody has answered for.

        Raises:
            NotFound: there is no such RFP.
            InvalidInput: there is no such question, or nothing is left to draft.
            AlreadyRunning: a job drafts this RFP already.
            Conflict: it is being reviewed.
        """
        refuse_beside(self.jobs.store, tenant, spec, other=REVIEWING)
        name = self._checked(tenant, spec, what="draft", fits=lambda one: one.may_be_drafted())
        return self._submit(tenant, RESPONDING, spec, options, idempotency_key, name=name)

    def review(
        self,
        tenant: TenantContext,
        spec: StageSpec,
        *,
        options: JobOptions | None = None,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Job:
        """
        Accept a job that reviews drafts: of the questions that are named, or all that no person has answered for.

        Raises: as `respond`, with the stages exchanged.
        """
        refuse_beside(self.jobs.store, tenant, spec, other=RESPONDING)
        name = self._checked(tenant, spec, what="review", fits=lambda one: one.may_be_reviewed)
        return self._submit(tenant, REVIEWING, spec, options, idempotency_key, name=name)

    def _checked(self, tenant: TenantContext, spec: StageSpec, *, what: str, fits: Callable[[Standing], bool]) -> str:
        """Return the name of the RFP's file, unless there is nothing to do."""
        asked = self.get(tenant, spec.rfp_id).questionnaire
        check_questions(spec.questions, known=len(asked.questions))
        if not any(fits(one) for one in standings(self.rfps, tenant, spec)):
            raise InvalidInput(f"RFP {spec.rfp_id}: nothing is left to {what}: {_NOTHING_LEFT[what]}")
        return asked.name

    def _submit(
        self,
        tenant: TenantContext,
        kind: str,
        spec: StageSpec,
        options: JobOptions | None,
        idempotency_key: IdempotencyKey | None,
        *,
        name: str,
    ) -> Job:
        submission = Submission(
            kind=kind,
            spec={**spec.to_document(), "name": name},  # what lists of jobs show; nobody works by it
            options=options or OPTIONS,
            subject=subject_of(spec.rfp_id),
            idempotency_key=idempotency_key,
        )
        return self.jobs.submit(tenant, submission)


def _fingerprint(content: bytes, *, name: str, wanted: WantedColumns) -> str:
    """Return a SHA-256, in hex, over what is asked for: two forms with the same file differ in their boundaries."""
    words = [name, asdict(wanted), hashlib.sha256(content).hexdigest()]
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()
