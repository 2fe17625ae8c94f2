"""The `LanguageModel` port over HTTP: one call, in the dialect of the provider."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from attrs import field, frozen

from adapters.http.call import HttpCall
from adapters.http.exchange import Reply
from adapters.http.reading import NotJson, ReplyReader, json_text
from adapters.language_models.dialect import ChatDialect, EmbeddingDialect, NoMessage
from adapters.language_models.failures import refusal
from adapters.language_models.json_values import mapping
from domain.jobs.errors import FailureKind, ItemFailure, PermanentFailure
from domain.jobs.item import Document
from domain.language_models.conversation import Completion, Embeddings, FinishReason, Message
from domain.language_models.cut_off import AnswerCutOff
from domain.language_models.model import ModelSpec


@frozen(kw_only=True)
class EmbeddingCall:
    """Where and how texts are embedded."""

    call: HttpCall
    dialect: EmbeddingDialect


@frozen(kw_only=True)
class HttpLanguageModel:
    """A model at a provider; the connections are shared by all threads."""

    spec: ModelSpec
    _call: HttpCall
    _dialect: ChatDialect
    _embedding: EmbeddingCall | None = field(default=None)

    def complete(
        self, messages: Sequence[Message], *, deadline_s: float, json_schema: Document | None = None
    ) -> Completion:
        """Ask once and return what the model says."""
        body = self._dialect.chat(self.spec, messages, json_schema)
        reply, data = _exchange(self._call, body, deadline_s=deadline_s)
        try:
            completion = self._dialect.completion(data, reply=reply)
        except NoMessage as error:
            problem = str(error)
        else:
            if completion.text or completion.tool_calls or completion.finish_reason not in _CUT_SHORT:
                said_back = completion.request_id or ""  # a header, which the body's masking has not seen
                return attrs.evolve(completion, request_id=self._call.values.without_credentials(said_back) or None)
            raise _without_words(self._call, completion)
        reader = ReplyReader(self._call)
        raise reader.bad(f"{reader.excerpt(problem)}; the answer starts with: {reader.excerpt(_start(reply))}")

    def embed(self, texts: Sequence[str], *, deadline_s: float) -> Embeddings:
        """Return a vector for each of *texts*."""
        if self._embedding is None:
            raise PermanentFailure(
                f"{self.spec.name}: the provider has no embeddings; take a model of another one",
                kind=FailureKind.BAD_INPUT,
            )
        call, dialect = self._embedding.call, self._embedding.dialect
        reply, data = _exchange(call, dialect.embedding(self.spec, texts), deadline_s=deadline_s)
        found = dialect.embeddings(data, reply=reply)
        sizes = {len(each) for each in found.vectors}
        if len(found.vectors) != len(texts) or 0 in sizes or len(sizes) > 1:
            reader = ReplyReader(call)
            raise reader.bad(
                f"expected {len(texts)} vectors of one length, found {len(found.vectors)} of the lengths "
                f"{sorted(sizes)}; the answer starts with: {reader.excerpt(_start(reply))}"
            )
        return found

    def close(self) -> None:
        """Close the connections."""
        self._call.connections.close()


_CUT_SHORT = (FinishReason.LENGTH, FinishReason.CONTENT_FILTER)


def _exchange(call: HttpCall, body: dict[str, object], *, deadline_s: float) -> tuple[Reply, Document]:
    reply = call.send(json_text(body).encode("ascii"), variables={}, deadline_s=deadline_s)
    if not reply.is_success:
        raise refusal(reply, call=call)
    reader = ReplyReader(call)
    said = reader.text(reply)
    try:
        data = mapping(reader.json(said, reply=reply))
    except NotJson as error:
        what = str(error)
    else:
        if data.get("error"):  # gateways say so with status 200
            raise refusal(reply, call=call)
        return reply, data
    raise reader.bad(f"the answer is {what}, and JSON is needed; it starts with: {reader.excerpt(said)}")


def _without_words(call: HttpCall, completion: Completion) -> ItemFailure:
    if completion.finish_reason is FinishReason.CONTENT_FILTER:
        return PermanentFailure(
            f"{call.shown}: the provider's content filter kept the whole answer back", kind=FailureKind.CONTENT_FILTERED
        )
    return AnswerCutOff(
        f"{call.shown}: the model reached its limit of tokens before the first word of its answer "
        f"({completion.completion_tokens} tokens, spent on reasoning); raise the limit (max_tokens ...)",
        completion=completion,
    )


def _start(reply: Reply) -> str:
    return reply.body.decode("utf-8", "replace")
