"""Contract of the names that test configurations are saved under."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from attrs import frozen
from sqlalchemy import Engine

from adapters.memory.configuration_names import MemoryConfigurationNames
from adapters.memory.test_sets import MemoryTestSets
from domain.jobs.errors import NotFound
from domain.jobs.job import JobOptions, Priority
from domain.tenancy import TenantContext
from domain.test_execution import ports
from domain.test_execution.configuration import TestConfiguration, with_content_id
from domain.test_execution.named_target import only
from domain.test_execution.target import PythonTarget
from domain.test_execution.test_set import ConfigurationId, Gates, TestCase
from tests.contract.building import NOW, THEM, US

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@frozen
class Places:
    """Where configurations are kept, and where their names are."""

    test_sets: ports.TestSets
    names: ports.ConfigurationNames

    def stored(self, function: str, *, tenant: TenantContext = US) -> TestConfiguration:
        """Store a configuration that differs in its target's function."""
        tests = self.test_sets.save(tenant, "set", [TestCase(id="a", prompt="?")], now=NOW)
        target = only(PythonTarget(module="bot", function=function))
        configuration = with_content_id(
            tenant,
            TestConfiguration(
                name="set",
                test_set_id=tests.id,
                targets=target,
                gates=Gates(min_pass_rate=0.9, max_errors=2),
                options=JobOptions(concurrency=3, deadline_s=7.5, priority=Priority.HIGH),
            ),
        )
        self.test_sets.save_configuration(tenant, configuration)
        return configuration


@pytest.fixture
def places(test_sets: ports.TestSets) -> Places:
    """Every place they are kept in, empty."""
    if isinstance(test_sets, MemoryTestSets):
        return Places(test_sets, MemoryConfigurationNames(test_sets))
    from adapters.database.configuration_names import SqlConfigurationNames

    engine = test_sets.engine  # type: ignore[attr-defined]  # the database ones have one
    assert isinstance(engine, Engine)
    return Places(test_sets, SqlConfigurationNames(engine))


def test_everything_of_a_configuration_comes_back(places: Places) -> None:
    """Gates and options decide what a release is told; they must survive as they were."""
    configuration = places.stored("answer")

    assert places.test_sets.configuration(US, configuration.id) == configuration


def test_other_content_under_a_name_is_its_next_version(places: Places) -> None:
    """The newest counts, and the older ones stay to be looked at, and run again."""
    first, second = places.stored("one"), places.stored("two")
    saved = [
        places.names.save(US, "nightly", found.id, now=NOON + timedelta(hours=hours))
        for hours, found in enumerate((first, second))
    ]

    assert [(one.version, one.configuration_id) for one in saved] == [(1, first.id), (2, second.id)]
    assert places.names.versions(US, "nightly") == saved[::-1]


def test_the_same_content_again_is_no_new_version(places: Places) -> None:
    """A pipeline that saves on every build must not make a version a day; going back to old content does."""
    first, second = places.stored("one"), places.stored("two")
    for found in (first, first, second, first):
        places.names.save(US, "nightly", found.id, now=NOON)

    versions = places.names.versions(US, "nightly")
    assert [one.configuration_id for one in versions] == [first.id, second.id, first.id]


def test_the_newest_of_each_name_are_listed_by_name(places: Places) -> None:
    """What `configs list` shows."""
    first, second = places.stored("one"), places.stored("two")
    places.names.save(US, "b", first.id, now=NOON)
    places.names.save(US, "b", second.id, now=NOON)
    places.names.save(US, "a", first.id, now=NOON)

    assert [(one.name, one.version) for one in places.names.newest(US)] == [("a", 1), ("b", 2)]


def test_a_deleted_name_is_gone_and_its_configurations_are_not(places: Places) -> None:
    """Past runs refer to them."""
    found = places.stored("one")
    places.names.save(US, "nightly", found.id, now=NOON)

    assert places.names.delete(US, "nightly") == 1
    assert places.names.versions(US, "nightly") == places.names.newest(US) == []
    assert places.names.delete(US, "nightly") == 0
    assert places.test_sets.configuration(US, found.id) == found


def test_names_belong_to_their_organization(places: Places) -> None:
    """Two organizations may both call something nightly, and neither sees the other's."""
    places.names.save(US, "nightly", places.stored("one").id, now=NOON)
    theirs = places.stored("one", tenant=THEM)
    places.names.save(THEM, "nightly", theirs.id, now=NOON)
    places.names.delete(US, "nightly")

    assert [one.configuration_id for one in places.names.versions(THEM, "nightly")] == [theirs.id]


def test_an_unknown_or_foreign_configuration_can_not_be_saved(places: Places) -> None:
    """A name that leads nowhere is found out when it is too late: when the nightly run starts."""
    theirs = places.stored("one", tenant=THEM)

    for unknown in (ConfigurationId("nobody"), theirs.id):
        with pytest.raises(NotFound):
            places.names.save(US, "nightly", unknown, now=NOON)


def test_the_id_is_a_hash_of_everything_in_it(places: Places) -> None:
    """Equal content is one configuration; a changed gate is another."""
    found = places.stored("one")

    assert with_content_id(US, found).id == found.id
    assert with_content_id(US, attrs.evolve(found, gates=Gates())).id != found.id
    assert with_content_id(THEM, found).id != found.id
