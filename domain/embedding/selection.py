"""
Which documents of a source are wanted: globs over their locations, as people know them from .gitignore and shells.

`*` and `?` stay within one part of a path, `**` goes over parts. A glob without a slash speaks of names, in whatever
folder: `*.md` is every Markdown file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from attrs import field, frozen

from domain.jobs.errors import InvalidInput

READABLE = (".md", ".markdown", ".txt", ".html", ".htm", ".pdf", ".docx", ".csv", ".xlsx")
"""The ends of names of files that there are parsers for: what is wanted where nobody says otherwise."""

MOST_GLOBS = 50
LONGEST_GLOB = 200


def _checked(globs: Sequence[str]) -> tuple[str, ...]:
    if len(globs) > MOST_GLOBS:
        raise InvalidInput(f"include, exclude: {len(globs)} globs; expected at most {MOST_GLOBS} of each")
    for glob in globs:
        if not glob or len(glob) > LONGEST_GLOB or glob.count("**") > 3:
            raise InvalidInput(
                f"include, exclude: {glob[:LONGEST_GLOB]!r} can't be used; expected 1 to {LONGEST_GLOB} characters, "
                "with at most three `**`, as in 'docs/**/*.md'"
            )
    return tuple(globs)


@frozen(kw_only=True)
class Selection:
    """
    Takes what one of *include* fits (without any: files that can be read) and none of *exclude* does.

    Names that begin with a dot (`.git`, `.env`) are never taken.
    """

    include: tuple[str, ...] = field(default=(), converter=_checked)
    exclude: tuple[str, ...] = field(default=(), converter=_checked)

    def takes(self, location: str) -> bool:
        """Whether a path of a file is wanted; its parts are separated by slashes."""
        return not is_hidden(location) and (
            _fits(self.include, location) if self.include else location.lower().endswith(READABLE)
        ) and not _fits(self.exclude, location)  # fmt: skip

    def takes_page(self, path: str) -> bool:
        """As `takes`, for the path of a web page: without *include* every page is wanted, whatever its name."""
        plain = path.strip("/")
        return (not self.include or _fits(self.include, plain)) and not _fits(self.exclude, plain)


def is_hidden(location: str) -> bool:
    """Whether one part of a path begins with a dot."""
    return location.startswith(".") or "/." in location


def _fits(globs: tuple[str, ...], location: str) -> bool:
    name = location.rpartition("/")[2]
    return any(_pattern(glob).fullmatch(location if "/" in glob else name) for glob in globs)


@lru_cache(maxsize=1024)
def _pattern(glob: str) -> re.Pattern[str]:
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", glob.lstrip("/"))
    return re.compile("".join(_WILD.get(piece) or re.escape(piece) for piece in pieces), re.DOTALL)


_WILD = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
