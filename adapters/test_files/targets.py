"""
The `target:` of a file, read into the specification of its kind.

Secrets belong into the environment (`${NAME}`): one that is written out is accepted with a warning, never shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from attrs import evolve
from attrs import fields as fields_of

from adapters.test_files.fields import Fields
from adapters.test_files.nodes import MapNode, Node, kind_of, plain
from adapters.test_files.problems import Problems, nearest, shown
from domain.jobs.errors import InvalidInput
from domain.test_execution.named_target import NamedTarget, check_targets
from domain.test_execution.target import (
    DEFAULT_MAX_ANSWER_BYTES,
    ChatTarget,
    HttpTarget,
    PythonTarget,
    TargetSpec,
)

_URL = re.compile(r"https?://|\$\{")
_SECRET_HEADER = re.compile(r"authorization|api-?key|token|secret|cookie", re.IGNORECASE)
_MAX_BYTES = 1_000_000_000


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


def _named(node: Node, *, problems: Problems, warnings: list[str]) -> NamedTarget | None:
    if not isinstance(node, MapNode):
        problems.add(node.line, f"a target that is {kind_of(node)}", expected="a mapping", do="write its keys")
        return None
    name = plain(node.entries["name"]) if "name" in node.entries else ""
    entries = {key: value for key, value in node.entries.items() if key != "name"}
    spec = _read_target(MapNode(node.line, entries, node.key_lines), problems=problems, warnings=warnings)
    return NamedTarget(name=str(name), spec=spec) if spec else None


def _read_target(node: MapNode, *, problems: Problems, warnings: list[str]) -> TargetSpec | None:
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
    known = ("kind", *(field.name for field in fields_of(_SPECS[kind])))
    fields = Fields(node, what=f"the {kind} target", known=known, problems=problems, secret=True)
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
    named = {name: value for name, value in target.headers.items() if _SECRET_HEADER.search(name)}
    if isinstance(target, ChatTarget):
        named["api_key"] = target.api_key
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
    body = {"body": plain(fields.node.entries["body"])} if fields.has("body") else {}
    return HttpTarget(
        url=url,
        method=_method(fields, problems),
        headers=fields.text_map("headers"),
        response_path=fields.text("response_path"),
        timeout_s=_timeout(fields),
        max_answer_bytes=_max_answer_bytes(fields),
        **body,
    )


def _read_chat(fields: Fields, problems: Problems) -> ChatTarget | None:
    base_url, model = fields.required_text("base_url"), fields.required_text("model")
    check_url(base_url, line=fields.node.line_of("base_url"), problems=problems)
    if not base_url.strip() or not model.strip():
        return None
    return ChatTarget(
        base_url=base_url,
        model=model,
        system=fields.text("system"),
        parameters=fields.json_map("parameters"),
        api_key=fields.text("api_key"),
        headers=fields.text_map("headers"),
        timeout_s=_timeout(fields),
        max_answer_bytes=_max_answer_bytes(fields),
    )


def _read_python(fields: Fields, _problems: Problems) -> PythonTarget | None:
    module, function = fields.required_text("module"), fields.required_text("function")
    return PythonTarget(module=module, function=function) if module.strip() and function.strip() else None


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
    "openai": _read_chat,
    "python": _read_python,
}
_SPECS: Mapping[str, type[TargetSpec]] = {"http": HttpTarget, "openai": ChatTarget, "python": PythonTarget}
