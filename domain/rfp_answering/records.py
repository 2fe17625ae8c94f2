"""What was done about a question, as records that are only added to: drafts, reviews, and what people decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from attrs import field, frozen
from attrs.validators import ge

from domain.jobs.errors import InvalidInput
from domain.jobs.job import JobId
from domain.jobs.usage import NOTHING, Usage
from domain.rfp_answering.draft import Draft
from domain.rfp_answering.proving.evidence import Evidence
from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.rfp import RfpId
from domain.tenancy import UserId


@frozen(kw_only=True)
class Author:
    """
    Who wrote: a model (`openai:gpt-5-mini`) under prompts, each with its version (`responder@1`), or code
    (`extractive`), whose version is a title of its own.
    """

    name: str
    prompts: tuple[str, ...] = ()


@frozen(kw_only=True)
class Basis:
    """What a draft was made from: as long as all of it is the same, it need not be made again."""

    question: str
    passages: str
    author: Author


@frozen(kw_only=True)
class DraftRecord:
    """A draft as it was stored; the newest *version* of a question is the one that counts."""

    rfp_id: RfpId
    no: QuestionNo
    version: int = field(validator=ge(1))
    draft: Draft
    evidence: Evidence
    basis: Basis
    job_id: JobId
    made_at: datetime
    repairs: int = 0
    usage: Usage = NOTHING

    @property
    def needs_review(self) -> bool:
        """Whether a person has to look: the checks found something."""
        return not self.evidence.is_sufficient


class ReviewVerdict(StrEnum):
    """What a reviewer says of a draft."""

    ACCEPT = "accept"
    REVISE = "revise"
    REJECT = "reject"


@frozen(kw_only=True)
class Comment:
    """A remark on a sentence of the answer, counted from 1; 0 is the whole answer."""

    sentence: int = field(validator=ge(0))
    text: str


@frozen(kw_only=True)
class ReviewRecord:
    """What a reviewer said of one version of a draft; *scores* from 0 to 1 by criterion. A review edits nothing."""

    rfp_id: RfpId
    no: QuestionNo
    draft_version: int
    verdict: ReviewVerdict
    scores: Mapping[str, float]
    comments: tuple[Comment, ...]
    author: Author
    job_id: JobId
    made_at: datetime
    usage: Usage = NOTHING


class DecisionKind(StrEnum):
    """What a person decided."""

    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"


@frozen(kw_only=True)
class Decision:
    """
    What a person decided on a question, on a version of its draft (0: there was none).

    *text* is the person's own answer where it was edited. No job ever writes one, or over one.
    """

    rfp_id: RfpId
    no: QuestionNo
    kind: DecisionKind
    draft_version: int
    by: UserId
    at: datetime
    text: str = ""

    def __attrs_post_init__(self) -> None:
        if (self.kind is DecisionKind.EDITED) != bool(self.text.strip()):
            raise InvalidInput(f"decision {self.kind}: an edited answer has a text, and no other decision has one")
