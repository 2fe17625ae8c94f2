"""What the documents tell people to type: it exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import attrs
import click
import pytest

from adapters.http.guard import STRICT
from adapters.javascript.engine import JavaScript
from adapters.metrics.kinds import standard_kinds
from domain.test_execution.judging.kinds import JUDGED_KINDS
from entrypoints.cli.main import antiphon
from entrypoints.settings import PREFIX, TESTS_PREFIX, Settings
from entrypoints.settings_table import settings_table
from tests.e2e.documents import ROOT, broken_links, commands_in, documents, problem_with

SETTINGS = {PREFIX + field.name.upper() for field in attrs.fields(Settings)}
SOURCES = [
    path for folder in ("domain", "adapters", "pipelines", "entrypoints") for path in (ROOT / folder).rglob("*.py")
]


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_in_the_documents_exists(document: Path) -> None:
    """A command that was renamed must not live on in a document, where people copy it from."""
    problems = {" ".join(words): problem_with(words) for words in commands_in(document.read_text())}

    assert [f"{command}: {problem}" for command, problem in problems.items() if problem] == []


def test_every_command_in_a_message_exists() -> None:
    """Errors say what to do next; a wrong command there is worse than none."""
    named = {words for path in SOURCES for words in re.findall(r"`antiphon ([a-z][^`]*)`", path.read_text())}
    joined = {re.sub(r'"\n\s*f?"', "", words) for words in named}

    assert len(joined) > 8
    assert [problem for words in sorted(joined) if (problem := problem_with(words.split()))] == []


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_setting_in_the_documents_exists(document: Path) -> None:
    """A name that is not known is refused at the start, so a document that is behind breaks deployments."""
    named = set(re.findall(rf"{PREFIX}[A-Z_]*", document.read_text()))

    assert {name for name in named if not name.startswith(TESTS_PREFIX)} - SETTINGS - {PREFIX} == set()


def test_the_settings_document_lists_every_setting() -> None:
    """`python -m entrypoints.settings_table` prints the table to paste."""
    assert settings_table() in (ROOT / "docs" / "settings.md").read_text()
    assert all(f"`{name}`" in settings_table() for name in SETTINGS)


def test_the_command_line_document_names_every_command_and_option() -> None:
    """An option nobody can read about does not exist."""
    text = (ROOT / "docs" / "command-line.md").read_text()

    for words, command in _commands(antiphon, "antiphon"):
        section = text.split(f"\n### {words}\n", 1)
        assert len(section) == 2, f"no section: {words}"
        body = section[1].split("\n### ", 1)[0].split("\n## ", 1)[0]
        for option in command.params:
            named = f"`{max(option.opts, key=len)}" if isinstance(option, click.Option) else option.human_readable_name
            assert named in body, f"{words}: {named}"


@pytest.mark.parametrize("document", [*documents(), ROOT / "CONTRIBUTING.md"], ids=lambda path: path.stem)
def test_every_link_leads_somewhere(document: Path) -> None:
    """A reader who follows a link to a page that was renamed finds nothing, and stops believing the rest."""
    assert broken_links(document) == []


def test_a_broken_link_is_noticed(tmp_path: Path) -> None:
    """To a file and to a heading; a link to the web is not looked at."""
    page = tmp_path / "page.md"
    page.write_text(
        "# One `two`\n[a](none.md) [b](#one-two) [c](#three) [d](page.md#one-two) [e](https://x.example/y)\n"
    )

    assert broken_links(page) == ["none.md", "#three"]


def test_the_readme_counts_the_metrics_that_there_are() -> None:
    """Who chooses a tool by its numbers must be able to believe them."""
    text = (ROOT / "README.md").read_text()
    computed = len(standard_kinds(javascript=JavaScript(), python=None, guard=STRICT))
    judged = len(JUDGED_KINDS)

    assert f"{computed + judged} kinds" in text
    assert f"{computed} are computed" in text
    assert f"{judged} ask a" in text


def test_decisions_are_numbered_in_their_order() -> None:
    """Two decisions of one number can't be spoken of; several people add to the list at once."""
    numbers = re.findall(r"^(\d+)\. \*\*", (ROOT / "docs" / "design.md").read_text(), re.MULTILINE)

    assert len(numbers) > 50
    assert [int(number) for number in numbers] == list(range(1, len(numbers) + 1))


WRONG = {
    "antiphon jobs lst": "No such command 'lst'",
    "antiphon run tests.csv --target-url x": "No such option",
    "antiphon run tests.csv --concurrency many": "not a valid integer",
    "python3 run.py jbs list": "No such command 'jbs'",
}


@pytest.mark.parametrize("command", WRONG)
def test_a_wrong_command_is_noticed(command: str) -> None:
    """The tests above are worth as much as what they find."""
    [fenced] = commands_in(f"```console\n$ {command} # now\n```\n")
    [inline] = commands_in(f"Run `{command}`.")

    assert fenced == inline
    assert WRONG[command] in (problem_with(fenced) or "")


def _commands(group: click.Group, words: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, f"{words} {name}")
        else:
            yield f"{words} {name}", command
