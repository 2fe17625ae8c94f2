"""
A file as text: what can't be a file of tests at all is refused here, before anybody parses it.

Text is UTF-8, with or without a byte order mark. Large files are read line by line.
"""

from __future__ import annotations

import codecs
import stat
from collections.abc import Iterator
from pathlib import Path

from adapters.test_files.nodes import Unreadable

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAMPLE_BYTES = 8192
_MEGABYTE = 1_000_000


def check_file(path: Path, *, max_bytes: int) -> None:
    """
    Refuse what can't be a file of tests, having read only its first bytes.

    Raises:
        Unreadable: missing, a directory, not readable, empty, too large, UTF-16, or binary.
    """
    try:
        status = path.stat()
        _check_kind(status.st_mode)
        sample = _first_bytes(path)
    except OSError as exc:
        raise _cannot_open(exc) from exc
    size_bytes = status.st_size
    if not size_bytes:
        raise Unreadable("the file is empty", line=None, expected="at least one test", do="check the path")
    if size_bytes > max_bytes:
        raise Unreadable(
            f"the file has {size_bytes / _MEGABYTE:.1f} MB",
            line=None,
            expected=f"at most {max_bytes / _MEGABYTE:.0f} MB in a {path.suffix} file",
            do="split it into several files, or use .jsonl or .csv (up to 200 MB)",
        )
    _check_sample(sample)


def name_of(path: Path) -> str:
    """Return what a set is called that has no name of its own; a file's name need not be text, the set's must."""
    return path.stem.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def read_text(path: Path) -> str:
    """
    Return the whole text, without a byte order mark.

    Raises:
        Unreadable: the file can't be opened, or is not UTF-8.
    """
    return "".join(read_lines(path))


def read_lines(path: Path) -> Iterator[str]:
    """
    Yield the lines with their line ends, decoded one by one.

    Raises:
        Unreadable: the file can't be opened, or is not UTF-8: which byte, at which offset, in which line.
    """
    offset = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if b"\0" in line:
                    raise _binary(offset + line.index(0), line=number)
                yield _decoded(line, number=number, offset=offset)
                offset += len(line)
    except OSError as exc:
        raise _cannot_open(exc) from exc


def _decoded(line: bytes, *, number: int, offset: int) -> str:
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as exc:
        skipped = len(codecs.BOM_UTF8) if number == 1 and line.startswith(codecs.BOM_UTF8) else 0
        raise Unreadable(
            f"byte 0x{exc.object[exc.start]:02x} at offset {offset + skipped + exc.start} is not UTF-8",
            line=number,
            expected="UTF-8 text",
            do="save the file as UTF-8 (it looks like Latin-1 or Windows-1252)",
        ) from exc


def _check_kind(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise Unreadable("this is a directory", line=None, expected="a file of tests", do="name a file in it")
    if not stat.S_ISREG(mode):  # a pipe has no size to check, and opening it may wait for ever
        raise Unreadable("this is a pipe or device", line=None, expected="a file", do="write the tests to a file")


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_SAMPLE_BYTES)


def _check_sample(sample: bytes) -> None:
    if sample.startswith(_UTF16_MARKS):
        raise Unreadable(
            "the file is UTF-16 (it begins with a UTF-16 byte order mark)",
            line=None,
            expected="UTF-8 text",
            do="save it as UTF-8",
        )
    if b"\0" in sample:
        raise _binary(sample.index(0), line=None)


def _binary(offset: int, *, line: int | None) -> Unreadable:
    return Unreadable(
        f"the file is binary (a zero byte at offset {offset})",
        line=line,
        expected="UTF-8 text",
        do="name a text file, or save it as UTF-8 when it is UTF-16 text",
    )


def _cannot_open(exc: OSError) -> Unreadable:
    if isinstance(exc, FileNotFoundError):
        return Unreadable("there is no such file", line=None, expected="a file of tests", do="check the path")
    reason = exc.strerror or type(exc).__name__
    return Unreadable(
        f"the file can't be read ({reason})",
        line=None,
        expected="a readable file",
        do="check its permissions",
    )
