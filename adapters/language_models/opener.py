"""Opens models of all providers: what can be wrong with a specification is found here, before a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import attrs
from attrs import field, frozen

from adapters.http.call import DEFAULT_HEADERS, HttpCall, checked_headers, checked_key, utc_now
from adapters.http.environment import EnvironmentValues
from adapters.http.exchange import HttpConnections
from adapters.http.guard import STRICT, AddressGuard
from adapters.http.url import Url
from adapters.language_models.anthropic import AnthropicDialect
from adapters.language_models.azure import AzureDialect
from adapters.language_models.dialect import ChatDialect, EmbeddingDialect
from adapters.language_models.google import GoogleDialect
from adapters.language_models.http_catalogue import HttpModelCatalogue
from adapters.language_models.http_model import EmbeddingCall, HttpLanguageModel
from adapters.language_models.http_stream import streamed
from adapters.language_models.listings import (
    AnthropicListing,
    AzureListing,
    GoogleListing,
    Listing,
    OllamaListing,
    OpenAiListing,
)
from adapters.language_models.ollama import OllamaDialect
from adapters.language_models.openai_compatible import OpenAiDialect
from adapters.language_models.scripted import ScriptedCatalogue, ScriptedModel
from adapters.language_models.stream_dialects import (
    AnthropicStream,
    GoogleStream,
    OllamaStream,
    OpenAiStream,
    StreamDialect,
)
from domain.jobs.errors import InvalidInput
from domain.language_models.conversation import Message
from domain.language_models.model import ModelSpec, Provider
from domain.language_models.ports import LanguageModel, ModelCatalogue
from domain.language_models.streamed import Streamed


@frozen(kw_only=True)
class _Dialects:
    chat: ChatDialect
    embedding: EmbeddingDialect | None
    listing: Listing
    stream: StreamDialect


_OPENAI, _AZURE, _GOOGLE, _OLLAMA = OpenAiDialect(), AzureDialect(), GoogleDialect(), OllamaDialect()
_DIALECTS: Mapping[Provider, _Dialects] = {
    Provider.OPENAI: _Dialects(chat=_OPENAI, embedding=_OPENAI, listing=OpenAiListing(), stream=OpenAiStream()),
    Provider.OPENAI_COMPATIBLE: _Dialects(
        chat=_OPENAI, embedding=_OPENAI, listing=OpenAiListing(), stream=OpenAiStream()
    ),
    Provider.AZURE: _Dialects(chat=_AZURE, embedding=_AZURE, listing=AzureListing(), stream=OpenAiStream()),
    Provider.ANTHROPIC: _Dialects(
        chat=AnthropicDialect(), embedding=None, listing=AnthropicListing(), stream=AnthropicStream()
    ),
    Provider.GOOGLE: _Dialects(chat=_GOOGLE, embedding=_GOOGLE, listing=GoogleListing(), stream=GoogleStream()),
    Provider.OLLAMA: _Dialects(chat=_OLLAMA, embedding=_OLLAMA, listing=OllamaListing(), stream=OllamaStream()),
}


LIST_BYTES = 20_000_000
"""Lists are longer than answers: a gateway to all providers describes some hundred models."""


@frozen
class StandardLanguageModels:
    """
    The `LanguageModels` port, `StreamingModels`, and `ModelCatalogues`.

    *environment* is where `${NAME}` in a specification comes from; *guard* judges the addresses that are called; *now*
    is the clock for dates in Retry-After.
    """

    _environment: Mapping[str, str] = field(repr=False)
    _guard: AddressGuard = STRICT
    _now: Callable[[], datetime] = field(default=utc_now, repr=False)

    def with_environment(self, environment: Mapping[str, str]) -> StandardLanguageModels:
        """Return what opens models with another environment."""
        return attrs.evolve(self, environment=environment)

    def open(self, spec: ModelSpec, *, connections: int) -> LanguageModel:
        """
        Return the model, ready for *connections* calls at once; nothing is sent yet.

        Raises:
            InvalidInput: an unset environment variable, no address, a URL or header that can't be used, a parameter
                that the program sets itself.
        """
        if spec.provider is Provider.SCRIPTED:
            return ScriptedModel(spec)
        dialects = _dialects_of_chats(spec)
        call = self._call(spec, dialects.chat, connections=connections)
        embedding = None
        if dialects.embedding is not None:
            there = _at(call, dialects.embedding.embedding_url(spec))
            embedding = EmbeddingCall(call=there, dialect=dialects.embedding)
        return HttpLanguageModel(spec=spec, call=call, dialect=dialects.chat, embedding=embedding)

    def stream(self, spec: ModelSpec, messages: Sequence[Message], *, deadline_s: float) -> Streamed:
        """
        Ask for an answer in pieces, over a connection of its own, and return how it came.

        Raises:
            InvalidInput: as `open`.
            TransientFailure, PermanentFailure: as the port says.
        """
        if spec.provider is Provider.SCRIPTED:
            return ScriptedModel(spec).stream(messages, deadline_s=deadline_s)
        dialects = _dialects_of_chats(spec)
        chats = self._call(spec, dialects.chat, connections=1)
        call = _at(chats, dialects.stream.url(dialects.chat.chat_url(spec)))
        try:
            return streamed(call, dialects.stream, dialects.chat.chat(spec, messages, None), deadline_s=deadline_s)
        finally:
            call.connections.close()

    def catalogue(self, spec: ModelSpec) -> ModelCatalogue:
        """
        Return the list of models of the account that *spec* calls; nothing is sent yet.

        Raises:
            InvalidInput: an unset environment variable, no address, a URL or header that can't be used.
        """
        if spec.provider is Provider.SCRIPTED:
            return ScriptedCatalogue(spec)
        dialects = _dialects_of(spec)
        call = self._call(spec, dialects.chat, connections=1)
        url = dialects.listing.url(spec, after="")
        headers = {name: value for name, value in call.headers.items() if name.lower() != "content-type"}
        return HttpModelCatalogue(
            spec=spec,
            call=attrs.evolve(
                call,
                method="GET",
                shown=f"GET {url}",
                headers=headers,
                max_bytes=LIST_BYTES,
                url=_parsed(url, values=call.values),
            ),
            listing=dialects.listing,
            parse=lambda page: _parsed(page, values=call.values),
        )

    def _call(self, spec: ModelSpec, dialect: ChatDialect, *, connections: int) -> HttpCall:
        values = EnvironmentValues(self._environment)
        url = dialect.chat_url(spec)
        parsed = _parsed(url, values=values)
        key = checked_key(spec.api_key, values=values) if spec.api_key else ""
        defaults = {**DEFAULT_HEADERS, "Content-Type": "application/json", **dialect.headers(key)}
        return HttpCall(
            method="POST",
            shown=f"POST {url}",
            url=parsed,
            headers=checked_headers(spec.headers, values=values, defaults=defaults),
            max_bytes=spec.max_answer_bytes,
            timeout_s=spec.timeout_s,
            values=values,
            connections=HttpConnections(parsed, size=connections, guard=self._guard),
            now=self._now,
        )


def _dialects_of(spec: ModelSpec) -> _Dialects:
    if spec.is_reference:
        raise InvalidInput(f"{spec.name}: it names a registered model that was not looked up; name it in a run")
    return _DIALECTS[spec.provider]


def _dialects_of_chats(spec: ModelSpec) -> _Dialects:
    dialects = _dialects_of(spec)
    for name in dialects.chat.unsupported(spec):
        raise InvalidInput(f"parameters.{name}: can't be set here; take it out")
    return dialects


def _at(call: HttpCall, url: str) -> HttpCall:
    return attrs.evolve(call, shown=f"POST {url}", url=_parsed(url, values=call.values))


def _parsed(url: str, *, values: EnvironmentValues) -> Url:
    return Url.parse(values.fill_url(url, field="base_url"), field="base_url", shown=url)
