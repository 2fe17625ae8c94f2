"""A command line of its own for each test, and a target to ask."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.command_line import CommandLine
from tests.e2e.mock_target import MockTarget


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """Let commands be interrupted also where the test run itself, started in the background, ignores that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands of a test run keep what Python compiled."""
    return tmp_path_factory.mktemp("bytecode")


@pytest.fixture
def cli(tmp_path: Path, bytecode: Path) -> CommandLine:
    """A command line with an empty home."""
    return CommandLine(folder=tmp_path, bytecode=bytecode)


@pytest.fixture(scope="module")
def shared_cli(tmp_path_factory: pytest.TempPathFactory, bytecode: Path) -> CommandLine:
    """A command line that the tests of a module share."""
    return CommandLine(folder=tmp_path_factory.mktemp("shared"), bytecode=bytecode)


@pytest.fixture
def target() -> Iterator[MockTarget]:
    """A target that repeats the question."""
    with MockTarget().running() as running:
        yield running
