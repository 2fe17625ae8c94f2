"""
Authors that are language models: what they are asked, and how their replies are read.

Question, rules and passages reach the model as data, in blocks that the data can't close; it gets no tools.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import TypeVar

from attrs import frozen

from domain.jobs.errors import Deferred, FailureKind, ItemFailure, PermanentFailure
from domain.jobs.item import Document
from domain.jobs.usage import Usage
from domain.language_models.conversation import Message
from domain.language_models.model import ModelSpec
from domain.language_models.ports import LanguageModel
from domain.language_models.prompt import REPAIR, Prompt, numbered_blocks
from domain.rfp_answering.authorship import Opinion, Written
from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, Draft, Quote
from domain.rfp_answering.passage import NOWHERE, Passage
from domain.rfp_answering.proving.evidence import Finding
from domain.rfp_answering.proving.sentences import sentences_of
from domain.rfp_answering.questionnaire import Question
from domain.rfp_answering.records import Author, Comment, ReviewVerdict
from domain.test_execution.judging.reply import Fields, UnreadableReply, read_reply

T = TypeVar("T")
CRITERIA = ("correct", "complete", "clear")


@frozen(kw_only=True)
class AskedModel:
    """A model that answers with JSON, and gets one chance to put right a reply that can't be read."""

    spec: ModelSpec
    model: LanguageModel

    def ask(
        self, messages: Sequence[Message], *, schema: Document, read: Callable[[Fields], T], deadline_s: float
    ) -> tuple[T, Usage]:
        """
        Return what *read* finds in the reply, and what it cost.

        Raises:
            PermanentFailure: bad_answer: not even the second reply could be read.
            TransientFailure, PermanentFailure, Deferred: as the model's calls do; their usage is that of both.
        """
        ends = monotonic() + deadline_s
        reply, usage = self._reply(messages, schema, deadline_s)
        try:
            return read_reply(reply, read=read), usage
        except UnreadableReply as problem:
            said = Message(role="assistant", content=reply or "(nothing)")
            complaint = Message(role="user", content=REPAIR.format(problem=problem))
        try:
            again, more = self._reply((*messages, said, complaint), schema, max(0.001, ends - monotonic()))
        except (ItemFailure, Deferred) as failure:
            failure.usage += usage
            raise
        try:
            return read_reply(again, read=read), usage + more
        except UnreadableReply as problem:
            raise PermanentFailure(
                f"{self.spec.name}: the reply could not be read, not even the second one: {problem}",
                kind=FailureKind.BAD_ANSWER,
                usage=usage + more,
            ) from problem

    def _reply(self, messages: Sequence[Message], schema: Document, deadline_s: float) -> tuple[str, Usage]:
        wanted = schema if self.spec.takes_schemas else None
        try:
            said = self.model.complete(messages, deadline_s=deadline_s, json_schema=wanted)
        except ItemFailure as failure:
            if failure.kind is not FailureKind.TARGET_DOWN:  # then nobody was called
                failure.usage += Usage(requests=1)
            raise
        return said.text, said.usage


@frozen(kw_only=True)
class ModelResponder:
    """`Responder` that asks a model."""

    asked: AskedModel
    prompts: Mapping[str, Prompt]

    @property
    def author(self) -> Author:
        """The model, and the versions of the prompts."""
        titles = tuple(self.prompts[name].title for name in ("responder", "responder-repair"))
        return Author(name=self.asked.spec.name, prompts=titles)

    def draft(self, question: Question, passages: Sequence[Passage], *, deadline_s: float) -> Written:
        """Return what the model answers."""
        messages = self._messages(question, passages)
        return self._written(messages, passages, deadline_s=deadline_s)

    def repair(
        self,
        question: Question,
        passages: Sequence[Passage],
        *,
        draft: Draft,
        findings: Sequence[Finding],
        deadline_s: float,
    ) -> Written | None:
        """Return what the model answers when it is told what was found."""
        told = self.prompts["responder-repair"].filled({"findings": "\n".join(f"- {one.reason}" for one in findings)})
        said = Message(role="assistant", content=_as_reply(draft, passages))
        messages = (*self._messages(question, passages), said, Message(role="user", content=told[-1].text))
        return self._written(messages, passages, deadline_s=deadline_s)

    def _written(self, messages: Sequence[Message], passages: Sequence[Passage], *, deadline_s: float) -> Written:
        draft, usage = self.asked.ask(
            messages,
            schema=self.prompts["responder"].reply,
            read=lambda fields: _draft_in(fields, passages),
            deadline_s=deadline_s,
        )
        return Written(draft=draft, usage=usage)

    def _messages(self, question: Question, passages: Sequence[Passage]) -> tuple[Message, ...]:
        blocks = {
            "question": question.text,
            "rules": _rules(question.rules),
            "passages": numbered_blocks([shown(one) for one in passages], name="passage") or "(none was found)",
        }
        return _messages_of(self.prompts["responder"], blocks)


@frozen(kw_only=True)
class ModelReviewer:
    """`Reviewer` that asks a model."""

    asked: AskedModel
    prompts: Mapping[str, Prompt]

    @property
    def author(self) -> Author:
        """The model, and the version of the prompt."""
        return Author(name=self.asked.spec.name, prompts=(self.prompts["reviewer"].title,))

    def review(self, question: Question, draft: Draft, passages: Sequence[Passage], *, deadline_s: float) -> Opinion:
        """Return what the model says of the draft."""
        sentences = sentences_of(draft.answer)
        blocks = {
            "question": question.text,
            "answer": numbered_blocks(sentences, name="sentence"),
            "quotes": numbered_blocks([one.text for one in draft.quotes], name="quote") or "(nothing)",
            "passages": numbered_blocks([shown(one) for one in passages], name="passage") or "(none)",
        }
        opinion, usage = self.asked.ask(
            _messages_of(self.prompts["reviewer"], blocks),
            schema=self.prompts["reviewer"].reply,
            read=lambda fields: _opinion_in(fields, most=len(sentences)),
            deadline_s=deadline_s,
        )
        return Opinion(verdict=opinion.verdict, scores=opinion.scores, comments=opinion.comments, usage=usage)


def shown(passage: Passage) -> str:
    """Return a passage as authors see it: where it stands, then what it says."""
    return f"{' > '.join(passage.path)}\n\n{passage.text}"


def _messages_of(prompt: Prompt, blocks: Mapping[str, str]) -> tuple[Message, ...]:
    return tuple(Message(role=one.role, content=one.text) for one in prompt.filled(blocks))


def _rules(rules: AnswerRules) -> str:
    said = []
    if rules.allowed_values:
        said.append(f"exactly one of these values: {', '.join(map(repr, rules.allowed_values))}")
    if rules.most_characters is not None:
        said.append(f"at most {rules.most_characters} characters")
    return "; ".join(said) or "none"


def _draft_in(fields: Fields, passages: Sequence[Passage]) -> Draft:
    verdict = fields.text("verdict")
    if verdict not in list(AnswerVerdict):
        raise UnreadableReply(f"'verdict' is {verdict[:40]!r}; expected answered, partial or no_answer")
    quotes = tuple(_quote_in(one, passages) for one in fields.objects("quotes"))
    return Draft(answer=fields.text("answer"), verdict=AnswerVerdict(verdict), quotes=quotes)


def _quote_in(fields: Fields, passages: Sequence[Passage]) -> Quote:
    number = fields.whole("passage")
    chunk_id = passages[number - 1].chunk_id if 1 <= number <= len(passages) else NOWHERE
    return Quote(chunk_id=chunk_id, text=fields.text("text"))


def _opinion_in(fields: Fields, *, most: int) -> Opinion:
    verdict = fields.text("verdict")
    if verdict not in list(ReviewVerdict):
        raise UnreadableReply(f"'verdict' is {verdict[:40]!r}; expected accept, revise or reject")
    scores = fields.part("scores")
    comments = tuple(
        Comment(sentence=min(max(one.whole("sentence"), 0), most), text=one.text("text"))
        for one in fields.objects("comments")
    )
    return Opinion(
        verdict=ReviewVerdict(verdict), scores={name: scores.share(name) for name in CRITERIA}, comments=comments
    )


def _as_reply(draft: Draft, passages: Sequence[Passage]) -> str:
    numbers = {one.chunk_id: number for number, one in enumerate(passages, start=1)}
    quotes = [{"passage": numbers.get(one.chunk_id, 0), "text": one.text} for one in draft.quotes]
    return json.dumps({"answer": draft.answer, "verdict": draft.verdict.value, "quotes": quotes}, ensure_ascii=False)
