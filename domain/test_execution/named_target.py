"""The targets of a run: one, which needs no name, or several, which each test is run against and told apart by name."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs
from attrs import field, frozen

from domain.jobs.errors import InvalidInput
from domain.limits.limit import CallLimits
from domain.test_execution.target import TargetSpec

MAX_NAME_LENGTH = 100
_BAD_IN_NAME = re.compile(r"[@#\x00-\x1f\x7f]")
"""`@` and `#` part an item's key (`refund@gpt#2`), so a name with one of them could make two keys the same."""


@frozen(kw_only=True)
class NamedTarget:
    """
    A target and what a run calls it; the name is empty where a run has only one.

    *limits* are kept to by all jobs and workers together that call the same endpoint with the same key.
    *transform* is a script that makes of each of its outputs the one that tests see, before their own does.
    """

    name: str
    spec: TargetSpec
    limits: CallLimits = field(factory=CallLimits)
    transform: object = None


def only(spec: TargetSpec) -> tuple[NamedTarget, ...]:
    """Return the targets of a run that has this one."""
    return (NamedTarget(name="", spec=spec),)


def is_name(name: str) -> bool:
    """Whether a target may be called so: one line, not empty, at most 100 characters, neither `@` nor `#`."""
    return bool(name.strip()) and len(name) <= MAX_NAME_LENGTH and not _BAD_IN_NAME.search(name)


def as_name(text: str) -> str:
    """
    Return *text* made into a name, where a name is wanted and nobody chose one (`vertex:claude@2025`).

    >>> as_name("vertex:claude@2025")
    'vertex:claude-2025'
    """
    return _BAD_IN_NAME.sub("-", text.strip())[:MAX_NAME_LENGTH] or "target"


def limited(targets: Sequence[NamedTarget], limits: CallLimits) -> tuple[NamedTarget, ...]:
    """Return the targets with each limit that was asked for in place of their own."""
    asked = {name: value for name, value in attrs.asdict(limits).items() if value is not None}
    return tuple(attrs.evolve(target, limits=attrs.evolve(target.limits, **asked)) for target in targets)


def check_targets(targets: Sequence[NamedTarget]) -> None:
    """
    Refuse targets that a run could not tell apart.

    Raises:
        InvalidInput: there are several, and one has no name, a name that can't be one, or the name of another.
    """
    names = [target.name for target in targets]
    if len(names) < 2:
        return
    for name in names:
        if not is_name(name):
            raise InvalidInput(
                f"targets: the name {name!r}; expected one line of at most {MAX_NAME_LENGTH} characters, "
                "without @ or #; rename it"
            )
        if names.count(name) > 1:
            raise InvalidInput(f"targets: two are called {name!r}; expected a name of its own for each; rename one")
