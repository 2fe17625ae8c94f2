"""What the command line prints: pretty for people, one JSON document for programs, progress on standard error."""

from __future__ import annotations

import json
import math
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from typing import TYPE_CHECKING

import click

from domain.counting_words import counted
from domain.jobs.errors import ServiceUnavailable
from domain.jobs.service import JobView

if TYPE_CHECKING:
    from rich.console import Console

PLAIN_EVERY_S = 10.0
WIDE = 1000
_SURROGATES = re.compile("[\ud800-\udfff]")


def print_json(document: object) -> None:
    """Print one JSON document on standard output."""
    with printing():
        click.echo(as_json_text(document, indent=2))


def show(text: str) -> None:
    """Print what a person asked for, on standard output."""
    with printing():
        click.echo(printable(text))


def say(text: str) -> None:
    """Say something to a person, on standard error, so that standard output stays what was asked for."""
    with suppress(OSError):  # whoever can't be told is no reason to stop work
        click.echo(printable(text), err=True)


@contextmanager
def printing() -> Iterator[None]:
    """
    Print on standard output, in the block.

    Raises:
        ServiceUnavailable: it can't be written; a reader that has gone is left to click, which ends the command.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as exc:
        with suppress(OSError):  # what is still buffered would fail again when Python ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise ServiceUnavailable(f"standard output can't be written ({exc.strerror or exc})") from exc


@contextmanager
def only_ours() -> Iterator[None]:
    """Send to standard error what a user's Python function prints: standard output is for what was asked for."""
    with redirect_stdout(sys.stderr):
        yield


def open_streams() -> None:
    """Let closed standard streams (`>&-`) lead nowhere: the next file that is opened must not take their place."""
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            if nowhere != descriptor:
                os.dup2(nowhere, descriptor)
            setattr(sys, name, os.fdopen(descriptor, "w"))


def as_json_text(document: object, *, indent: int | None = None) -> str:
    """Return *document* as JSON, whatever it holds: what is no text is replaced, numbers that are none are null."""
    return json.dumps(_jsonable(document), ensure_ascii=False, indent=indent, allow_nan=False)


def _jsonable(value: object) -> object:
    if isinstance(value, dict):
        return {_text(str(name)): _jsonable(content) for name, content in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(content) for content in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, int) else _text(str(value))


def _text(text: str) -> str:
    return _SURROGATES.sub("\ufffd", text)


def console() -> Console:
    """Return where tables are printed: as wide as the terminal; a file or pipe gets whole lines, for `grep` to find."""
    from rich.console import Console

    return Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else WIDE)


@contextmanager
def progress(title: str, *, quiet: bool) -> Iterator[Callable[[JobView], None]]:
    """Show how a job gets on: a live bar on a terminal, a line every ten seconds elsewhere, nothing when *quiet*."""
    if quiet:
        yield _nothing
    elif sys.stderr.isatty():
        with _bar(title) as show:
            yield show
    else:
        yield _lines()


@contextmanager
def _bar(title: str) -> Iterator[Callable[[JobView], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), refresh_per_second=8) as bar:
        task = bar.add_task(title, total=None, counts="planning")

        def show(view: JobView) -> None:
            if view.job.is_frozen:
                bar.update(task, total=view.job.planned, completed=view.tally.ended, counts=counts(view))

        yield show


def _nothing(_view: JobView) -> None:
    return None


def _lines() -> Callable[[JobView], None]:
    last = time.monotonic()

    def show(view: JobView) -> None:
        nonlocal last
        if time.monotonic() - last >= PLAIN_EVERY_S:
            last = time.monotonic()
            say(f"{view.tally.ended} of {view.job.planned or '?'} ended: {counts(view)}")

    return show


def counts(view: JobView) -> str:
    """Return how the items stand in a few words, such as `12 pass, 1 fail, 2 errors, 8 running`."""
    tally = view.tally
    parts = [f"{count} {verdict}" for verdict, count in _by_word(tally.verdicts).items()]
    parts += [counted(tally.failed, "error")] if tally.failed else []
    parts += [f"{tally.cancelled} cancelled"] if tally.cancelled else []
    parts += [f"{tally.running} running"] if tally.running else []
    return ", ".join(parts) or "nothing yet"


def _by_word(verdicts: Mapping[str, int]) -> Counter[str]:
    """Add up verdicts of items that stand for several things: `skipped:500` is 500 skipped."""
    found: Counter[str] = Counter()
    for verdict, count in verdicts.items():
        word, _, each = verdict.partition(":")
        found[word] += count * int(each) if each.isdecimal() else count
    return found


def printable(text: str) -> str:
    """
    Return *text* without what would steer a terminal: answers are somebody else's words.

    The unseen space (U+200B), by which reports keep addresses from becoming links, moves nothing.
    """
    return "".join(sign if sign.isprintable() or sign in "\n\t\u200b" else "\ufffd" for sign in text)
