"""Who judges, as options of the commands that start a run; what they leave open comes from the settings."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

from domain.jobs.errors import InvalidInput
from domain.language_models.model import FORMS, ModelSpec, Provider, model_named
from domain.test_execution.panel import Panel, Rule

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--judge", "judges", multiple=True, metavar="MODEL",
                 help=f"Model that judges (repeatable: a panel): {FORMS}. Default: the file's `judge:`, then "
                      "ANTIPHON_JUDGE."),
    click.option("--judge-base-url", metavar="URL", help="The judge's API. Default: the provider's own address."),
    click.option("--judge-rule", type=click.Choice([rule.value for rule in Rule]), default=Rule.MAJORITY.value,
                 show_default=True, help="How several judges decide."),
    click.option("--embedding", metavar="MODEL",
                 help="Model for metrics on similarity of meaning, such as openai:text-embedding-3-small. Default: the "
                      "file's, then ANTIPHON_EMBEDDING."),
    click.option("--judge-may-be-target", "may_be_target", is_flag=True,
                 help="Let a judge be the model under test; reports say that it is."),
)  # fmt: skip


def judge_options(command: F) -> F:
    """Add the options that name judges, handed over as one `panel`."""

    @functools.wraps(command)
    def with_panel(
        *args: Any,
        judges: tuple[str, ...],
        judge_base_url: str | None,
        judge_rule: str,
        embedding: str | None,
        may_be_target: bool,
        **rest: Any,
    ) -> Any:
        panel = Panel(
            judges=tuple(_model(name, base_url=judge_base_url, option="--judge") for name in judges),
            rule=Rule(judge_rule),
            embedding=_model(embedding, base_url=None, option="--embedding") if embedding else None,
            may_be_target=may_be_target,
            insisted=frozenset({"judges"} if judges else ()) | frozenset({"embedding"} if embedding else ()),
        )
        if judge_base_url and not judges:
            raise click.BadParameter("goes with --judge only", param_hint="--judge-base-url")
        return command(*args, panel=panel, **rest)

    wrapped: Any = with_panel
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # click's decorators return what they are given


def _model(name: str, *, base_url: str | None, option: str) -> ModelSpec:
    try:
        spec = model_named(name, base_url=base_url or "")
    except InvalidInput as error:
        raise click.BadParameter(str(error), param_hint=option) from error
    if spec.provider in (Provider.AZURE, Provider.OPENAI_COMPATIBLE) and not base_url:
        hint = "add --judge-base-url https://HOST/v1, or name it in the file"
        raise click.BadParameter(f"{name!r} can be anywhere; {hint}", param_hint=option)
    return spec
