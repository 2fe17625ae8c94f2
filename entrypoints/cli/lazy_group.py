"""A group of commands that are imported when they are used, so that `--help` and every other command are quick."""

from __future__ import annotations

import builtins
import difflib
from collections.abc import Mapping
from importlib import import_module
from keyword import iskeyword
from typing import Any

import click

Members = Mapping[str, tuple[str, str]]
"""By a command's name: the module it is in (under its name as `_named_in_python`), and what it does."""


class LazyGroup(click.Group):
    """The commands of *members*, in that order: the most used ones first."""

    def __init__(self, *args: Any, members: Members, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.members = members

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names."""
        _ = ctx
        return list(self.members)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command."""
        _ = ctx
        if cmd_name not in self.members:
            return None
        command = getattr(import_module(self.members[cmd_name][0]), _named_in_python(cmd_name))
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first word names; a word that is nearly one gets it named."""
        near = difflib.get_close_matches(args[0], self.members, n=1)
        if args[0] not in self.members and near:
            ctx.fail(f"No such command {args[0]!r}. Did you mean {near[0]!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        _ = ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, meaning) for name, (_module, meaning) in self.members.items()])


def _named_in_python(command: str) -> str:
    """Return the name with `_` for `-`, and one behind a word that Python or a builtin has taken."""
    name = command.replace("-", "_")
    return f"{name}_" if iskeyword(name) or hasattr(builtins, name) else name
