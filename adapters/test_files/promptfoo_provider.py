"""Promptfoo's provider as a target: an OpenAI-compatible chat API, or an HTTP endpoint."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from adapters.test_files.fields import Fields
from adapters.test_files.metrics import list_of
from adapters.test_files.nodes import ListNode, MapNode, Node, ScalarNode, kind_of, plain
from adapters.test_files.problems import Problems
from adapters.test_files.promptfoo_unsupported import Unsupported
from adapters.test_files.targets import check_url, secret_warnings
from domain.language_models.model import ModelSpec, Provider
from domain.test_execution.target import HttpTarget, ModelTarget, TargetSpec

_PARAMETERS = (
    "temperature",
    "max_tokens",
    "max_completion_tokens",
    "top_p",
    "seed",
    "stop",
    "frequency_penalty",
    "presence_penalty",
    "reasoning_effort",
    "response_format",
)
_CHAT_KEYS = ("apiBaseUrl", "apiKey", "apiKeyEnvar", "apiKeyRequired", "headers", "passthrough", *_PARAMETERS)
_HTTP_KEYS = ("url", "method", "headers", "body", "transformResponse")
_NOT_CHAT = frozenset(
    {"chat", "completion", "responses", "embedding", "embeddings", "assistant", "realtime", "image", "moderation"}
)
_ENVIRONMENT = re.compile(r"\{\{-?\s*env\.(\w+)\s*-?\}\}")
_PLAIN_PATH = re.compile(r"json((?:\.\w+|\[\d+\])*)")


@frozen
class _Provider:
    id: str
    line: int
    config: MapNode


def read_provider(
    node: Node, *, problems: Problems, unsupported: Unsupported, warnings: list[str]
) -> TargetSpec | None:
    """Return the one provider as a target; several, or one of another kind, are problems."""
    providers = list(_providers(node, unsupported=unsupported))
    if len(providers) > 1:
        problems.add(
            node.line,
            f"{len(providers)} providers ({', '.join(provider.id for provider in providers)})",
            expected="one: a run has one target for now",
            do="keep one, and run a file for each",
        )
        return None
    if not providers:
        return None
    target = _target(providers[0], problems=problems, unsupported=unsupported)
    warnings += secret_warnings(target) if target else []
    return target


def _target(provider: _Provider, *, problems: Problems, unsupported: Unsupported) -> TargetSpec | None:
    if model := _chat_model(provider.id):
        fields = _fields(provider, known=_CHAT_KEYS, problems=problems, unsupported=unsupported)
        return _chat(fields, model=model, problems=problems)
    if provider.id in {"http", "https"} or provider.id.startswith(("http://", "https://")):
        fields = _fields(provider, known=_HTTP_KEYS, problems=problems, unsupported=unsupported)
        return _http(fields, provider=provider, problems=problems, unsupported=unsupported)
    problems.add(
        provider.line,
        f"provider {provider.id}",
        expected="openai:chat:MODEL, http or https",
        do="remove it and name the target with --target",
    )
    return None


def _chat_model(provider_id: str) -> str:
    """Return the model of `openai:chat:MODEL`, or of its short form `openai:MODEL`."""
    if provider_id.startswith("openai:chat:"):
        return provider_id.removeprefix("openai:chat:")
    vendor, _, model = provider_id.partition(":")
    return model if vendor == "openai" and model.split(":")[0] not in _NOT_CHAT else ""


def _chat(fields: Fields, *, model: str, problems: Problems) -> ModelTarget:
    base_url = fields.text("apiBaseUrl")
    check_url(base_url, line=fields.node.line_of("apiBaseUrl"), problems=problems)
    parameters = {name: plain(fields.node.entries[name]) for name in _PARAMETERS if fields.has(name)}
    spec = ModelSpec(
        provider=Provider.OPENAI,
        base_url=base_url,
        model=model,
        parameters={**parameters, **fields.json_map("passthrough")},
        api_key=_api_key(fields),
        headers=fields.text_map("headers"),
    )
    return ModelTarget(model=spec)


def _api_key(fields: Fields) -> str:
    if key := fields.text("apiKey"):
        return key
    if name := fields.text("apiKeyEnvar"):
        return f"${{{name}}}"
    return "${OPENAI_API_KEY}" if fields.flag("apiKeyRequired", default=True) else ""


def _http(fields: Fields, *, provider: _Provider, problems: Problems, unsupported: Unsupported) -> HttpTarget | None:
    url = fields.text("url") or (provider.id if "://" in provider.id else "")
    if not url:
        problems.add(provider.line, "an http provider without config.url", expected="a URL", do="add url: http://...")
        return None
    check_url(url, line=fields.node.line_of("url"), problems=problems)
    body = plain(fields.node.entries["body"]) if fields.has("body") else None
    return HttpTarget(
        url=url,
        method=(fields.text("method") or ("GET" if body is None else "POST")).upper(),
        headers=fields.text_map("headers"),
        body=body,
        response_path=_response_path(fields, unsupported=unsupported),
    )


def _response_path(fields: Fields, *, unsupported: Unsupported) -> str:
    text = fields.text("transformResponse").strip()
    if not text:
        return ""
    found = _PLAIN_PATH.fullmatch(text)
    if found is None:
        line = fields.node.line_of("transformResponse")
        unsupported.note("transformResponse that is more than a path such as json.a.b[0]", line=line)
        return ""
    return found[1].removeprefix(".")


def _fields(provider: _Provider, *, known: tuple[str, ...], problems: Problems, unsupported: Unsupported) -> Fields:
    """Return the provider's configuration without the keys that are not supported, which are noted."""
    config = provider.config
    for key, value in config.entries.items():
        if key not in known:
            unsupported.note(f"key {key} in the config of provider {provider.id}", line=config.line_of(key))
        unsupported.check_text(str(plain(value)), where="a provider's config", line=config.line_of(key))
    entries = {key: value for key, value in config.entries.items() if key in known}
    node = MapNode(config.line, entries, config.key_lines)
    return Fields(node, what="the provider's config", known=known, problems=problems, secret=True)


def _providers(node: Node, *, unsupported: Unsupported) -> Iterator[_Provider]:
    for item in list_of(_with_environment(node)):
        match item:
            case ScalarNode(value=str(provider_id)):
                yield _Provider(provider_id, item.line, MapNode(item.line, {}))
            case MapNode() if "id" in item.entries:
                for key in sorted(item.entries.keys() - {"id", "config", "label"}):
                    unsupported.note(f"provider key {key}", line=item.line_of(key))
                config = _mapping(item, "config", unsupported=unsupported)
                yield _Provider(str(plain(item.entries["id"])), item.line, config)
            case MapNode():  # the older way to write it: {openai:chat:gpt-4o: {config: ...}}
                for name in item.entries:
                    options = _mapping(item, name, unsupported=unsupported)
                    yield _Provider(name, item.line_of(name), _mapping(options, "config", unsupported=unsupported))
            case _:
                unsupported.note(f"provider that is {kind_of(item)}", line=item.line)


def _mapping(node: MapNode, key: str, *, unsupported: Unsupported) -> MapNode:
    found = node.entries.get(key)
    if isinstance(found, MapNode):
        return found
    if found is not None and plain(found) is not None:
        unsupported.note(f"{key} that is {kind_of(found)}", line=node.line_of(key))
    return MapNode(node.line, {})


def _with_environment(node: Node) -> Node:
    """Return the node with `{{ env.NAME }}` as `${NAME}`, which is filled at the call and never stored."""
    match node:
        case MapNode():
            entries = {key: _with_environment(value) for key, value in node.entries.items()}
            return MapNode(node.line, entries, node.key_lines)
        case ListNode():
            return ListNode(node.line, tuple(map(_with_environment, node.items)))
        case ScalarNode(value=str(text)):
            return ScalarNode(node.line, _ENVIRONMENT.sub(r"${\1}", text))
    return node
