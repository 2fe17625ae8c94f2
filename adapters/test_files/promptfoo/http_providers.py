"""A provider of promptfoo that is an HTTP endpoint, as a target."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from attrs import frozen

from adapters.test_files.fields import Fields
from adapters.test_files.nodes import MapNode, ScalarNode, plain
from adapters.test_files.promptfoo.reading import Reading, as_reference
from adapters.test_files.promptfoo.scripts import ScriptReader
from adapters.test_files.targets import check_url
from domain.test_execution.target import HttpTarget

_KEYS = (
    "url",
    "method",
    "headers",
    "body",
    "queryParams",
    "transformResponse",
    "responseParser",
    "transformRequest",
    "timeout",
)
_IGNORED = frozenset({"maxRetries", "tokenEstimation", "validateStatus"})
"""Retries are the kernel's; a status other than 2xx is an error of the target, whatever is validated."""

_PLAIN_PATH = re.compile(r"json((?:\.[A-Za-z_]\w*|\[\d+\])*)")
_IS_CODE = re.compile(r"=>|\breturn\b|\bfunction\b|JSON\.")


@frozen(kw_only=True)
class HttpProviderReader:
    """Reads the config of providers that are endpoints."""

    reading: Reading

    def read(self, provider_id: str, config: MapNode, *, line: int) -> HttpTarget | None:
        """Return the target, or None where there is no URL to call."""
        for key in sorted(config.entries.keys() - set(_KEYS) - _IGNORED):
            self.reading.note(f"key {key} in the config of a provider http", line=config.line_of(key))
        entries = {key: as_reference(value) for key, value in config.entries.items() if key in _KEYS}
        node = MapNode(config.line, entries, config.key_lines)
        fields = Fields(node, what="the provider's config", known=_KEYS, problems=self.reading.problems, secret=True)
        url = fields.text("url") or (provider_id if "://" in provider_id else "")
        if not url:
            self.reading.problems.add(
                line, "an http provider without config.url", expected="a URL", do="add url: http://..."
            )
            return None
        check_url(url, line=node.line_of("url"), problems=self.reading.problems)
        return self._target(fields, url=url)

    def _target(self, fields: Fields, *, url: str) -> HttpTarget:
        body = self._body(fields)
        response = self._transform(fields, "transformResponse") or self._transform(fields, "responseParser")
        path = _PLAIN_PATH.fullmatch(response.strip()) if isinstance(response, str) else None
        timeout_ms = fields.number("timeout", least=1)
        return HttpTarget(
            url=url + _query(fields),
            method=(fields.text("method") or ("GET" if body is None else "POST")).upper(),
            headers=fields.text_map("headers"),
            body=body,
            json_texts=isinstance(body, dict | list),
            response_path=path[1].removeprefix(".") if path else "",
            response_transform=None if path else response,
            request_transform=self._transform(fields, "transformRequest"),
            timeout_s=timeout_ms / 1000 if timeout_ms else None,
        )

    def _body(self, fields: Fields) -> object:
        node = fields.node.entries.get("body")
        if node is None:
            return None
        (found, *_) = (*self.reading.resolved(node), node)
        return self.reading.json(plain(found), where="a provider's body", line=node.line)

    def _transform(self, fields: Fields, key: str) -> object:
        """Return the script of a key; a `transformRequest` that is a template is made one that fills it."""
        node = fields.node.entries.get(key)
        if node is None:
            return None
        script = ScriptReader(reading=self.reading).transform(node, where=key)
        if key == "transformRequest" and isinstance(script, str) and not _IS_CODE.search(script):
            return self._template(script, line=node.line)
        return script

    def _template(self, template: str, *, line: int) -> object:
        if re.sub(r"\{\{\s*prompt\s*\}\}", "", template).count("{{"):
            self.reading.note("transformRequest that is a template with more than {{prompt}}", line=line)
            return None
        parts = [json.dumps(part) for part in re.split(r"\{\{\s*prompt\s*\}\}", template)]
        is_json = template.lstrip().startswith(("{", "["))  # a quote in a prompt must not break it
        return f" + {'JSON.stringify(prompt).slice(1, -1)' if is_json else 'prompt'} + ".join(parts)


def _query(fields: Fields) -> str:
    """Return `?name=value` of queryParams; templates in values stay, they are encoded when they are filled."""
    node = fields.node.entries.get("queryParams")
    if not isinstance(node, MapNode) or not node.entries:
        return ""
    values = {
        name: value.value if isinstance(value, ScalarNode) else plain(value) for name, value in node.entries.items()
    }
    mark = "&" if "?" in fields.text("url") else "?"
    return mark + "&".join(f"{quote(name)}={quote(str(value), safe='{} $|')}" for name, value in values.items())
