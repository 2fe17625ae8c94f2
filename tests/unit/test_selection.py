"""Which files of a source are documents: globs as people know them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.embedding.selection import Selection
from domain.jobs.errors import InvalidInput


@pytest.mark.parametrize(
    ("glob", "takes", "leaves"),
    [
        ("*.md", ["a.md", "docs/deep/a.md"], ["a.mdx", "a.md/b.txt"]),
        ("docs/*.md", ["docs/a.md"], ["docs/deep/a.md", "a.md"]),
        ("docs/**/*.md", ["docs/a.md", "docs/x/y/a.md"], ["a.md", "other/docs/a.md"]),
        ("docs/**", ["docs/a.md", "docs/x/y.pdf"], ["a.md"]),
        ("**/legal/*", ["legal/a.txt", "x/legal/a.txt"], ["legal/x/a.txt"]),
        ("page-?.txt", ["page-1.txt", "x/page-2.txt"], ["page-10.txt"]),
        ("/top.md", ["top.md"], ["x.md"]),
        ("[a].md", ["[a].md"], ["a.md"]),
    ],
)
def test_globs_mean_what_they_mean_in_a_shell(glob: str, takes: list[str], leaves: list[str]) -> None:
    """A glob that takes more than it says puts drafts before customers; one that takes less hides answers."""
    chosen = Selection(include=(glob,))

    assert [path for path in takes + leaves if chosen.takes(path)] == takes


def test_without_globs_files_that_can_be_read_are_taken() -> None:
    """A repository of code is full of files no parser reads: they are no failures, they are not there."""
    chosen = Selection()

    assert chosen.takes("docs/Handbook.PDF")
    assert not chosen.takes("src/main.py")


@pytest.mark.parametrize("path", [".env.md", ".git/README.md", "docs/.draft/a.md"])
def test_hidden_files_are_never_taken(path: str) -> None:
    """What begins with a dot holds settings and secrets, not documentation; a glob does not ask for it by accident."""
    assert not Selection(include=("**", "*")).takes(path)


def test_what_is_excluded_is_not_taken_though_it_is_included() -> None:
    """The narrower word wins."""
    chosen = Selection(include=("*.md",), exclude=("drafts/**",))

    assert chosen.takes("a.md")
    assert not chosen.takes("drafts/a.md")


@pytest.mark.parametrize("globs", [("",), ("x" * 201,), ("**/" * 4,), ("*",) * 51])
def test_globs_that_can_not_be_used_are_refused(globs: tuple[str, ...]) -> None:
    """They are stored and run for every file: few, short, and none that takes for ever."""
    with pytest.raises(InvalidInput, match="include, exclude"):
        Selection(include=globs)


@given(st.text(alphabet="ab/*?.", min_size=1, max_size=12), st.text(alphabet="ab/.", max_size=12))
def test_any_glob_is_a_pattern(glob: str, path: str) -> None:
    """No text that somebody types may break a listing."""
    try:
        chosen = Selection(include=(glob,))
    except InvalidInput:
        return
    assert chosen.takes(path) in (True, False)


@given(st.text(alphabet="ab/.-", min_size=1, max_size=12))
def test_a_glob_without_wildcards_is_the_path_or_the_name_itself(path: str) -> None:
    """Nothing in a path is special but the wildcards."""
    takes = Selection(include=(path,)).takes(path)

    assert takes == (not re.search(r"(^|/)\.", path) and not path.startswith("/"))
