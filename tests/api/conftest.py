"""An installation with an empty database, and its API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from entrypoints.container import Antiphon
from tests.api.calling import Api, calling
from tests.services.installed import installation


@pytest.fixture(scope="session")
def migrated_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation that nobody has used."""
    home = tmp_path_factory.mktemp("migrated") / "home"
    with installation(home):
        return home


@pytest.fixture
def antiphon(tmp_path: Path, migrated_home: Path) -> Iterator[Antiphon]:
    """An embedded installation of the test's own."""
    with installation(tmp_path / "home", like=migrated_home) as made:
        yield made


@pytest.fixture
def api(antiphon: Antiphon) -> Iterator[Api]:
    """The API of `antiphon`, called over ASGI."""
    with calling(antiphon) as called:
        yield called
