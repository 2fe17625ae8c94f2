"""What the guards look at: this repository, and a copy of its packages to break."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.architecture.import_guards import PACKAGES


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A copy of the four packages and their settings, to plant a violation in."""
    for name in PACKAGES:
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path
