"""
Writing a report file so that its reader sees the old one or the new one, never half of one.

The text goes to a temporary file in the same folder, which replaces the report once it is complete and on the disk.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NoReturn

from attrs import frozen

from domain.jobs.errors import AntiphonError, InvalidInput, ServiceUnavailable

_THE_PATH_IS_WRONG = {
    errno.ENOENT: "its folder does not exist",
    errno.ENOTDIR: "a part of its path is a file, not a folder",
    errno.EACCES: "its folder may not be written to",
    errno.EPERM: "its folder may not be written to",
    errno.EROFS: "its folder is read-only",
    errno.ENAMETOOLONG: "its name is too long",
    errno.ELOOP: "its path runs in circles through symbolic links",
    errno.EISDIR: "it is a folder",
}
_THE_DISK_IS_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@frozen(kw_only=True)
class ReportFile:
    """A report being written."""

    path: Path
    stream: BinaryIO

    def write(self, text: str) -> None:
        """
        Append *text*.

        Raises:
            ServiceUnavailable: the disk is full, or broken.
        """
        self.write_bytes(text.encode())

    def write_bytes(self, content: bytes) -> None:
        """Append *content*. Raises as `write`."""
        try:
            self.stream.write(content)
        except OSError as exc:
            _give_up(self.path, exc)

    def rewrite_start(self, text: str) -> None:
        """Overwrite the first characters with *text*, which is as long as what stood there."""
        self.stream.seek(0)
        self.write(text)
        self.stream.seek(0, os.SEEK_END)


@contextmanager
def replacing(path: Path) -> Iterator[ReportFile]:
    """
    Open *path* for writing; it is replaced when the block ends well, and untouched when it does not.

    Raises:
        InvalidInput: the report can't be written there.
        ServiceUnavailable: the disk is full, or broken.
    """
    check_report_path(path)
    target = Path(os.path.realpath(path))  # a report that is a symbolic link stays one
    # A short name of its own: the report's name plus something could be longer than the file system allows.
    draft = target.parent / f".antiphon-{secrets.token_hex(8)}.tmp"
    try:
        with _opened(draft, path) as stream:
            yield ReportFile(path=path, stream=stream)
            _finish(stream, draft=draft, target=target, path=path)
    finally:
        with suppress(OSError):  # gone already when all went well
            draft.unlink()


def check_report_path(path: Path) -> None:
    """
    Refuse a report path that can't work; worth calling before the work whose report it is.

    Raises:
        InvalidInput: the folder is missing or not writable, or something that is no file has the name.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        folder = path.parent
        if not folder.is_dir():
            raise _complaint(path, OSError(errno.ENOTDIR if folder.exists() else errno.ENOENT, "")) from None
        found = None
    except OSError as exc:
        raise _complaint(path, exc) from exc
    if found is not None and not path.is_file():
        what = "a folder" if path.is_dir() else "no ordinary file"
        raise InvalidInput(f"{str(path)!r}: it is {what}; name a file to write, such as report.html")
    if not os.access(os.path.realpath(path.parent), os.W_OK | os.X_OK):
        raise _complaint(path, OSError(errno.EACCES, ""))


@contextmanager
def _opened(draft: Path, path: Path) -> Iterator[BinaryIO]:
    try:
        stream = draft.open(
            "xb"
        )  # like any new file the umask decides who may read it; a tempfile is for its owner only
    except OSError as exc:
        _give_up(path, exc)
    try:
        yield stream
    finally:
        with suppress(OSError):  # what close would still write is lost with the draft; a good end has flushed before
            stream.close()


def _finish(stream: BinaryIO, *, draft: Path, target: Path, path: Path) -> None:
    try:
        stream.flush()
        os.fsync(stream.fileno())
        draft.replace(target)
    except OSError as exc:
        _give_up(path, exc)


def _give_up(path: Path, exc: OSError) -> NoReturn:
    raise _complaint(path, exc) from exc


def _complaint(path: Path, exc: OSError) -> AntiphonError:
    wrong = _THE_PATH_IS_WRONG.get(exc.errno or 0)
    if wrong is not None:
        return InvalidInput(f"{str(path)!r}: {wrong}; create the folder, or name another file")
    what = "the disk is full" if exc.errno in _THE_DISK_IS_FULL else f"it can't be written ({exc.strerror or exc})"
    return ServiceUnavailable(
        f"{str(path)!r}: {what}; free some space or name another place, then write the file again (nothing stored is "
        "lost; a file that was there before is unchanged)"
    )
