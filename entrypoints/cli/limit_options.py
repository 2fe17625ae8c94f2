"""The limits of targets, as options of the commands that start a run."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import attrs
import click

from domain.limits.limit import CallLimits

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--target-concurrency", "concurrency_of_target", type=click.IntRange(1),
                 help="Calls at once at a target, over all jobs that call it. Default: the file's limits.concurrency."),
    click.option("--requests-per-minute", type=click.IntRange(1),
                 help="Calls a minute at a target, over all jobs that call it. Default: the file's limit, or none."),
    click.option("--tokens-per-minute", type=click.IntRange(1),
                 help="Tokens a minute, likewise; guessed before a call, and put right after it."),
)  # fmt: skip

_OF_AN_ACCOUNT = (
    click.option("--concurrency", type=click.IntRange(0), help="Calls at once to all of its models; 0: no limit."),
    click.option("--requests-per-minute", type=click.IntRange(0), help="Calls a minute to all of them; 0: no limit."),
    click.option("--tokens-per-minute", type=click.IntRange(0), help="Tokens a minute of all of them; 0: no limit."),
)


def limit_options(command: F) -> F:
    """Add the limits, handed over as one `limits`."""

    @functools.wraps(command)
    def with_limits(
        *args: Any,
        concurrency_of_target: int | None,
        requests_per_minute: int | None,
        tokens_per_minute: int | None,
        **words: Any,
    ) -> Any:
        limits = CallLimits(
            concurrency=concurrency_of_target,
            requests_per_minute=requests_per_minute,
            tokens_per_minute=tokens_per_minute,
        )
        return command(*args, limits=limits, **words)

    wrapped: Any = with_limits
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # click's decorators return what they are given


def account_limits(command: F) -> F:
    """Add the limits of an account, handed over as `limits`: those that were named; None takes one out."""

    @functools.wraps(command)
    def with_limits(*args: Any, **words: Any) -> Any:
        said = {name: words.pop(name) for name in attrs.fields_dict(CallLimits)}
        limits = {name: amount or None for name, amount in said.items() if amount is not None}
        return command(*args, limits=limits, **words)

    wrapped: Any = with_limits
    for option in reversed(_OF_AN_ACCOUNT):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # click's decorators return what they are given
