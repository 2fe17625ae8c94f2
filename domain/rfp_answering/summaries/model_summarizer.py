"""
A summarizer that is a language model: what it is asked, and how its replies are read.

The document reaches it as data, in blocks that the data can't close; it gets no tools, and nothing but chunks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import attrs
from attrs import frozen

from domain.jobs.errors import Deferred, FailureKind, ItemFailure, PermanentFailure
from domain.language_models.conversation import Message
from domain.language_models.prompt import Prompt, numbered_blocks
from domain.rfp_answering.model_authors import AskedModel
from domain.rfp_answering.records import Author
from domain.rfp_answering.summaries.authorship import Condensed
from domain.rfp_answering.summaries.grouping import shown
from domain.rfp_answering.summaries.information_document import TextChunk
from domain.rfp_answering.summaries.kept_replies import Replies
from domain.rfp_answering.summaries.statements import Bullet, Claim, RowKind
from domain.test_execution.judging.reply import Fields, UnreadableReply

T = TypeVar("T")
PART, OVERVIEW = "summary-part", "summary-overview"


@frozen(kw_only=True)
class ModelSummarizer:
    """`Summarizer` that asks a model."""

    asked: AskedModel
    prompts: Mapping[str, Prompt]

    @property
    def author(self) -> Author:
        """The model, and the versions of the prompts."""
        return Author(name=self.asked.spec.name, prompts=(self.prompts[PART].title, self.prompts[OVERVIEW].title))

    def part(self, chunks: Sequence[TextChunk], *, replies: Replies, deadline_s: float) -> tuple[Claim, ...]:
        """Return what the model says of the chunks."""
        blocks = {"chunks": numbered_blocks([shown(one) for one in chunks], name="chunk")}
        return self._asked(PART, blocks, lambda fields: _claims_in(fields, chunks), replies, deadline_s)

    def overview(self, bullets: Sequence[Bullet], *, replies: Replies, deadline_s: float) -> tuple[Condensed, ...]:
        """Return what the model makes of all bullets."""
        blocks = {"bullets": numbered_blocks([one.text for one in bullets], name="bullet")}
        return self._asked(OVERVIEW, blocks, lambda one: _condensed_in(one, most=len(bullets)), replies, deadline_s)

    def _asked(
        self, name: str, blocks: Mapping[str, str], read: Callable[[Fields], T], replies: Replies, deadline_s: float
    ) -> T:
        prompt = self.prompts[name]
        messages = tuple(Message(role=one.role, content=one.text) for one in prompt.filled(blocks))
        asked = attrs.evolve(self.asked, model=replies.through(self.asked.model))
        try:
            return asked.ask(messages, schema=prompt.reply, read=read, deadline_s=deadline_s)[0]
        except (ItemFailure, Deferred) as failure:
            failure.usage -= replies.told  # each reply was counted where it was kept
            if isinstance(failure, PermanentFailure) and failure.kind is FailureKind.BAD_ANSWER:
                replies.forget()
            raise


def _claims_in(fields: Fields, chunks: Sequence[TextChunk]) -> tuple[Claim, ...]:
    bullets = [_claim(one, chunks, kind=None) for one in fields.objects("bullets")]
    return (*bullets, *(_claim(one, chunks, kind=_kind(one)) for one in fields.objects("rows")))


def _claim(fields: Fields, chunks: Sequence[TextChunk], *, kind: RowKind | None) -> Claim:
    number = fields.whole("chunk")
    ordinal = chunks[number - 1].ordinal if 1 <= number <= len(chunks) else None
    return Claim(text=fields.text("text"), chunk=ordinal, quote=fields.text("quote"), kind=kind)


def _kind(fields: Fields) -> RowKind:
    kind = fields.text("kind")
    if kind not in list(RowKind):
        raise UnreadableReply(f"'kind' is {kind[:40]!r}; expected {', '.join(RowKind)}")
    return RowKind(kind)


def _condensed_in(fields: Fields, *, most: int) -> tuple[Condensed, ...]:
    return tuple((one.text("text"), tuple(one.numbers("from", most=most))) for one in fields.objects("bullets"))
