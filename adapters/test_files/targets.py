"""
The `target:` of a file, read into the specification of its kind.

Secrets belong into the environment (`${NAME}`): one that is written out is accepted with a warning, never shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from attrs import evolve
from attrs import fields as fields_of

from adapters.test_files.fields import Fields
from adapters.test_files.nodes import MapNode, Node, kind_of, plain
from adapters.test_files.problems import Problems, nearest, shown
from adapters.test_files.script_fields import script_field
from domain.jobs.errors import InvalidInput
from domain.language_models.model import API_KEYS, BASE_URLS, DEFAULT_MAX_ANSWER_BYTES, ModelSpec, Provider
from domain.language_models.price import Price
from domain.limits.limit import CallLimits
from domain.test_execution.named_target import NamedTarget, check_targets
from domain.test_execution.target import DEFAULT_BODY, HttpTarget, ModelTarget, PythonTarget, TargetSpec
from domain.test_execution.test_set import TestCase

_URL = re.compile(r"https?://|\$\{")
_SECRET_HEADER = re.compile(r"authorization|api-?key|token|secret|cookie", re.IGNORECASE)
_MAX_BYTES = 1_000_000_000
_MAX_LIMIT = 1_000_000_000
_OF_THE_RUN = ("name", "transform", "limits")
"""What a run says about a target, whatever its kind."""


def read_targets(fields: Fields, *, problems: Problems, warnings: list[str]) -> tuple[NamedTarget, ...]:
    """Return the targets of a file: its one `target`, or its `targets`, each with a name."""
    if fields.has("target") and fields.has("targets"):
        line = fields.node.line_of("targets")
        problems.add(line, "'targets' beside 'target'", expected="one of the two", do="move the target into the list")
    nodes = fields.items("targets") if fields.has("targets") else filter(None, (fields.mapping("target"),))
    named = [_named(node, problems=problems, warnings=warnings) for node in nodes]
    targets = tuple(target for target in named if target)
    if len(targets) < 2:
        return tuple(evolve(target, name="") for target in targets)
    try:
        check_targets(targets)
    except InvalidInput as error:
        problems.add_text(fields.node.line_of("targets"), str(error))
    return targets


def check_target_names(cases: Iterable[TestCase], *, targets: Sequence[NamedTarget], problems: Problems) -> None:
    """Note targets that tests are for and the file does not have: those tests would never run."""
    names = {target.name for target in targets}
    if not targets or names == {""}:
        return  # the one target of the command line, or the file's only one, runs all tests
    for name in dict.fromkeys(name for case in cases for name in case.targets if name not in names):
        problems.add(
            None,
            f"a test or prompt is for the target {shown(name)}",
            expected=f"one of {', '.join(sorted(names))}",
            do=f"{nearest(name, among=names)}rename it",
        )


def _named(node: Node, *, problems: Problems, warnings: list[str]) -> NamedTarget | None:
    if not isinstance(node, MapNode):
        problems.add(node.line, f"a target that is {kind_of(node)}", expected="a mapping", do="write its keys")
        return None
    own = {key: node.entries[key] for key in _OF_THE_RUN if key in node.entries}
    fields = Fields(MapNode(node.line, own, node.key_lines), what="the target", known=_OF_THE_RUN, problems=problems)
    entries = {key: value for key, value in node.entries.items() if key not in _OF_THE_RUN}
    spec = read_target(MapNode(node.line, entries, node.key_lines), problems=problems, warnings=warnings)
    if spec is None:
        return None
    transform = script_field(fields, "transform", problems=problems)
    return NamedTarget(name=fields.name("name"), spec=spec, transform=transform, limits=_limits(fields, problems))


def _limits(target: Fields, problems: Problems) -> CallLimits:
    names = tuple(field.name for field in fields_of(CallLimits))
    node = target.mapping("limits")
    if node is None:
        return CallLimits()
    fields = Fields(node, what="the target's limits", known=names, problems=problems)
    return CallLimits(**{name: fields.whole(name, least=1, most=_MAX_LIMIT) for name in names})


def read_target(node: MapNode, *, problems: Problems, warnings: list[str]) -> TargetSpec | None:
    """Return the target that the mapping describes, or None where it is too wrong to be one."""
    kind_node = node.entries.get("kind")
    kind = plain(kind_node) if kind_node else None
    if not isinstance(kind, str) or kind not in _READERS:
        problems.add(
            node.line_of("kind"),
            f"the target's kind is {shown(kind)}" if kind is not None else "the target has no 'kind'",
            expected=f"one of {', '.join(_READERS)}",
            do=(nearest(kind, among=_READERS) if isinstance(kind, str) else "") + "add kind: http",
        )
        return None
    fields = Fields(node, what=f"the {kind} target", known=("kind", *_KEYS[kind]), problems=problems, secret=True)
    before = len(problems)
    target = _READERS[kind](fields, problems)
    if len(problems) > before or target is None:
        return None
    warnings += secret_warnings(target)
    return target


def check_url(url: str, *, line: int, problems: Problems) -> None:
    """Note a URL that no HTTP client can call."""
    if url and not _URL.match(url):
        problems.add(
            line,
            "the URL has another scheme, or none",  # not shown: it may hold a password
            expected="http://... or https://...",
            do="write the whole address",
        )


def secret_warnings(target: TargetSpec) -> list[str]:
    """Return a line for each secret that stands in the file itself; the line does not show it."""
    if isinstance(target, PythonTarget):
        return []
    headers = target.model.headers if isinstance(target, ModelTarget) else target.headers
    named = {name: value for name, value in headers.items() if _SECRET_HEADER.search(name)}
    if isinstance(target, ModelTarget):
        named["api_key"] = target.model.api_key
    return [
        f"target: {name} seems to hold a secret; it will be stored with the job. Write ${{NAME}} and set NAME instead"
        for name, value in named.items()
        if value and "${" not in value
    ]


def _read_http(fields: Fields, problems: Problems) -> HttpTarget | None:
    url = fields.required_text("url")
    check_url(url, line=fields.node.line_of("url"), problems=problems)
    if not url.strip():
        return None
    return HttpTarget(
        url=url,
        method=_method(fields, problems),
        headers=fields.text_map("headers"),
        response_path=fields.text("response_path"),
        timeout_s=_timeout(fields),
        max_answer_bytes=_max_answer_bytes(fields),
        body=plain(fields.node.entries["body"]) if fields.has("body") else DEFAULT_BODY,
        request_transform=script_field(fields, "request_transform", problems=problems),
        response_transform=script_field(fields, "response_transform", problems=problems),
        json_texts=fields.flag("json_texts", default=False),
    )


def _read_model(fields: Fields, problems: Problems) -> ModelTarget | None:
    provider = Provider(str(plain(fields.node.entries["kind"])))
    model = fields.required_text("model")
    base_url = fields.text("base_url") if provider in BASE_URLS else fields.required_text("base_url")
    check_url(base_url, line=fields.node.line_of("base_url"), problems=problems)
    if not model.strip():
        return None
    spec = ModelSpec(
        provider=provider,
        model=model,
        base_url=base_url,
        api_key=fields.text("api_key", default=_usual_key(provider, base_url)),
        parameters=fields.json_map("parameters"),
        headers=fields.text_map("headers"),
        timeout_s=_timeout(fields),
        max_answer_bytes=_max_answer_bytes(fields),
        price=_price(fields, problems),
        limits=_limits(fields, problems),
    )
    return ModelTarget(model=spec, system=fields.text("system"))


def _usual_key(provider: Provider, base_url: str) -> str:
    # At its provider's own address a model is of no use without a key; elsewhere it may well need none.
    return API_KEYS.get(provider, "") if provider is Provider.AZURE or not base_url else ""


def _price(fields: Fields, problems: Problems) -> Price | None:
    node = fields.mapping("price")
    if node is None:
        return None
    price = Fields(node, what="the price", known=("input", "output", "cached_input", "cache_write"), problems=problems)
    return Price(
        input=price.required_number("input", least=0),
        output=price.required_number("output", least=0),
        cached_input=price.number("cached_input", least=0),
        cache_write=price.number("cache_write", least=0),
    )


def _read_python(fields: Fields, _problems: Problems) -> PythonTarget | None:
    module, function = fields.required_text("module"), fields.required_text("function")
    if not module.strip() or not function.strip():
        return None
    return PythonTarget(
        module=module, function=function, options=fields.json_map("options") if fields.has("options") else None
    )


def _method(fields: Fields, problems: Problems) -> str:
    method = fields.text("method", default="POST")
    if not method.isalpha():
        problems.add(fields.node.line_of("method"), f"method {shown(method)}", expected="GET, POST ...", do="mend it")
    return method.upper()


def _timeout(fields: Fields) -> float | None:
    return fields.number("timeout_s", least=0.001, most=86_400)


def _max_answer_bytes(fields: Fields) -> int:
    return fields.whole("max_answer_bytes", least=1, most=_MAX_BYTES) or DEFAULT_MAX_ANSWER_BYTES


_READERS: Mapping[str, Callable[[Fields, Problems], TargetSpec | None]] = {
    "http": _read_http,
    **{provider.value: _read_model for provider in Provider},
    "python": _read_python,
}
_MODEL_KEYS = ("system", *(field.name for field in fields_of(ModelSpec) if field.name not in ("provider", "account")))
_KEYS: Mapping[str, tuple[str, ...]] = {
    "http": tuple(field.name for field in fields_of(HttpTarget)),
    **{provider.value: _MODEL_KEYS for provider in Provider},
    "python": tuple(field.name for field in fields_of(PythonTarget)),
}
