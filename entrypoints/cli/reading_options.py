"""What the reader of a file of tests allows it, as options of the commands that read one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import evolve

if TYPE_CHECKING:
    from adapters.test_files.reading_rules import ReadingRules
    from domain.language_models.model import ModelSpec

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--format", "file_format", type=click.Choice(["antiphon", "promptfoo", "inspect", "openai-evals"]),
                 help="The format of the file. Default: told by its fields. Inspect's data sets have input and target, "
                 "OpenAI's evals input and ideal, promptfoo's CSV __expected."),
    click.option("--allow-unsupported", is_flag=True,
                 help="Leave out what a file of another tool uses and Antiphon has not, with a warning for each "
                 "thing, instead of refusing the file."),
    click.option("--allow-python", is_flag=True,
                 help="Let a promptfoo configuration's Python files be targets and metrics. They run with all your "
                 "rights: read them first."),
    click.option("--user-model", metavar="PROVIDER:MODEL",
                 help="The model that plays the users of a promptfoo configuration with promptfoo:simulated-user, "
                 "where it names none (userProvider)."),
    click.option("--allow-env", "allowed_env", multiple=True, metavar="NAME",
                 help="An environment variable that prompts, variables and assertions of a promptfoo configuration may "
                 "name, as {{ env.NAME }} (repeatable). Its value is stored with the tests: not for secrets."),
)  # fmt: skip


def reading_options(command: F) -> F:
    """Add the options, handed over as one `rules`."""

    @functools.wraps(command)
    def with_rules(
        *args: Any,
        file_format: str | None,
        allow_unsupported: bool,
        allow_python: bool,
        allowed_env: tuple[str, ...],
        user_model: str | None,
        **rest: Any,
    ) -> Any:
        rules = _rules(allow_unsupported=allow_unsupported, allow_python=allow_python, names=allowed_env)
        rules = evolve(rules, format=file_format or "", user_model=_model(user_model))
        return command(*args, rules=rules, **rest)

    wrapped: Any = with_rules
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # click's decorators return what they are given


def _model(name: str | None) -> ModelSpec | None:
    from domain.language_models.model import model_named

    return model_named(name) if name else None


def _rules(*, allow_unsupported: bool, allow_python: bool, names: tuple[str, ...]) -> ReadingRules:
    from adapters.test_files.reading_rules import ReadingRules
    from entrypoints.settings import process_environment

    environment = process_environment()
    for name in names:
        if name not in environment:
            raise click.BadParameter(f"{name} is not set", param_hint="--allow-env")
    return ReadingRules(
        allow_unsupported=allow_unsupported,
        allow_python=allow_python,
        environment={name: environment[name] for name in names},
        folders=(Path.cwd(),),
    )
