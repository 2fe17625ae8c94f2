"""An installation with an empty database, and its API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from entrypoints.container import Antiphon, build, ready_database
from entrypoints.settings import read_settings
from tests.api.calling import Api, calling


@pytest.fixture
def antiphon(tmp_path: Path) -> Iterator[Antiphon]:
    """An embedded installation of the test's own."""
    made = build(read_settings({"ANTIPHON_HOME": str(tmp_path / "home")}))
    ready_database(made)
    yield made
    made.engine.dispose()


@pytest.fixture
def api(antiphon: Antiphon) -> Iterator[Api]:
    """The API of `antiphon`, called over ASGI."""
    with calling(antiphon) as called:
        yield called
