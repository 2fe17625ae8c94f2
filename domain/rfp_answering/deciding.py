"""What people do with answers: approve, edit or reject them, see what is missing, write them into the buyer's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from domain.counting_words import counted
from domain.jobs.errors import Conflict, InvalidInput
from domain.jobs.ports import Clock
from domain.organizations.audit_log import AuditLog
from domain.rfp_answering.draft import AnswerVerdict
from domain.rfp_answering.open_answers import LeftOpen, why_left
from domain.rfp_answering.placing import export_form, export_name, refused, too_long
from domain.rfp_answering.ports import QuestionnaireFiles, RfpStore
from domain.rfp_answering.questionnaire import Form, Question, Questionnaire, QuestionNo
from domain.rfp_answering.records import Decision, DecisionKind
from domain.rfp_answering.rfp import Rfp, RfpId
from domain.rfp_answering.stage import StageSpec, standings
from domain.rfp_answering.standing import AnswerState, Standing
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class Exported:
    """
    A file with answers in it: the buyer's own, or a new one in another *form*; *name* is what to call it.

    *left_open*: the questions that there is no answer to. *left_out*: those whose answer could not be *written*.
    """

    rfp: Rfp
    form: Form
    name: str
    content: bytes
    written: tuple[QuestionNo, ...]
    left_open: tuple[QuestionNo, ...]
    left_out: tuple[QuestionNo, ...]


@frozen(kw_only=True)
class Approved:
    """The questions whose answers were approved together, and those that were left for a person."""

    approved: tuple[QuestionNo, ...]
    left: tuple[LeftOpen, ...]


@frozen(kw_only=True)
class Deciding:
    """The answers of organizations, for those who stand up for them. Each decision is in the audit log."""

    rfps: RfpStore
    files: QuestionnaireFiles
    clock: Clock
    audit: AuditLog

    def decide(
        self,
        tenant: TenantContext,
        rfp_id: RfpId,
        no: QuestionNo,
        kind: DecisionKind,
        *,
        text: str = "",
        draft_version: int | None = None,
    ) -> Standing:
        """
        Approve, edit or reject the answer to a question.

        *draft_version* is the draft that was looked at, where that is known: a newer one is not approved unseen.

        Raises:
            NotFound: there is no such question.
            Conflict: there is nothing to approve or reject, another draft has come meanwhile, or a draft would take the
                place of what a person wrote, and is not named by *draft_version*.
            InvalidInput: an edit without a text, or with one that the buyer's file does not allow.
        """
        with self.rfps.begin(tenant) as work:
            form = work.rfps.get(rfp_id, lock=True).questionnaire.form
            standing = work.answers.of(rfp_id, no)
            _check(standing, kind, text=text, seen=draft_version, form=form)
            decision = Decision(
                rfp_id=rfp_id,
                no=no,
                kind=kind,
                draft_version=standing.draft.version if standing.draft else 0,
                by=tenant.user_id,
                at=self.clock.now(),
                text=text.strip(),
            )
            work.answers.add_decision(decision)
            details = {"question": str(no), "draft": str(decision.draft_version)}
            self.audit.note(work, tenant, action=f"rfp.{kind.value}", subject=f"rfp {rfp_id}", details=details)
            work.commit()
        return evolve(standing, decision=decision)

    def approve_all(self, tenant: TenantContext, rfp_id: RfpId) -> Approved:
        """
        Approve every answer that passed its checks and no reviewer objected to; say which are left, and why.

        What needs a person's look is left for it, and so is `no_answer`; what was drafted anew meanwhile is, too.

        Raises:
            NotFound: there is no RFP of this id.
        """
        with self.rfps.view(tenant) as work:
            work.rfps.overview(rfp_id)
        approved: list[QuestionNo] = []
        left: list[LeftOpen] = []
        for one in standings(self.rfps, tenant, StageSpec(rfp_id=rfp_id)):
            why = why_left(one) or self._refusal(tenant, rfp_id, one)
            if why:
                left.append(LeftOpen(no=one.question.no, state=one.state, reasons=why))
            elif not one.state.is_final and not one.question.given:
                approved.append(one.question.no)
        return Approved(approved=tuple(approved), left=tuple(left))

    def _refusal(self, tenant: TenantContext, rfp_id: RfpId, one: Standing) -> tuple[str, ...]:
        """Approve an answer, unless that is done; return why it could not be."""
        if one.state.is_final or one.draft is None:
            return ()
        try:
            self.decide(tenant, rfp_id, one.question.no, DecisionKind.APPROVED, draft_version=one.draft.version)
        except (Conflict, InvalidInput) as refusal:
            return (str(refusal),)
        return ()

    def gaps(self, tenant: TenantContext, *, limit: int) -> list[tuple[RfpId, Question]]:
        """Return the questions that the library could not answer, those of the newest RFPs first."""
        with self.rfps.view(tenant) as work:
            return work.answers.gaps(limit=limit)

    def export(
        self,
        tenant: TenantContext,
        rfp_id: RfpId,
        *,
        with_drafts: bool = False,
        form: Form | None = None,
        leave_out_refused: bool = False,
    ) -> Exported:
        """
        Return the buyer's own file with the answers that a person approved or wrote; in another *form*, a new file.

        *with_drafts*: also those that passed their checks and wait for a person; never one that needs a look.
        *leave_out_refused*: what can't be written at its place is left out, and all others are written.

        Raises:
            NotFound: there is no RFP of this id.
            InvalidInput: files of this form aren't made, or an answer can't be written at its place; each is named.
        """
        with self.rfps.view(tenant) as work:
            rfp, content = work.rfps.get(rfp_id), work.rfps.content(rfp_id)
        answers = dict(self._answers(tenant, rfp_id, with_drafts=with_drafts))
        asked = rfp.questionnaire
        form = export_form(asked, wanted=form)
        left_out = refused(asked, answers, form=form) if leave_out_refused else {}
        fitting = {no: answer for no, answer in answers.items() if no not in left_out}
        return Exported(
            rfp=rfp,
            form=form,
            name=export_name(asked, form=form),
            content=self._written(content, asked, fitting, form=form),
            written=tuple(sorted(fitting)),
            left_open=tuple(one.no for one in asked.questions if one.no not in answers and not one.given),
            left_out=tuple(left_out),
        )

    def refused(
        self, tenant: TenantContext, rfp_id: RfpId, *, with_drafts: bool = False, form: Form | None = None
    ) -> dict[QuestionNo, str]:
        """
        Return which answers an export can't write, and why. Raises as `export`, but for such answers.
        """
        with self.rfps.view(tenant) as work:
            asked = work.rfps.get(rfp_id).questionnaire
        answers = dict(self._answers(tenant, rfp_id, with_drafts=with_drafts))
        return refused(asked, answers, form=export_form(asked, wanted=form))

    def _written(self, content: bytes, asked: Questionnaire, answers: Mapping[QuestionNo, str], *, form: Form) -> bytes:
        if form is not asked.form:
            return self.files.made_anew(asked, answers, form=form)
        return self.files.with_answers(content, asked, answers) if answers else content

    def _answers(self, tenant: TenantContext, rfp_id: RfpId, *, with_drafts: bool) -> Iterator[tuple[QuestionNo, str]]:
        for one in standings(self.rfps, tenant, StageSpec(rfp_id=rfp_id)):
            waits = with_drafts and one.state in (AnswerState.DRAFTED, AnswerState.REVIEWED)
            if (one.state.is_final or waits) and one.answer:
                yield one.question.no, one.answer


def _check(standing: Standing, kind: DecisionKind, *, text: str, seen: int | None, form: Form) -> None:
    no, draft = standing.question.no, standing.draft
    _check_seen(standing, seen)
    if kind is DecisionKind.EDITED:
        _check_text(standing.question, text, form=form)
        return
    if text:
        raise InvalidInput(f"question {no}: a text belongs to an edit; to change the answer, edit it")
    if kind is DecisionKind.REJECTED and standing.state.is_final:
        return  # a person's own words are taken back, too, where there was never a draft
    if draft is None:
        raise Conflict(f"question {no}: there is no draft to look at; have it answered, or write the answer (edit)")
    if kind is DecisionKind.APPROVED and standing.state is AnswerState.EDITED and seen is None:
        raise Conflict(
            f"question {no}: a person wrote the answer, and it leaves as it is; to have draft {draft.version} leave in "
            f"its place, name it (--draft {draft.version}, `draft`)"
        )
    if kind is DecisionKind.APPROVED and draft.draft.verdict is AnswerVerdict.NO_ANSWER:
        raise Conflict(f"question {no}: the draft says that there is no answer; write one (edit), or leave it open")
    if kind is DecisionKind.APPROVED:
        _check_text(standing.question, draft.draft.answer, form=form)


def _check_seen(standing: Standing, seen: int | None) -> None:
    """Refuse a decision, an edit too, of somebody who looked at another draft than the newest one."""
    newest = standing.draft.version if standing.draft else 0
    if seen not in (None, newest):
        there = f"draft {newest} is there by now; look at that one" if newest else "there is no draft"
        raise Conflict(f"question {standing.question.no}: draft {seen} was looked at, and {there}")


def _check_text(question: Question, text: str, *, form: Form) -> None:
    said, rules = text.strip(), question.rules
    if not any(sign.isprintable() and not sign.isspace() for sign in said):  # nothing that anybody would see
        raise InvalidInput(f"question {question.no}: text {text!r}; expected the answer's words")
    if not rules.allow(said):
        raise InvalidInput(
            f"question {question.no}: {said[:60]!r} is none of the values that the buyer allows; expected one of "
            f"{rules.allowed}"
        )
    if not rules.have_room_for(said):
        raise InvalidInput(
            f"question {question.no}: the answer has {counted(len(said), 'character')}, and the buyer allows "
            f"{rules.most_characters:,}; shorten it"
        )
    if long := too_long(said, form=form):
        raise InvalidInput(f"question {question.no}: {long}")
