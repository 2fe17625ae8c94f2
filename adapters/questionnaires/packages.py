"""Office files as packages of parts: opened, and copied with a few of their parts changed and no other byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from posixpath import join, normpath
from xml.etree.ElementTree import ParseError
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from domain.jobs.errors import InvalidInput


@contextmanager
def opened_package(content: bytes, *, name: str) -> Iterator[ZipFile]:
    """
    Open a package.

    Raises:
        InvalidInput: it is none, or lacks a part that is asked for.
    """
    try:
        with ZipFile(BytesIO(content)) as package:
            yield package
    except (BadZipFile, KeyError, ParseError) as exc:
        raise InvalidInput(f"{name}: it can't be read, or lacks one of its parts; save it anew") from exc


def copied(old: ZipFile, changed: Mapping[str, bytes]) -> bytes:
    """Return the package with other contents of the parts that *changed*."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as new:
        new.comment = old.comment
        for part in old.infolist():
            new.writestr(part, changed.get(part.filename) or old.read(part), compress_type=part.compress_type)
    return made.getvalue()


def main_part(package: ZipFile) -> str:
    """
    Return the name of the part that a program opens.

    Raises:
        KeyError: the package names none.
    """
    from defusedxml.ElementTree import fromstring

    for one in fromstring(package.read("_rels/.rels")):
        if one.get("Type", "").endswith("/officeDocument"):
            return path_of("", one.get("Target", ""))
    raise KeyError("the package names no main part")


def related(package: ZipFile, part: str, *, kind: str) -> dict[str, str]:
    """Return, by their ids, the names of the parts of this *kind* that a part is related to."""
    from defusedxml.ElementTree import fromstring

    folder, _, name = part.rpartition("/")
    return {
        one.get("Id", ""): path_of(folder, one.get("Target", ""))
        for one in fromstring(package.read(join(folder, "_rels", f"{name}.rels")))
        if one.get("Type", "").endswith(f"/{kind}") and one.get("TargetMode") != "External"
    }


def path_of(folder: str, target: str) -> str:
    """Return the name of the part that a relation of a part in *folder* points at."""
    return target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
