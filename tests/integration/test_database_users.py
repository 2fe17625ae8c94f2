"""Which user of Postgres a process takes, and what `antiphon db upgrade` does for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.integration.processes import Installation
from tests.services.logins import administrator_of, fresh_database

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.mark.parametrize(
    "words",
    [["worker"], ["api"], ["doctor"], ["jobs", "list"], ["run", "tests.yaml", "--target", "http://127.0.0.1:1/"]],
)
def test_nothing_starts_as_a_superuser(installation: Installation, database_url: str, words: list[str]) -> None:
    """Everything would work, and every organization would see the others."""
    (installation.folder / "tests.yaml").write_text("tests: [{id: a, prompt: b}]")
    words = [str(installation.folder / word) if word.endswith(".yaml") else word for word in words]

    refused = installation.start(*words, database_url=administrator_of(database_url))

    assert refused.end() == 2
    assert "the user postgres passes row-level security" in refused.said
    assert "GRANT antiphon_app, antiphon_system TO antiphon" in refused.said
    assert "ANTIPHON_OWNER_DATABASE_URL" in refused.said


def test_an_upgrade_by_a_superuser_is_done_and_says_what_is_missing(tmp_path: Path) -> None:
    """The tables may belong to anybody; as whom everything else runs is another question."""
    with fresh_database(os.environ["ANTIPHON_TEST_DATABASE_URL"]) as database:
        installation = Installation(tmp_path, {"ANTIPHON_DATABASE_URL": database.administrator})
        alone = installation.start("db", "upgrade", home=tmp_path)
        assert alone.end() == 0
        assert "nothing else will start yet: ANTIPHON_DATABASE_URL: the user postgres passes" in alone.said

        apart = {"database_url": database.login, "owner_database_url": database.administrator, "home": tmp_path}
        both = installation.start("db", "upgrade", **apart)

        assert both.end() == 0
        assert "nothing else will start" not in both.said


def test_owner_and_login_of_two_databases_are_refused(tmp_path: Path, database_url: str) -> None:
    """An upgrade of the wrong database would be noticed by nobody, until the workers complain."""
    installation = Installation(tmp_path, {"ANTIPHON_DATABASE_URL": database_url})
    with fresh_database(os.environ["ANTIPHON_TEST_DATABASE_URL"]) as other:
        refused = installation.start("db", "upgrade", owner_database_url=other.owner, home=tmp_path)

        assert refused.end() == 2
        assert "ANTIPHON_OWNER_DATABASE_URL names the database" in refused.said
