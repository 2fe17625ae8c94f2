"""Opens the three kinds of target: everything that can be wrong with a specification is found here, before a call."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from attrs import evolve, field, frozen

from adapters.http.call import DEFAULT_HEADERS, HttpCall, checked_headers, utc_now
from adapters.http.environment import EnvironmentValues
from adapters.http.exchange import HttpConnections
from adapters.http.guard import STRICT, AddressGuard
from adapters.http.reading import ReplyReader
from adapters.http.url import Url
from adapters.javascript.transforms import JavaScriptTransforms
from adapters.targets.answers import AnswerReader
from adapters.targets.http import HttpEndpoint, content_type_of
from adapters.targets.http_scripts import HttpScripts
from adapters.targets.model import ModelEndpoint
from adapters.targets.python_callable import open_callable
from adapters.targets.response_path import ResponsePath
from domain.jobs.errors import InvalidInput
from domain.language_models.ports import LanguageModels
from domain.test_execution.ports import Target, Templates, Transforms
from domain.test_execution.target import HttpTarget, ModelTarget, PythonTarget, TargetSpec


@frozen
class StandardTargets:
    """
    The `Targets` port: HTTP endpoints, language models and Python functions.

    *environment* is where `${NAME}` in a specification comes from, for models also; *guard* judges the addresses that
    are called; *now* is the clock for dates in Retry-After, *trace* returns the `traceparent` that HTTP targets are
    told, or nothing.
    """

    _environment: Mapping[str, str] = field(repr=False)
    _templates: Templates
    _models: LanguageModels
    _allow_python: bool = True
    _guard: AddressGuard = STRICT
    _transforms: Transforms = field(factory=JavaScriptTransforms, repr=False)
    _now: Callable[[], datetime] = field(default=utc_now, repr=False)
    _trace: Callable[[], str] = field(default=str, repr=False)

    def with_environment(self, environment: Mapping[str, str]) -> StandardTargets:
        """Return what opens targets and their models with another environment."""
        return evolve(self, environment=environment, models=self._models.with_environment(environment))

    def open(self, spec: TargetSpec, *, connections: int) -> Target:
        """
        Return the target, ready for *connections* calls at once; nothing is sent yet.

        Raises:
            InvalidInput: an unset environment variable, a URL, header or path that can't be used, no such function.
        """
        if isinstance(spec, HttpTarget):
            return self._open_http(spec, connections=connections)
        if isinstance(spec, ModelTarget):
            return self._open_model(spec, connections=connections)
        return self._open_python(spec)

    def _open_http(self, spec: HttpTarget, *, connections: int) -> HttpEndpoint:
        if not re.fullmatch(r"[A-Za-z]{1,20}", spec.method):
            raise InvalidInput(f"method: {spec.method!r} is not an HTTP method; expected GET, POST, PUT ...")
        values = EnvironmentValues(self._environment)
        defaults = (
            DEFAULT_HEADERS if spec.body is None else {**DEFAULT_HEADERS, "Content-Type": content_type_of(spec.body)}
        )
        call = self._call(
            spec,
            method=spec.method.upper(),
            url=spec.url,
            field="url",
            headers=checked_headers(spec.headers, values=values, defaults=defaults),
            values=values,
            connections=connections,
        )
        body = values.hold_places(spec.body, field="body")
        reader = AnswerReader(response_path=ResponsePath.parse(spec.response_path), reader=ReplyReader(call))
        return HttpEndpoint(
            call=call,
            reader=reader,
            body=body,
            templates=self._templates,
            scripts=HttpScripts.of(spec, self._transforms),
            json_texts=spec.json_texts,
        )

    def _open_model(self, spec: ModelTarget, *, connections: int) -> ModelEndpoint:
        model = self._models.open(spec.model, connections=connections)
        return ModelEndpoint(model=model, system=spec.system, templates=self._templates)

    def _open_python(self, spec: PythonTarget) -> Target:
        if not self._allow_python:
            raise InvalidInput(
                f"target python:{spec.module}:{spec.function}: Python functions are not allowed as targets here; "
                "put the function behind an HTTP endpoint, or ask the operator to set ANTIPHON_ALLOW_PYTHON"
            )
        return open_callable(spec)

    def _call(
        self,
        spec: HttpTarget,
        *,
        method: str,
        url: str,
        field: str,
        headers: Mapping[str, str],
        values: EnvironmentValues,
        connections: int,
    ) -> HttpCall:
        shown = f"{method} {url}"
        parsed = Url.parse(values.fill_url(url, field=field), field=field, shown=url)
        return HttpCall(
            method=method,
            shown=shown,
            url=parsed,
            headers=headers,
            max_bytes=spec.max_answer_bytes,
            timeout_s=spec.timeout_s,
            values=values,
            connections=HttpConnections(parsed, size=connections, guard=self._guard),
            now=self._now,
            trace=self._trace,
        )
