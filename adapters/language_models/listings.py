"""
How each provider lists its models: where to ask, page after page, and how to read what comes back.

Gateways say more than the APIs they imitate (OpenRouter, vLLM, Mistral, Together): what they say in fields of their own
is read wherever it is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol
from urllib.parse import urlencode

from attrs import frozen

from adapters.language_models.dialect import under
from adapters.language_models.json_values import count, items, mapping, text
from domain.language_models.model import ModelSpec
from domain.language_models.ports import ListedModel
from domain.language_models.use import Capability

_PAGE = 1000
"""As many as Anthropic and Google give at once."""
_AZURE_DEPLOYMENTS = "2022-12-01"
"""The version of the data plane that lists deployments: what is called, which the models of a resource are not."""


class NoListing(ValueError):
    """A response is no list of models; the message says what it is."""


@frozen(kw_only=True)
class Page:
    """Some models, and what to ask for the next ones with; empty after the last."""

    models: tuple[ListedModel, ...]
    after: str = ""


class Listing(Protocol):
    """One provider's list of models; no state, and no network."""

    def url(self, spec: ModelSpec, *, after: str) -> str:
        """Return where the page behind *after* is."""

    def page(self, data: object) -> Page:
        """
        Read a page.

        Raises:
            NoListing: it is none.
        """


class OpenAiListing:
    """`GET {base_url}/models`, all at once; a bare list, as Together gives it, is one too."""

    def url(self, spec: ModelSpec, *, after: str) -> str:  # noqa: ARG002  # there is one page
        """Return the URL below the base URL."""
        return under(spec.address, "models")

    def page(self, data: object) -> Page:
        """Read names, and what gateways say beside them."""
        rows = data if isinstance(data, list) else mapping(data).get("data")
        if not isinstance(rows, list):
            raise NoListing(_keys_of(data, "data"))
        return Page(models=tuple(_openai_model(name, row) for row in items(rows) if (name := text(row.get("id")))))


class AzureListing:
    """
    `GET {resource}/openai/deployments`: the deployments, by the names they are called by.

    An address with a path is somebody's gateway, which is asked as OpenAI is.
    """

    def url(self, spec: ModelSpec, *, after: str) -> str:
        """Return the URL at the resource, whatever version of the API the address names for calls."""
        base = spec.address.partition("?")[0].rstrip("/")
        if "/" in base.partition("//")[2]:
            return OpenAiListing().url(spec, after=after)
        return f"{base}/openai/deployments?api-version={_AZURE_DEPLOYMENTS}"

    def page(self, data: object) -> Page:
        """Read the deployments that are ready."""
        rows = mapping(data).get("data")
        if not isinstance(rows, list):
            raise NoListing(_keys_of(data, "data"))
        ready = [row for row in items(rows) if row.get("status") in (None, "succeeded")]
        return Page(models=tuple(_openai_model(name, row) for row in ready if (name := text(row.get("id")))))


class AnthropicListing:
    """`GET {base_url}/models`, in pages by `after_id`."""

    def url(self, spec: ModelSpec, *, after: str) -> str:
        """Return the URL of the page."""
        return _with_query(under(spec.address, "models"), limit=str(_PAGE), after_id=after)

    def page(self, data: object) -> Page:
        """Read a page; each model chats and calls tools."""
        said = mapping(data)
        if not isinstance(said.get("data"), list):
            raise NoListing(_keys_of(data, "data"))
        models = [_anthropic_model(name, row) for row in items(said["data"]) if (name := text(row.get("id")))]
        return Page(models=tuple(models), after=(text(said.get("last_id")) or "") if said.get("has_more") else "")


class GoogleListing:
    """`GET {base_url}/models`, in pages by `pageToken`."""

    def url(self, spec: ModelSpec, *, after: str) -> str:
        """Return the URL of the page."""
        return _with_query(under(spec.address, "models"), pageSize=str(_PAGE), pageToken=after)

    def page(self, data: object) -> Page:
        """Read a page; models that can neither chat nor embed are left out."""
        said = mapping(data)
        if not isinstance(said.get("models"), list):
            raise NoListing(_keys_of(data, "models"))
        models = [_google_model(name, row) for row in items(said["models"]) if (name := text(row.get("name")))]
        return Page(
            models=tuple(model for model in models if model.capabilities), after=text(said.get("nextPageToken")) or ""
        )


class OllamaListing:
    """`GET {base_url}/api/tags`: what is pulled, all at once."""

    def url(self, spec: ModelSpec, *, after: str) -> str:  # noqa: ARG002  # there is one page
        """Return the URL below the server's address."""
        return under(spec.address, "api/tags")

    def page(self, data: object) -> Page:
        """Read names, and what newer servers say a model can do."""
        rows = mapping(data).get("models")
        if not isinstance(rows, list):
            raise NoListing(_keys_of(data, "models"))
        return Page(models=tuple(_ollama_model(name, row) for row in items(rows) if (name := _ollama_name(row))))


_WORDS: Mapping[str, Capability] = {
    # Azure, Mistral, Together, OpenRouter, Ollama, each in its own words
    **dict.fromkeys(("chat", "chat_completion", "completion_chat", "completion"), Capability.CHAT),
    **dict.fromkeys(("embedding", "embeddings"), Capability.EMBEDDING),
    **dict.fromkeys(("vision", "image"), Capability.IMAGE),
    **dict.fromkeys(("tools", "function_calling"), Capability.TOOLS),
    **dict.fromkeys(("structured_outputs", "json_schema"), Capability.JSON_SCHEMA),
}
_LENGTHS = ("context_length", "max_model_len", "max_context_length", "context_window", "max_input_tokens")


def _openai_model(name: str, row: Mapping[str, object]) -> ListedModel:
    said = mapping(row.get("capabilities"))
    words = [word for word, is_so in said.items() if is_so is True]
    words += [text(row.get("type")) or "", *_texts(row.get("supported_parameters"))]
    modalities = mapping(row.get("architecture"))
    if "text" in _texts(modalities.get("output_modalities")):
        words += ["chat", *_texts(modalities.get("input_modalities"))]
    length = next((number for key in _LENGTHS if (number := count(row.get(key)))), None)
    return ListedModel(name=name, capabilities=_known(words), context_length=length)


def _anthropic_model(name: str, row: Mapping[str, object]) -> ListedModel:
    said = mapping(row.get("capabilities"))
    more = {"image_input": Capability.IMAGE, "structured_outputs": Capability.JSON_SCHEMA}
    found = {capability for word, capability in more.items() if mapping(said.get(word)).get("supported") is True}
    return ListedModel(
        name=name,
        capabilities=frozenset({Capability.CHAT, Capability.TOOLS, *found}),
        context_length=count(row.get("max_input_tokens")) or None,
    )


def _google_model(name: str, row: Mapping[str, object]) -> ListedModel:
    methods = _texts(row.get("supportedGenerationMethods"))
    found = {Capability.CHAT} if "generateContent" in methods else set()
    if "embedContent" in methods or "batchEmbedContents" in methods:
        found.add(Capability.EMBEDDING)
    return ListedModel(
        name=name.removeprefix("models/"),
        capabilities=frozenset(found),
        context_length=count(row.get("inputTokenLimit")) or None,
    )


def _ollama_model(name: str, row: Mapping[str, object]) -> ListedModel:
    family = text(mapping(row.get("details")).get("family")) or ""
    words = [*_texts(row.get("capabilities")), "embedding" if "bert" in family else ""]
    return ListedModel(name=name, capabilities=_known(words))


def _ollama_name(row: Mapping[str, object]) -> str:
    return text(row.get("name")) or text(row.get("model")) or ""


def _known(words: Iterable[str]) -> frozenset[Capability]:
    return frozenset(_WORDS[word] for word in words if word in _WORDS)


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _with_query(url: str, **parameters: str) -> str:
    said = urlencode({name: value for name, value in parameters.items() if value})
    return f"{url}{'&' if '?' in url else '?'}{said}"


def _keys_of(data: object, wanted: str) -> str:
    found = (", ".join(mapping(data)) or "none") if isinstance(data, dict) else type(data).__name__
    return f"no list of models: expected one under {wanted!r}; the keys of the answer are: {found}"
