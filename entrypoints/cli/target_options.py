"""The options that name a target, and how they go together with the one a file names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

import attrs
import click

from domain.jobs.errors import InvalidInput
from domain.language_models.model import Provider, model_named
from domain.limits.limit import CallLimits
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.target import HttpTarget, ModelTarget, PythonTarget, TargetSpec

F = TypeVar("F", bound=Callable[..., Any])

PROVIDERS = ", ".join(Provider)
FORMS = (
    f"http(s)://HOST/PATH, PROVIDER:MODEL (providers: {PROVIDERS}), python:MODULE:FUNCTION, "
    "or the name of one of the file's targets"
)


def target_options(command: F) -> F:
    """Add the options that name a target."""
    options = (
        click.option("--target", help=f"What to test: {FORMS}. Default: the file's targets."),
        click.option("--base-url", help="For PROVIDER:MODEL: the API's address. Default: the provider's own."),
        click.option("--body", help='For http: the JSON to send, such as \'{"question": "{{ prompt }}"}\'.'),
        click.option("--response-path", help="For http: where the answer is in the JSON, such as data.answer."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def targets_from_options(
    of_file: tuple[NamedTarget, ...],
    *,
    target: str | None,
    base_url: str | None,
    body: str | None,
    response_path: str | None,
) -> tuple[NamedTarget, ...]:
    """
    Return the targets to use: the file's, changed by what was given, or the one that was given.

    The name of one of the file's targets picks that one. An address replaces the address of the file's only target, if
    it is an http one, and leaves the rest of it as it is.

    Raises:
        click.BadParameter: a form that is not known, or options that do not go with the target.
    """
    named = tuple(one for one in of_file if one.name == target)
    chosen = named or of_file
    if len(chosen) > 1 and target is None and (base_url, body, response_path) == (None, None, None):
        return chosen
    spec = _changed(
        chosen[0].spec if len(chosen) == 1 else None,
        target=None if named else target,
        base_url=base_url,
        body=body,
        response_path=response_path,
    )
    if spec is None:
        return ()
    kept = chosen[0] if len(chosen) == 1 and (named or target is None) else None
    limits = kept.limits if kept else CallLimits()
    return (NamedTarget(name=named[0].name if named else "", spec=spec, limits=limits),)


def _changed(
    of_file: TargetSpec | None,
    *,
    target: str | None,
    base_url: str | None,
    body: str | None,
    response_path: str | None,
) -> TargetSpec | None:
    chosen = of_file if target is None else _parse(target, of_file=of_file, base_url=base_url)
    if base_url is not None and not isinstance(chosen, ModelTarget):
        raise click.BadParameter("goes with --target PROVIDER:MODEL only", param_hint="--base-url")
    for name, value in (("--body", body), ("--response-path", response_path)):
        if value is not None and not isinstance(chosen, HttpTarget):
            raise click.BadParameter("goes with an http target only", param_hint=name)
    if isinstance(chosen, HttpTarget):
        chosen = attrs.evolve(
            chosen,
            body=chosen.body if body is None else _json(body),
            response_path=chosen.response_path if response_path is None else response_path,
        )
    return chosen


def _parse(target: str, *, of_file: TargetSpec | None, base_url: str | None) -> TargetSpec:
    if re.match(r"https?://", target):
        return attrs.evolve(of_file, url=target) if isinstance(of_file, HttpTarget) else HttpTarget(url=target)
    if re.match(f"({'|'.join(Provider)}):.", target):
        return _model(target, base_url=base_url)
    if found := re.fullmatch(r"python:([\w.]+):(\w+)", target):
        return PythonTarget(module=found[1], function=found[2])
    raise click.BadParameter(f"{target!r} is no target; expected {FORMS}", param_hint="--target")


def _model(target: str, *, base_url: str | None) -> ModelTarget:
    model = model_named(target, base_url=base_url or "")
    try:
        _ = model.address
    except InvalidInput as exc:
        raise click.BadParameter(f"{target} needs one: the address of the API", param_hint="--base-url") from exc
    return ModelTarget(model=model)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as exc:
        raise click.BadParameter(f"{text!r} is not JSON: {exc}; quote it for the shell", param_hint="--body") from exc
