"""Each group of commands in an interpreter of its own: most tests fork theirs from one that has imported everything."""

from __future__ import annotations

import subprocess

import pytest

from entrypoints.cli.main import antiphon
from tests.e2e.command_line import PATIENCE_S, CommandLine
from tests.services.started import ANTIPHON


@pytest.mark.parametrize("name", sorted({module: name for name, (module, _) in antiphon.members.items()}.values()))
def test_a_command_finds_what_it_needs_by_itself(shared_cli: CommandLine, name: str) -> None:
    """Modules that need each other can be imported in one order only, which may not be that of this command."""
    ended = subprocess.run(
        [*ANTIPHON, name, "--help"], cwd=shared_cli.folder, capture_output=True, check=False, timeout=PATIENCE_S
    )

    assert (ended.returncode, ended.stderr) == (0, b"")
    assert f"antiphon {name}".encode() in ended.stdout
