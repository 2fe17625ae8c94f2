"""`antiphon library add`: handing in files."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import click
from attrs import frozen

from domain.embedding.adding import MOST_BYTES
from domain.embedding.library_document import ReviewStatus
from domain.jobs.errors import AntiphonError, InvalidInput, ServiceUnavailable
from domain.organizations.errors import Forbidden, Unauthenticated
from entrypoints.api.documents.library import AddedDocument
from entrypoints.cli.acting import JSON, at_place
from entrypoints.cli.console import print_json, say
from entrypoints.exit_codes import ExitCode
from entrypoints.places.place import Place

TELLING_EVERY_S = 2.0
_OF_ALL = (ServiceUnavailable, Unauthenticated, Forbidden)
"""What would be said of every file: the first one ends the command."""


@frozen(kw_only=True)
class NotTaken:
    """A file that was not taken, and why."""

    file: str
    reason: str


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--no-wait", is_flag=True, help="Do not wait until the documents are read and embedded.")
@at_place
@JSON
def add(*, place: Place, files: tuple[Path, ...], no_wait: bool, as_json: bool) -> int:
    """
    Hand in FILES: Markdown, text, HTML, PDF, Word (.docx), CSV, Excel (.xlsx), of 25 MB at most each.

    A document is known by its file's name. The same content again is skipped, other content under the name is a new
    version, which takes the old one's place once it is read and embedded, and is to be approved again. The command
    waits for that, at work itself on this machine; with --no-wait whoever works here next does it.

    What can't be taken or read is named with the reason, and does not keep the others; the exit code is 3 then, and 2
    if nothing was taken.

    \b
    antiphon library add handbook.md docs/*.pdf
    antiphon library add prices.xlsx --json
    """
    _refuse_namesakes(files)
    added: list[AddedDocument] = []
    not_taken: list[NotTaken] = []
    for file in files:
        try:
            added.append(_hand_in(place, file, as_json=as_json))
        except _OF_ALL:
            raise
        except AntiphonError as error:
            not_taken.append(NotTaken(file=str(file), reason=str(error)))
            say(f"antiphon: {file}: {error}")
    through = added if no_wait else settled(place, added, quiet=as_json)
    if as_json:
        print_json(
            {
                "documents": [document.model_dump(mode="json") for document in through],
                "not_taken": [{"file": one.file, "reason": one.reason} for one in not_taken],
            }
        )
    else:
        _sum_up(through, not_taken)
    if not_taken or any(document.review_status is ReviewStatus.FAILED for document in through):
        return ExitCode.PARTIAL if added else ExitCode.BAD_INPUT
    return ExitCode.DONE


def settled(place: Place, added: list[AddedDocument], *, quiet: bool) -> list[AddedDocument]:
    """Return the documents as they are once each was read and embedded, or could not be."""
    waiting = list({one.id: None for one in added if one.review_status is ReviewStatus.PROCESSING})
    if not waiting:
        return added

    def watch(done: int) -> None:
        if not quiet and done:
            say(f"{done:,} of {len(waiting):,} are through")

    place.documents.settle(waiting, watch=_seldom(watch, last=len(waiting)))
    return [AddedDocument(**place.documents.get(one.id).model_dump(), change=one.change) for one in added]


def _seldom(watch: Callable[[int], None], *, last: int) -> Callable[[int], None]:
    """Return *watch* so that it hears something new, every few seconds, and the *last* number."""
    told, told_at = 0, time.monotonic()

    def tell(done: int) -> None:
        nonlocal told, told_at
        if done != told and (done == last or time.monotonic() - told_at >= TELLING_EVERY_S):
            told, told_at = done, time.monotonic()
            watch(done)

    return tell


def _hand_in(place: Place, file: Path, *, as_json: bool) -> AddedDocument:
    from adapters.parsing.kinds import media_type_of

    added = place.documents.add(file.name, content_of(file), media_type=media_type_of(file.name))
    if not as_json:
        say(f"{added.change.value:<9} {added.id[:8]}  {added.location}")
    return added


def content_of(file: Path) -> bytes:
    """
    Return what the file holds, if it can be a document.

    Raises:
        InvalidInput: it is a folder, or can't be read, or is too large to be read at all.
    """
    if file.is_dir():
        raise InvalidInput(
            "it is a folder; name the files in it, or have a documentation source keep all of it in step"
        )
    try:
        if not file.is_file() and file.exists():
            raise InvalidInput("it is a pipe or device; expected a file")
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)  # one byte more than may be: who judges the size sees that
    except OSError as exc:
        reason = "there is no such file" if isinstance(exc, FileNotFoundError) else exc.strerror or type(exc).__name__
        raise InvalidInput(f"it can't be read ({reason})") from exc


def _refuse_namesakes(files: tuple[Path, ...]) -> None:
    """Refuse two files of one name: the second would become the new version of the first."""
    distinct = {file.resolve(): file for file in files}
    names = Counter(file.name for file in distinct.values())
    for name, count in names.items():
        if count > 1:
            found = ", ".join(str(file) for file in distinct.values() if file.name == name)
            raise InvalidInput(
                f"{count} files are called {name!r} ({found}), and a document is known by its file's name; rename one, "
                "or have a documentation source keep their folder in step"
            )


def _sum_up(added: list[AddedDocument], not_taken: list[NotTaken]) -> None:
    for document in added:
        if document.failure:
            say(f"antiphon: {document.location}: {document.failure}")
    counted = Counter(document.change.value for document in added)
    said = [f"{counted[change]:,} {change}" for change in ("created", "updated", "unchanged") if counted[change]]
    if failed := sum(document.review_status is ReviewStatus.FAILED for document in added):
        said.append(f"{failed:,} failed")
    if not_taken:
        said.append(f"{len(not_taken):,} not taken")
    say(", ".join(said))
