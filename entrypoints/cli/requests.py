"""What a user asks to be run: a file of tests with targets, judges and gates, checked before anything is stored."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import click
from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel
from domain.test_execution.selection import Selection
from domain.test_execution.test_set import Gates, TestCase, TestFile
from entrypoints.cli.console import only_ours
from entrypoints.cli.inputs import read_tests, usability
from entrypoints.cli.prices import priced
from entrypoints.cli.target_options import targets_from_options
from entrypoints.judges import panel_of
from entrypoints.settings import Settings

if TYPE_CHECKING:
    from adapters.test_files.reading_rules import ReadingRules

F = TypeVar("F", bound=Callable[..., Any])

_GATES = (
    click.option("--min-pass-rate", type=click.FloatRange(0, 1),
                 help="Gate: the least share of judged tests that pass."),
    click.option("--min-pass-rate-lower", type=click.FloatRange(0, 1),
                 help="Gate: the least lower end of the pass rate's 95 % interval: luck can't meet it."),
    click.option("--max-errors", type=click.IntRange(0), help="Gate: the most tests that may fail to execute."),
)  # fmt: skip


@frozen(kw_only=True)
class Request:
    """The tests of a file, and what they are run against; whom the options don't name, the file names."""

    file: TestFile
    targets: tuple[NamedTarget, ...]
    panel: Panel


def gate_options(command: F) -> F:
    """Add the options that ask for gates, handed over as one `gates`."""
    names = [field.name for field in attrs.fields(Gates)]

    @functools.wraps(command)
    def with_gates(*args: Any, **words: Any) -> Any:
        return command(*args, gates=Gates(**{name: words.pop(name) for name in names}), **words)

    wrapped: Any = with_gates
    for option in reversed(_GATES):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # click's decorators return what they are given


def selection_options(command: F) -> F:
    """Add the options that choose among a file's tests, and what their cost is counted with."""
    tag = click.option("--tag", "tags", multiple=True, help="Only tests with this tag (repeatable: any of them).")
    said = "File of model prices to count costs with; default: see `antiphon prices list`."
    return tag(click.option("--prices", "prices_file", type=click.Path(path_type=Path), help=said)(command))


def requested(
    file: Path,
    *,
    tags: tuple[str, ...],
    rules: ReadingRules,
    panel: Panel,
    settings: Settings,
    prices_file: Path | None,
    target_words: dict[str, str | None],
) -> Request:
    """
    Read the file, and return what is to be run of it, with the prices that its cost is counted with.

    Raises:
        InvalidInput: the file is wrong, or names no target, and no option does.
    """
    read = _selected(read_tests(file, rules), Selection(tags=tags))
    targets = targets_from_options(
        read.targets,
        target=target_words["target"],
        base_url=target_words["base_url"],
        body=target_words["body"],
        response_path=target_words["response_path"],
    )
    if not targets:
        raise InvalidInput(f"{file}: no target: name one in the file (`target:`), or with --target")
    judges = panel_of(panel, of_file=read.panel, settings=settings)
    targets, judges = priced(targets, judges, prices_file=prices_file)
    return Request(file=read, targets=targets, panel=judges)


def check_usable(cases: Iterable[TestCase], *, targets: tuple[NamedTarget, ...], panel: Panel, name: str) -> None:
    """
    Refuse what can't work on this machine before any job: targets that can't be opened, judges that are not there.

    Raises:
        InvalidInput: an environment variable that is not set, a module that is not there, nobody to judge.
    """
    with only_ours():
        usability().check(cases, targets=targets, panel=panel, name=name)


def _selected(file: TestFile, selection: Selection) -> TestFile:
    selection.check(file.cases, name=file.name)
    return file if selection.is_everything else attrs.evolve(file, cases=tuple(selection.of(file.cases)))
