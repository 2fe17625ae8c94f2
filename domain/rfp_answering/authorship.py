"""Those who draft and those who review, as ports: a model, or code that needs none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from attrs import frozen

from domain.jobs.usage import NOTHING, Usage
from domain.rfp_answering.draft import Draft
from domain.rfp_answering.passage import Passage
from domain.rfp_answering.proving.evidence import Finding
from domain.rfp_answering.questionnaire import Question
from domain.rfp_answering.records import Author, Comment, ReviewVerdict
from domain.tenancy import TenantContext

Spent = Callable[[Usage], None]
"""Hears what was paid for, at once: whatever comes after it, it is spent."""


@frozen(kw_only=True)
class Written:
    """A draft and what it cost."""

    draft: Draft
    usage: Usage = NOTHING


@frozen(kw_only=True)
class Opinion:
    """What a reviewer says, and what it cost; *scores* are from 0 to 1."""

    verdict: ReviewVerdict
    scores: Mapping[str, float]
    comments: tuple[Comment, ...] = ()
    usage: Usage = NOTHING


class Responder(Protocol):
    """Drafts answers from passages; from several threads at once."""

    @property
    def author(self) -> Author:
        """Who this is, as records name it."""

    def draft(self, question: Question, passages: Sequence[Passage], *, deadline_s: float) -> Written:
        """
        Return a draft, made of nothing but the passages.

        Raises:
            TransientFailure, PermanentFailure: as a model's calls do; bad_answer: the reply can't be read.
        """

    def repair(
        self,
        question: Question,
        passages: Sequence[Passage],
        *,
        draft: Draft,
        findings: Sequence[Finding],
        deadline_s: float,
    ) -> Written | None:
        """Return the draft once more, with what was found in mind; None from whom that would change nothing."""


class Reviewer(Protocol):
    """Reviews drafts, and edits nothing; from several threads at once."""

    @property
    def author(self) -> Author:
        """Who this is, as records name it."""

    def review(self, question: Question, draft: Draft, passages: Sequence[Passage], *, deadline_s: float) -> Opinion:
        """
        Return what there is to say of a draft.

        Raises:
            TransientFailure, PermanentFailure: as a model's calls do; bad_answer: the reply can't be read.
        """


class Passages(Protocol):
    """The library, as those who answer see it."""

    def find(
        self, tenant: TenantContext, text: str, *, k: int, only_approved: bool, spent: Spent
    ) -> tuple[Passage, ...]:
        """
        Return the *k* passages that are nearest to a text, nearest first; *spent* hears what each call has cost.

        Raises:
            InvalidInput: no embedding model is in use.
            TransientFailure, PermanentFailure: as the embedding model's calls do; what the last one cost is theirs.
        """

    def named(self, tenant: TenantContext, chunk_ids: Sequence[str]) -> tuple[Passage, ...]:
        """Return the passages of these ids, in their order; those that are gone are left out."""
