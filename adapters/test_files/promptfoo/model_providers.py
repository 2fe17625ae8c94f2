"""A provider of promptfoo that is a language model, as the specification that targets and judges share."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from attrs import frozen

from adapters.test_files.fields import Fields
from adapters.test_files.nodes import MapNode, plain
from adapters.test_files.promptfoo.model_names import ModelName
from adapters.test_files.promptfoo.reading import Reading, as_reference
from adapters.test_files.targets import check_url
from domain.jobs.item import Document
from domain.language_models.model import ModelSpec, Provider

_CONNECTION = (
    "apiBaseUrl",
    "apiHost",
    "apiVersion",
    "apiKey",
    "apiKeyEnvar",
    "apiKeyRequired",
    "headers",
    "organization",
)
_OPENAI = (
    "temperature",
    "max_tokens",
    "max_completion_tokens",
    "top_p",
    "seed",
    "stop",
    "frequency_penalty",
    "presence_penalty",
    "reasoning_effort",
    "reasoning",
    "verbosity",
    "response_format",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "functions",
    "function_call",
    "logit_bias",
    "top_k",
    "min_p",
    "repetition_penalty",
    "service_tier",
    "user",
    "store",
    "metadata",
)
_ANTHROPIC = (
    "temperature",
    "max_tokens",
    "top_p",
    "top_k",
    "stop_sequences",
    "tools",
    "tool_choice",
    "thinking",
    "metadata",
)
_GOOGLE: Mapping[str, str] = {
    "temperature": "temperature",
    "topP": "topP",
    "topK": "topK",
    "maxOutputTokens": "maxOutputTokens",
    "max_tokens": "maxOutputTokens",
    "stopSequences": "stopSequences",
    "generationConfig": "generationConfig",
    "safetySettings": "safetySettings",
    "tools": "tools",
    "toolConfig": "toolConfig",
}
_OLLAMA: Mapping[str, str] = {
    **{name: name for name in ("temperature", "top_p", "top_k", "seed", "stop", "num_ctx", "num_predict")},
    "max_tokens": "num_predict",
    "think": "think",
    "keep_alive": "keep_alive",
    "tools": "tools",
}
_PARAMETERS: Mapping[Provider, Mapping[str, str]] = {
    Provider.OPENAI: {name: name for name in _OPENAI},
    Provider.OPENAI_COMPATIBLE: {name: name for name in _OPENAI},
    Provider.AZURE: {name: name for name in _OPENAI},
    Provider.ANTHROPIC: {name: name for name in _ANTHROPIC},
    Provider.GOOGLE: _GOOGLE,
    Provider.OLLAMA: _OLLAMA,
}
_MORE = ("passthrough", "extra_body")
"""Mappings whose keys are sent as they are."""

_IGNORED = frozenset({"cost", "inputCost", "outputCost", "cache", "showThinking", "basePath", "maxRetries"})
"""About promptfoo's own bookkeeping: nothing of it is sent."""


@frozen(kw_only=True)
class ModelProviderReader:
    """Reads the config of providers that are models."""

    reading: Reading

    def read(self, name: ModelName, config: MapNode) -> ModelSpec | None:
        """Return the model; None where its config leaves no address to call."""
        known = _PARAMETERS[name.provider]
        fields = self._fields(config, known=(*_CONNECTION, *_MORE, *known), of=name)
        base_url = self._address(fields, name)
        if base_url is None:
            return None
        return ModelSpec(
            provider=name.provider,
            model=name.model,
            base_url=base_url,
            api_key=_api_key(fields, name),
            headers=self._headers(fields),
            parameters=self._parameters(config, known),
        )

    def _fields(self, config: MapNode, *, known: tuple[str, ...], of: ModelName) -> Fields:
        for key in sorted(config.entries.keys() - set(known) - _IGNORED):
            self.reading.note(f"key {key} in the config of a provider {of.vendor}", line=config.line_of(key))
        entries = {key: as_reference(value) for key, value in config.entries.items() if key in known}
        node = MapNode(config.line, entries, config.key_lines)
        return Fields(node, what="the provider's config", known=known, problems=self.reading.problems, secret=True)

    def _address(self, fields: Fields, name: ModelName) -> str | None:
        base_url = fields.text("apiBaseUrl")
        if host := fields.text("apiHost"):
            base_url = base_url or (host if "://" in host else f"https://{host}")
        check_url(base_url, line=fields.node.line_of("apiBaseUrl"), problems=self.reading.problems)
        if name.provider is not Provider.AZURE:
            return base_url or name.base_url
        if not base_url:
            what = f"a provider azure:{name.model} without an address"
            self.reading.problems.add(
                fields.node.line, what, expected="apiHost or apiBaseUrl", do="add apiHost: NAME.openai.azure.com"
            )
            return None
        version = fields.text("apiVersion")
        return f"{base_url.rstrip('/')}?api-version={version}" if version and not urlsplit(base_url).query else base_url

    def _headers(self, fields: Fields) -> Mapping[str, str]:
        headers = dict(fields.text_map("headers"))
        if organization := fields.text("organization"):
            headers["OpenAI-Organization"] = organization
        return headers

    def _parameters(self, config: MapNode, known: Mapping[str, str]) -> Document:
        found: dict[str, object] = {}
        for key, name in known.items():
            if key in config.entries:
                (node, *_) = (*self.reading.resolved(config.entries[key]), config.entries[key])
                found[name] = self._sent(plain(node), line=config.line_of(key))
        for key in _MORE:
            more = config.entries.get(key)
            if isinstance(more, MapNode):
                sent = self._sent(plain(more), line=config.line_of(key))
                found.update(sent if isinstance(sent, dict) else {})
        return {name: value for name, value in found.items() if value is not None}

    def _sent(self, value: object, *, line: int) -> object:
        return self.reading.json(value, where="a provider's parameters", line=line)


def _api_key(fields: Fields, name: ModelName) -> str:
    if key := fields.text("apiKey"):
        return key
    if variable := fields.text("apiKeyEnvar"):
        return f"${{{variable}}}"
    if not name.key or not fields.flag("apiKeyRequired", default=True):
        return ""
    return f"${{{name.key}}}"
