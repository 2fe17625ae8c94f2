"""
What a schedule can run: tasks by their Celery names, and the commands people know them by.

Data and its reading. Which tasks there are is said where their names are (`pipelines/schedulable.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.tenancy import TenantContext

Check = Callable[[TenantContext, Mapping[str, str]], None]
"""Looks whether the things that the arguments name exist; raises NotFound or InvalidInput."""

SUBJECT = "subject"
"""The argument that keeps two of one kind from running at once: the schedule's own, where it has none."""

LONGEST_ARGUMENT = 1000
BY_TASK = "task"


@frozen(kw_only=True)
class Schedulable:
    """
    A task that schedules may run, with the arguments it takes: the *required*, exactly one of *one_of*, the *optional*.

    *command*: the words that stand for it on the command line; the word behind them is the argument *named_by*, and
    may be left out where that is optional. *runs_alone*: unless told otherwise, a tick finds the job of the one before
    still running, and is skipped.
    *usual_cron* and *usual_jitter_s*: when it runs where nobody says.
    """

    task: str
    meaning: str
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    named_by: str = ""
    runs_alone: bool = False
    usual_cron: str = ""
    usual_jitter_s: int = 0

    @property
    def usage(self) -> str:
        """How people write it behind `--run`."""
        if not self.command:
            return self.usage_by_task
        if not self.named_by:
            return " ".join(self.command)
        word = "[NAME]" if self.named_by in self.optional else "NAME"
        return " ".join((*self.command, word))

    @property
    def usage_by_task(self) -> str:
        """How people write it where no command stands for it."""
        words = [BY_TASK, self.task, *(f"{name}=..." for name in self.required)]
        words += ["|".join(f"{name}=..." for name in self.one_of)] if self.one_of else []
        return " ".join((*words, *(f"[{name}=...]" for name in self.optional)))

    def check(self, arguments: Mapping[str, str]) -> None:
        """
        Refuse arguments that the task does not take, or lacks.

        Raises:
            InvalidInput: which.
        """
        allowed = {*self.required, *self.one_of, *self.optional, *((SUBJECT,) if self.runs_alone else ())}
        problems = [f"{name}: {self.task} needs it" for name in self.required if not arguments.get(name)]
        if self.one_of and sum(name in arguments for name in self.one_of) != 1:
            problems.append(f"{self.task} needs exactly one of {', '.join(self.one_of)}")
        problems += [f"{name}: {self.task} takes no such argument" for name in arguments if name not in allowed]
        problems += [
            f"{name}: it has {len(value)} characters; expected at most {LONGEST_ARGUMENT}"
            for name, value in arguments.items()
            if len(value) > LONGEST_ARGUMENT
        ]
        if problems:
            raise InvalidInput(
                f"arguments: {'; '.join(problems)}. Expected: {self.usage_by_task}", problems=tuple(problems)
            )

    def words(self, arguments: Mapping[str, str]) -> str:
        """Return how people write it, with these arguments."""
        if self.command and set(arguments) <= {self.named_by}:
            return " ".join((*self.command, *arguments.values()))
        return " ".join((BY_TASK, self.task, *(f"{name}={value}" for name, value in arguments.items())))


def schedulable(task: str, *, known: Sequence[Schedulable]) -> Schedulable:
    """
    Return what is known of the task.

    Raises:
        InvalidInput: schedules can't run it.
    """
    for one in known:
        if one.task == task:
            return one
    raise InvalidInput(
        f"task {task[:100]!r}: no schedule can run it; expected one of {', '.join(one.task for one in known)}"
    )


def understood(words: Sequence[str], *, known: Sequence[Schedulable]) -> tuple[str, dict[str, str]]:
    """
    Return the task and the arguments that a command stands for: `configs run nightly`, `task system.echo text=hello`.

    Raises:
        InvalidInput: no schedule can run that.
    """
    if words and words[0] == BY_TASK:
        return _by_task(words[1:], known=known)
    for one in known:
        length = len(one.command)
        if one.command and tuple(words[:length]) == one.command and len(words) <= length + bool(one.named_by):
            arguments = dict.fromkeys((one.named_by,), words[length]) if len(words) > length else {}
            one.check(arguments)
            return one.task, arguments
    raise _not_understood(words, known=known)


def _by_task(words: Sequence[str], *, known: Sequence[Schedulable]) -> tuple[str, dict[str, str]]:
    if not words:
        raise _not_understood((BY_TASK,), known=known)
    arguments: dict[str, str] = {}
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise InvalidInput(f"argument {word!r}: expected NAME=VALUE behind the task's name")
        arguments[name] = value
    schedulable(words[0], known=known).check(arguments)
    return words[0], arguments


def _not_understood(words: Sequence[str], *, known: Sequence[Schedulable]) -> InvalidInput:
    usages = "; ".join(one.usage for one in known)
    return InvalidInput(f"command {' '.join(words)!r}: no schedule can run it; expected one of: {usages}")
