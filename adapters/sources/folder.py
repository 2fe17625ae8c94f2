"""
Folders of this machine as sources.

A listing follows no link to a folder; a link to a file is a document when it leads to one inside the source. Reading
opens each part of the path by itself, refusing links: a link that is put there between looking and opening leads
nowhere.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from domain.embedding.selection import Selection, is_hidden
from domain.embedding.source_ports import MOST_BYTES, Entry, Fetched
from domain.embedding.sync_failures import gone, too_large
from domain.jobs.errors import FailureKind, PermanentFailure, TransientFailure

DEEPEST = 40


@frozen(kw_only=True)
class FolderReader:
    """`SourceReader` of the files below *root*, which is a path without links."""

    root: Path
    selection: Selection

    def entries(self) -> Iterator[Entry]:
        """List the files; one folder that can't be read fails the listing, since what is in it would seem gone."""
        if self.root.is_symlink() or not self.root.is_dir():
            raise TransientFailure(
                f"{self.root}: there is no such folder now; nothing of it is believed", kind=FailureKind.CONNECTION
            )
        yield from self._below("", depth=0)

    def fetch(self, entry: Entry, *, known: str, deadline_s: float) -> Fetched:
        """Read a file."""
        _ = known, deadline_s
        try:
            descriptor = self._opened(entry.location)
        except (FileNotFoundError, NotADirectoryError, RuntimeError) as exc:  # the last: a circle of links
            raise gone(entry.location) from exc
        except OSError as exc:
            raise _unreadable(entry.location, exc) from exc
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise PermanentFailure(f"{entry.location}: it is not a file", kind=FailureKind.BAD_INPUT)
            if found.st_size > MOST_BYTES:
                raise too_large(entry.location, size=found.st_size)
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise too_large(entry.location, size=len(content))
        return Fetched(content=content, name=entry.location.rpartition("/")[2], version=version_of(found))

    def close(self) -> None:
        """Nothing is held open."""

    def _below(self, folder: str, *, depth: int) -> Iterator[Entry]:
        if depth > DEEPEST:
            raise PermanentFailure(f"{folder}: folders are more than {DEEPEST} deep", kind=FailureKind.BAD_INPUT)
        try:
            with os.scandir(self.root / folder) as found:
                files = sorted(found, key=lambda file: file.name)
        except OSError as exc:
            raise _unreadable(folder or ".", exc) from exc
        for file in files:
            location = _location(folder, file.name)
            if is_hidden(file.name):
                continue
            if file.is_dir(follow_symlinks=False):
                yield from self._below(f"{folder}/{file.name}" if folder else file.name, depth=depth + 1)
            elif self.selection.takes(location):
                yield from self._entry(file, location)

    def _entry(self, file: os.DirEntry[str], location: str) -> Iterator[Entry]:
        try:
            if file.is_symlink() and not self._leads_inside(file.path):
                return
            found = file.stat()
        except FileNotFoundError:  # a link to nothing, or gone since
            return
        except OSError as exc:
            raise _unreadable(location, exc) from exc
        if stat.S_ISREG(found.st_mode):
            yield Entry(location=location, version=version_of(found), size=found.st_size)

    def _leads_inside(self, path: str) -> bool:
        try:
            return self.root in Path(path).resolve(strict=True).parents
        except RuntimeError:  # a circle
            return False
        except OSError as exc:
            if exc.errno == errno.ELOOP:  # a circle, as newer versions of Python say it
                return False
            raise

    def _opened(self, location: str) -> int:
        """Return a descriptor of the file, opened part by part; a link in the last place is resolved first, inside."""
        path = self.root / location
        if path.is_symlink():
            path = path.resolve(strict=True)
        if self.root not in path.parents or ".." in path.parts:
            raise FileNotFoundError(location)
        parts = path.relative_to(self.root).parts
        at = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            for part in parts[:-1]:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
                os.close(at)
                at = inner
            # NONBLOCK: a pipe that was put there would else hold the thread for ever
            return os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
        finally:
            os.close(at)


def version_of(found: os.stat_result) -> str:
    """Return the version of a file: when it was changed, to the nanosecond, and its size."""
    return f"{found.st_mtime_ns}-{found.st_size}"


def _location(folder: str, name: str) -> str:
    """Return a path that every database takes; bytes that are no UTF-8 are spelled out, and such a file is not read."""
    whole = f"{folder}/{name}" if folder else name
    return os.fsencode(whole).decode("utf-8", "backslashreplace")


def _unreadable(what: str, exc: OSError) -> PermanentFailure:
    return PermanentFailure(
        f"{what}: it can't be read ({exc.strerror or type(exc).__name__})", kind=FailureKind.REFUSED
    )
