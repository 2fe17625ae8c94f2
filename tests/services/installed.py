"""Embedded installations whose databases are copies of one: migrating anew for each test takes twenty times as long."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from entrypoints.container import Antiphon, build, ready_database
from entrypoints.settings import read_settings


@contextmanager
def installation(home: Path, *, like: Path | None = None) -> Iterator[Antiphon]:
    """Yield the installation in the folder *home*, which starts as a copy of the folder *like*, or empty."""
    if like is not None:
        shutil.copytree(like, home)
    made = build(read_settings({"ANTIPHON_HOME": str(home)}))
    ready_database(made)
    yield made
    made.engine.dispose()
