"""Those who summarize, as ports: a model, or code that needs none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from domain.jobs.job import Job
from domain.language_models.model import ModelSpec
from domain.rfp_answering.records import Author
from domain.rfp_answering.summaries.information_document import TextChunk
from domain.rfp_answering.summaries.kept_replies import Replies
from domain.rfp_answering.summaries.statements import Bullet, Claim
from domain.tenancy import TenantContext

Condensed = tuple[str, tuple[int, ...]]
"""A sentence of an overview, and the bullets (counted from 1) that it condenses."""


class Summarizer(Protocol):
    """Says what chunks say; from several threads at once. Whatever it says is checked by somebody else."""

    @property
    def author(self) -> Author:
        """Who this is, as records name it."""

    def part(self, chunks: Sequence[TextChunk], *, replies: Replies, deadline_s: float) -> tuple[Claim, ...]:
        """
        Return bullets and rows about some chunks; what is paid for is kept with *replies*, usage included.

        Raises:
            TransientFailure, PermanentFailure: as a model's calls do; bad_answer: the reply can't be read.
        """

    def overview(self, bullets: Sequence[Bullet], *, replies: Replies, deadline_s: float) -> tuple[Condensed, ...]:
        """Return what all bullets come to, most important first. Raises as `part`."""


class Summarizers(Protocol):
    """Opens those who summarize, with what an organization's models may name."""

    def open(self, tenant: TenantContext, job: Job, model: ModelSpec | None) -> Summarizer:
        """
        Return who summarizes; None is the one that extracts, without a model.

        Raises:
            InvalidInput: the model can't be used here.
        """
