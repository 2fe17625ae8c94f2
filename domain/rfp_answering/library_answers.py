"""
Answers that a person stands up for, as a document of the library: what was answered once can be quoted.

One document per RFP, each question a heading with its answer below. The library's rules hold for it as for any upload:
it waits for a person before it is evidence, and other answers make a new generation of the same document.

Circles are cut in three places. An RFP is never answered from its own document (`own_answers.py`): an answer would
prove itself. An answer whose evidence has changed is left out, or the old fact would live on under another name. And
the document holds questions and answers only, no dates and names of who approved what: these would be taken for facts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import frozen

from domain.embedding.adding import Added, Adding, Upload
from domain.jobs.errors import Conflict
from domain.organizations.audit_log import AuditLog
from domain.rfp_answering.findings.staleness import StaleAnswers
from domain.rfp_answering.own_answers import answers_location
from domain.rfp_answering.ports import RfpStore
from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.rfp import Rfp, RfpId
from domain.rfp_answering.stage import StageSpec, standings
from domain.rfp_answering.standing import Standing
from domain.tenancy import TenantContext

_ALL = 2**31 - 1
"""Changed evidence that was not listed would be put into the library as if it still held."""
_MARKUP_LINE = re.compile(r"(?m)^( {0,3})(?=#|=+[ \t]*$|-{3,}[ \t]*$|`{3}|~{3})")


@frozen(kw_only=True)
class Shelved:
    """
    The document that was made of answers: to which questions, and whose were *left_out* as their evidence has changed.
    """

    added: Added
    answered: tuple[QuestionNo, ...]
    left_out: tuple[QuestionNo, ...]


@frozen(kw_only=True)
class Shelving:
    """Hands answers in as documents."""

    rfps: RfpStore
    stale_answers: StaleAnswers
    adding: Adding
    audit: AuditLog

    def shelve(self, tenant: TenantContext, rfp_id: RfpId) -> Shelved:
        """
        Make a library document of the answers that a person approved or wrote; the same answers again change nothing.

        Raises:
            NotFound: there is no RFP of this id.
            Conflict: nobody has answered for any of its answers, or only for such as rest on what has changed.
        """
        with self.rfps.view(tenant) as work:
            rfp = work.rfps.get(rfp_id)
        stale = {one.question.no for one in self.stale_answers.find(tenant, limit=_ALL, rfp_id=rfp_id)}
        final = [one for one in standings(self.rfps, tenant, StageSpec(rfp_id=rfp_id)) if one.state.is_final]
        sound = [one for one in final if one.question.no not in stale]
        if not sound:
            raise Conflict(_nothing(rfp_id, final))
        upload = Upload(
            name=answers_location(rfp_id), content=answers_text(rfp, sound).encode(), media_type="text/markdown"
        )
        added = self.adding.add(tenant, upload)
        with self.rfps.begin(tenant) as work:
            details = {"document": added.document.id, "answers": str(len(sound))}
            self.audit.note(work, tenant, action="rfp.shelve", subject=f"rfp {rfp_id}", details=details)
            work.commit()
        return Shelved(
            added=added,
            answered=tuple(one.question.no for one in sound),
            left_out=tuple(one.question.no for one in final if one.question.no in stale),
        )


def _nothing(rfp_id: RfpId, final: Sequence[Standing]) -> str:
    if final:
        if len(final) == 1:
            return f"RFP {rfp_id}: its one approved answer rests on a document that has changed since"
        return f"RFP {rfp_id}: each of its {len(final):,} approved answers rests on a document that has changed since"
    return f"RFP {rfp_id}: none of its answers was approved or edited; only such answers become a document"


def answers_text(rfp: Rfp, answered: Sequence[Standing]) -> str:
    """Return the Markdown of a document; no line of an answer can begin another section."""
    parts = [f"# Answers to {_line(rfp.questionnaire.name)}"]
    for one in answered:
        parts += [f"## {_line(one.question.text)}", _MARKUP_LINE.sub(r"\1\\", one.answer.strip())]
    return "\n\n".join(parts) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())
