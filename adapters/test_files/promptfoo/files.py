"""
The files that a configuration names (`file://prompts/a.txt`, `tests/*.yaml`), found and read within bounds.

A configuration may come from somebody else, and what it reads can end up in a request: only files in its own folder, or
in a folder that whoever reads it has named, are opened.
"""

from __future__ import annotations

import glob
from pathlib import Path

from attrs import field, frozen

from adapters.test_files.json_nodes import parse_json
from adapters.test_files.nodes import Node, Unreadable
from adapters.test_files.text import check_file, read_text
from adapters.test_files.yaml_nodes import parse_yaml

MAX_BYTES = 20_000_000
MAX_FILES = 10_000
_SCHEME = "file://"
_WILDCARDS = frozenset("*?[")
DOCUMENTS = frozenset({".yaml", ".yml", ".json"})


@frozen(kw_only=True)
class FileName:
    """The name of a file as a configuration writes it: *path*, and what stands behind a colon (`a.js:check`)."""

    path: str
    part: str = ""

    @property
    def ending(self) -> str:
        """The ending, in small letters: `.yaml`."""
        return Path(self.path).suffix.lower()

    @property
    def is_pattern(self) -> bool:
        """Whether it stands for all files that fit."""
        return bool(_WILDCARDS & set(self.path))


def file_name(text: str) -> FileName | None:
    """Return the file that *text* names by `file://`, or None where it names none."""
    return name_of(text.removeprefix(_SCHEME)) if text.startswith(_SCHEME) else None


def name_of(path: str) -> FileName:
    """
    Return a path with the function behind it taken off.

    >>> name_of("checks/tone.js:isPolite")
    FileName(path='checks/tone.js', part='isPolite')
    """
    head, colon, part = path.rpartition(":")
    if colon and part.isidentifier() and Path(head).suffix:
        return FileName(path=head, part=part)
    return FileName(path=path)


@frozen(kw_only=True)
class Files:
    """Opens the files of one configuration; *folder* is its own, names are relative to it."""

    folder: Path
    others: tuple[Path, ...] = field(factory=tuple)

    def text(self, name: FileName, *, line: int) -> str:
        """
        Return a file's text.

        Raises:
            Unreadable: it is not there, not text, too large, or lies outside the allowed folders.
        """
        path = self.path(name, line=line, max_bytes=MAX_BYTES)
        try:
            return read_text(path)
        except Unreadable as exc:
            raise Unreadable(f"{name.path}: {exc.what}", line=line, expected=exc.expected, do=exc.do) from exc

    def path(self, name: FileName, *, line: int, max_bytes: int) -> Path:
        """
        Return the path of a file that may be read.

        Raises:
            Unreadable: it is not there, can't be text, is too large, or lies outside the allowed folders.
        """
        path = self._allowed(self.folder / name.path, line=line)
        try:
            check_file(path, max_bytes=max_bytes)
        except Unreadable as exc:
            raise Unreadable(f"{name.path}: {exc.what}", line=line, expected=exc.expected, do=exc.do) from exc
        return path

    def document(self, name: FileName, *, line: int) -> Node:
        """
        Return a YAML or JSON file as a tree; its lines are those of the file itself.

        Raises:
            Unreadable: as `text`, or it is not in the language.
        """
        text = self.text(name, line=line)
        try:
            return parse_json(text) if name.ending == ".json" else parse_yaml(text)
        except Unreadable as exc:
            where = f"{name.path}:{exc.line}" if exc.line else name.path
            raise Unreadable(f"{where}: {exc.what}", line=line, expected=exc.expected, do=exc.do) from exc

    def matching(self, name: FileName, *, line: int) -> list[FileName]:
        """
        Return the files that a name with wildcards stands for, in the order of their names; others as they are.

        Raises:
            Unreadable: none fits, or too many do.
        """
        if not name.is_pattern:
            return [name]
        found = sorted(glob.glob(name.path, root_dir=self.folder, recursive=True))  # noqa: PTH207  # takes a root
        paths = [path for path in found if (self.folder / path).is_file()]
        if not paths or len(paths) > MAX_FILES:
            what = f"no file fits {name.path}" if not paths else f"{len(paths)} files fit {name.path}"
            raise Unreadable(what, line=line, expected=f"1 to {MAX_FILES}", do="check the pattern and the folder")
        return [FileName(path=path, part=name.part) for path in paths]

    def _allowed(self, path: Path, *, line: int) -> Path:
        real = path.resolve()
        folders = [folder.resolve() for folder in (self.folder, *self.others)]
        if not any(real.is_relative_to(folder) for folder in folders):
            raise Unreadable(
                f"the file {path.name} lies outside the configuration's folder",
                line=line,
                expected="files in the configuration's folder, or in the one the command is started in",
                do="start the command in a folder above both, or move the file",
            )
        return path
