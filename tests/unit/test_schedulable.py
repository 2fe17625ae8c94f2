"""What schedules can run: commands in the words people type, and tasks by their names."""

from __future__ import annotations

import pytest

from domain.jobs.errors import InvalidInput
from domain.schedules.schedulable import understood
from pipelines.names import routes
from pipelines.schedulable import SCHEDULABLE
from tests.unit.timetable import KNOWN


@pytest.mark.parametrize(
    ("words", "task", "arguments"),
    [
        ("do run x", "family.start", {"name": "x"}),
        ("do", "all", {}),
        ("do one", "all", {"name": "one"}),
        ("task system.say text=a=b how=", "system.say", {"text": "a=b", "how": ""}),
        ("task family.start name=x subject=s", "family.start", {"name": "x", "subject": "s"}),
    ],
)
def test_commands_become_tasks_with_arguments_and_back(words: str, task: str, arguments: dict[str, str]) -> None:
    """A list shows schedules in the words they were made with."""
    found = understood(words.split(), known=KNOWN)

    assert found == (task, arguments)
    [what] = [one for one in KNOWN if one.task == task]
    assert what.words(arguments) == words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "expected one of: do run NAME; task system.say text=... [how=...]; do [NAME]"),
        ("do run", "name: family.start needs it"),
        ("do run a b", "no schedule can run it"),
        ("task", "no schedule can run it"),
        ("task os.system command=ls", "no schedule can run it"),
        ("task system.say hello", "expected NAME=VALUE"),
        ("task system.say =x", "expected NAME=VALUE"),
        ("task system.say how=x", "text: system.say needs it"),
        ("task system.say text=x subject=y", "takes no such argument"),
        (f"task system.say text={'x' * 1001}", "1001 characters"),
    ],
)
def test_what_no_schedule_can_run_is_refused_with_what_it_can(words: str, said: str) -> None:
    """Nobody knows the list by heart."""
    with pytest.raises(InvalidInput) as refused:
        understood(words.split(), known=KNOWN)
    assert said in str(refused.value)


def test_what_schedules_can_run_are_tasks_that_workers_know() -> None:
    """And none that carries a job's items: those are the kernel's to send."""
    assert {one.task for one in SCHEDULABLE} <= set(routes())
    assert not any(name in one.task for one in SCHEDULABLE for name in ("execute_single_test", "collect"))
    for one in SCHEDULABLE:
        for words in (one.usage, one.usage_by_task):
            assert len(words) < 200


def test_no_two_commands_mean_the_same() -> None:
    """The first one would win in silence."""
    commands = [one.command for one in SCHEDULABLE if one.command]

    assert len(set(commands)) == len(commands)
    assert len({one.task for one in SCHEDULABLE}) == len(SCHEDULABLE)
