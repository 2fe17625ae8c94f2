"""The documents of the project, and the commands and settings they mention."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from entrypoints.cli.main import antiphon

ROOT = Path(__file__).parents[2]
RUN_PY = ("test", "check", "lock", "chaos")
"""What run.py does itself; every other word is a command of antiphon."""

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(r"(?:^|\s)(antiphon|python3 run\.py) (.+)")
_PIPE = ("|", "||", "&", "&&", ";", ">", "2>")


def documents() -> list[Path]:
    """Return the README, the documents, and those of the examples."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").rglob("README.md"))]


def commands_in(text: str) -> Iterator[list[str]]:
    """Yield the words behind `antiphon` (or `python3 run.py`) of every command in *text*: in fences and in line."""
    fenced = [body for language, body in _FENCE.findall(text) if language in ("", "console", "sh", "bash")]
    lines = [line for body in fenced for line in body.replace("\\\n", " ").splitlines()]
    for line in [*lines, *_INLINE.findall(_FENCE.sub("", text))]:
        found = _COMMAND.search(line.removeprefix("$ "))
        if found and not found[2].startswith(("WORDS", ":")):
            yield _words(found[2])


def problem_with(words: list[str]) -> str | None:
    """Return what is wrong with a command: a word or an option that does not exist, or a value that can't be."""
    if words[0] in RUN_PY:
        return None
    command: click.Command = antiphon
    context = click.Context(command)
    try:
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            _, found, words = command.resolve_command(context, words)
            assert found is not None
            command, context = found, click.Context(found, parent=context)
        options, _, _ = command.make_parser(context).parse_args(list(words))
        for option in command.params:
            if isinstance(option, click.Option) and option.name in options:
                option.type_cast_value(context, options[option.name])
    except click.UsageError as error:
        return error.format_message()
    return None


def broken_links(document: Path) -> list[str]:
    """Return the links of *document* that lead nowhere in this repository: no such file, or no such heading in it."""
    links = _LINK.findall(_INLINE.sub("", _FENCE.sub("", document.read_text())))
    return [link for link in links if "://" not in link and not _leads_somewhere(document, link)]


def _leads_somewhere(document: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    found = document.parent / path if path else document
    if not found.exists() or not anchor:
        return found.exists()
    headings = _HEADING.findall(_FENCE.sub("", found.read_text()))
    return anchor in {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def _words(text: str) -> list[str]:
    words = shlex.split(text, comments=True)
    end = next((at for at, word in enumerate(words) if word.rstrip(";") != word or word in _PIPE), len(words))
    return [*words[:end], *(word.rstrip(";") for word in words[end : end + 1] if word not in _PIPE)]
