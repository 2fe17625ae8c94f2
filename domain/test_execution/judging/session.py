"""
One judge consulted on one answer: its calls, the one repair of a reply that can't be read, and what it cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from time import monotonic
from typing import TypeVar

from attrs import define, field, frozen

from domain.jobs.errors import FailureKind, ItemFailure, PermanentFailure, TransientFailure
from domain.jobs.item import Document
from domain.jobs.usage import Usage
from domain.language_models.conversation import Completion, Message
from domain.language_models.model import ModelSpec
from domain.language_models.ports import LanguageModel
from domain.language_models.prompt import REPAIR, Prompt
from domain.test_execution.judging.consultation import NoOpinion
from domain.test_execution.judging.reply import Read, UnreadableReply, read_reply

T = TypeVar("T")


@frozen(kw_only=True)
class OpenModel:
    """A model that can be called, and what it was opened by."""

    spec: ModelSpec
    model: LanguageModel = field(repr=False)


@frozen(kw_only=True)
class Request:
    """What a judge is asked: the messages, the title of the prompt they were made of, and the reply's schema."""

    title: str
    messages: tuple[Message, ...]
    schema: Document | None


Write = Callable[[Prompt, Mapping[str, str]], Request]
"""Makes the request of a prompt and its data; a test set's own prompt may stand in for the shipped one."""


def as_shipped(prompt: Prompt, blocks: Mapping[str, str]) -> Request:
    """Return the request in the words that Antiphon ships."""
    messages = tuple(Message(role=message.role, content=message.text) for message in prompt.filled(blocks))
    return Request(title=prompt.title, messages=messages, schema=prompt.reply)


@define(kw_only=True, eq=False)
class Session:
    """
    The `Consultation` port over one judge and one embedding model; *ends* is when its time is over (monotonic).

    *known* are replies that an earlier attempt heard, by what was asked of the judge in this *seat* of the panel;
    *heard* are those and this attempt's.
    """

    judge: OpenModel | None
    embedder: OpenModel | None
    prompts: Mapping[str, Prompt]
    write: Write
    ends: float
    seat: int = 0
    known: Mapping[str, str] = field(factory=dict)
    heard: dict[str, str] = field(factory=dict, init=False)
    usage: Usage = field(factory=Usage, init=False)
    titles: list[str] = field(factory=list, init=False)

    def ask(self, prompt: str, blocks: Mapping[str, str], *, read: Read[T]) -> T:
        """Ask, and once more when the reply can't be read."""
        request = self.write(self.prompts[prompt], blocks)
        self.titles += [request.title] if request.title not in self.titles else []
        reply = self._reply(request, request.messages)
        try:
            return read_reply(reply, read=read)
        except UnreadableReply as problem:
            said = Message(role="assistant", content=reply or "(nothing)")
            complaint = Message(role="user", content=REPAIR.format(problem=problem))
            return self._read_repaired(request, (*request.messages, said, complaint), read)

    def embed(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """Return a vector for each text."""
        embedder = self._needed(self.embedder, "embedding model")
        with _as_evaluation_error(embedder.spec, self):
            found = embedder.model.embed(texts, deadline_s=self._left_s())
        self.usage += found.usage
        return list(found.vectors)

    def _read_repaired(self, request: Request, messages: tuple[Message, ...], read: Read[T]) -> T:
        reply = self._reply(request, messages)
        try:
            return read_reply(reply, read=read)
        except UnreadableReply as problem:
            raise NoOpinion(f"the judge's reply could not be read, not even the second one: {problem}") from problem

    def _reply(self, request: Request, messages: tuple[Message, ...]) -> str:
        asked = self._asked(messages)
        text = self.known[asked] if asked in self.known else self._complete(request, messages).text
        self.heard[asked] = text
        return text

    def _asked(self, messages: tuple[Message, ...]) -> str:
        judge = self.judge.spec if self.judge else None
        words = [(message.role, message.content) for message in messages]
        return blake2b(repr((self.seat, judge, words)).encode("utf-8", "replace"), digest_size=16).hexdigest()

    def _complete(self, request: Request, messages: tuple[Message, ...]) -> Completion:
        judge = self._needed(self.judge, "judge")
        schema = request.schema if judge.spec.takes_schemas else None
        with _as_evaluation_error(judge.spec, self):
            completion = judge.model.complete(messages, deadline_s=self._left_s(), json_schema=schema)
        self.usage += completion.usage
        return completion

    def _left_s(self) -> float:
        left = self.ends - monotonic()
        if left <= 0:
            raise PermanentFailure("no time was left to judge the answer", kind=FailureKind.EVALUATION_ERROR)
        return left

    def _needed(self, model: OpenModel | None, what: str) -> OpenModel:
        if model is None:
            raise PermanentFailure(f"no {what} is named for this run", kind=FailureKind.EVALUATION_ERROR)
        return model


@contextmanager
def _as_evaluation_error(spec: ModelSpec, session: Session) -> Iterator[None]:
    """Turn what a judge's call raises into "could not be judged": never a verdict, and never the target's failure."""
    try:
        yield
    except ItemFailure as error:
        if error.kind is not FailureKind.TARGET_DOWN:  # nobody was called
            session.usage += Usage(requests=1)
        message = f"judge {spec.name}: {error}"
        if isinstance(error, TransientFailure):
            raise TransientFailure(
                message, kind=FailureKind.EVALUATION_ERROR, retry_after_s=error.retry_after_s
            ) from error
        if isinstance(error, PermanentFailure):
            raise PermanentFailure(message, kind=FailureKind.EVALUATION_ERROR) from error
        raise
