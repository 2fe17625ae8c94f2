"""Contract of the places test sets and test configurations are kept in."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import pytest

from domain.jobs.errors import Conflict, NotFound
from domain.language_models.model import model_named
from domain.test_execution import ports
from domain.test_execution.configuration import TestConfiguration
from domain.test_execution.metric import Metric
from domain.test_execution.named_target import only
from domain.test_execution.panel import Panel
from domain.test_execution.target import HttpTarget, PythonTarget, TargetSpec
from domain.test_execution.test_set import (
    ConfigurationId,
    Gates,
    RunDefaults,
    RunHints,
    StoredTestSet,
    TestCase,
    TestSetId,
)
from tests.contract.asking import chat_target
from tests.contract.building import NOW, THEM, US, after

UNKNOWN = "00000000-0000-4000-8000-00000000dead"
CASES = [
    TestCase(
        id="refund",
        prompt="How do I get my money back? {{ name }}",
        variables={"name": "Zoë ✓", "nested": {"list": [1, 2.5, None, True]}},
        metrics=(
            Metric(name="says 14 days", kind="contains", value="14 days", weight=2.0, required=False),
            Metric(name="no promise", kind="icontains", negated=True, value="guarantee", threshold=0.5),
            Metric(name="shape", kind="is-json", value={"type": "object", "required": ["a"]}),
        ),
        tags=("billing", "smoke"),
        repeats=3,
        description="What a customer asks first.",
    ),
    TestCase(id="bare", prompt=""),
]


def test_a_saved_set_is_found_by_its_id(test_sets: ports.TestSets) -> None:
    """What a run refers to must be there, under the name and size it was saved with."""
    stored = test_sets.save(US, "support", CASES, now=NOW)

    assert (stored.name, stored.size) == ("support", 2)
    assert test_sets.get(US, stored.id) == stored


def test_the_tests_come_back_as_they_were_in_their_order(test_sets: ports.TestSets) -> None:
    """A run plans from these; a changed test would be another test."""
    stored = test_sets.save(US, "support", CASES, now=NOW)

    assert list(test_sets.cases(US, stored.id)) == CASES


def test_a_large_set_is_read_in_order(test_sets: ports.TestSets) -> None:
    """Sets are read in pages; the seams must not show."""
    cases = [TestCase(id=f"test-{number}", prompt=str(number)) for number in range(2500)]

    stored = test_sets.save(US, "large", iter(cases), now=NOW)

    assert stored.size == 2500
    assert list(test_sets.cases(US, stored.id)) == cases


def test_saving_the_same_content_again_returns_the_stored_set(test_sets: ports.TestSets) -> None:
    """Running a file a hundred times stores it once, and the runs can be compared."""
    first = test_sets.save(US, "support", CASES, now=NOW)

    assert test_sets.save(US, "support", iter(CASES), now=NOW) == first
    assert test_sets.count(US) == 1


@pytest.mark.parametrize(
    "changed",
    [
        [attrs.evolve(CASES[0], prompt="Another question"), CASES[1]],
        [attrs.evolve(CASES[0], metrics=CASES[0].metrics[:2]), CASES[1]],
        [attrs.evolve(CASES[0], repeats=1), CASES[1]],
        CASES[::-1],
        CASES[:1],
    ],
    ids=["prompt", "metric", "repeats", "order", "fewer"],
)
def test_changed_content_is_another_version(test_sets: ports.TestSets, changed: list[TestCase]) -> None:
    """A stored version never changes: runs that used it must still mean what they said."""
    first = test_sets.save(US, "support", CASES, now=NOW)

    second = test_sets.save(US, "support", changed, now=NOW)

    assert second.id != first.id
    assert second.content_hash != first.content_hash
    assert list(test_sets.cases(US, first.id)) == CASES
    assert list(test_sets.cases(US, second.id)) == changed


def test_another_name_is_another_set(test_sets: ports.TestSets) -> None:
    """Two teams may begin with a copy of one file."""
    first, second = test_sets.save(US, "support", CASES, now=NOW), test_sets.save(US, "sales", CASES, now=NOW)

    assert first.id != second.id
    assert test_sets.count(US) == 2


def test_a_set_that_breaks_off_while_it_is_read_is_not_stored(test_sets: ports.TestSets) -> None:
    """Half of a file is not a version of it."""

    def broken() -> Iterator[TestCase]:
        yield CASES[0]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        test_sets.save(US, "support", broken(), now=NOW)

    assert test_sets.count(US) == 0


def test_two_tests_of_one_id_are_refused(test_sets: ports.TestSets) -> None:
    """Results are compared between versions by the tests' ids."""
    with pytest.raises(Conflict, match="support"):
        test_sets.save(US, "support", [CASES[0], CASES[1], CASES[0]], now=NOW)

    assert test_sets.count(US) == 0


def test_what_a_file_says_beside_its_tests_is_a_part_of_the_version(test_sets: ports.TestSets) -> None:
    """A set is run against the targets of its file; the same tests with others must not be taken for it."""
    said = RunDefaults(
        targets=only(HttpTarget(url="https://bot.example/chat")),
        gates=Gates(min_pass_rate=0.9),
        panel=Panel(judges=(model_named("openai:gpt-5-mini"),)),
        hints=RunHints(concurrency=4),
    )
    plain = test_sets.save(US, "support", CASES, now=NOW)

    stored = test_sets.save(US, "support", CASES, now=NOW, defaults=said)

    assert stored.id != plain.id
    assert test_sets.get(US, stored.id).defaults == said
    assert test_sets.get(US, plain.id).defaults == RunDefaults()


def test_versions_are_listed_the_newest_first_in_pages(test_sets: ports.TestSets) -> None:
    """An organization collects thousands; whoever turns the pages must see each once."""
    saved = [test_sets.save(US, f"set {no % 2}", CASES[: 1 + no % 2], now=after(no // 2)) for no in range(5)]
    saved += [test_sets.save(US, "set 0", [attrs.evolve(CASES[1], prompt=str(no))], now=after(no)) for no in range(5)]
    test_sets.save(THEM, "set 0", CASES, now=NOW)
    known = {stored.id: stored for stored in saved}

    listed: list[StoredTestSet] = []
    while page := test_sets.page(US, before=listed[-1].place if listed else None, limit=2):
        assert len(page) <= 2
        listed += page

    assert listed == sorted(known.values(), key=lambda stored: (stored.saved_at, stored.id), reverse=True)
    assert {stored.name for stored in test_sets.page(US, name="set 1", limit=9)} == {"set 1"}
    assert test_sets.page(US, name="set", limit=9) == []


def test_a_version_keeps_the_time_it_was_first_stored(test_sets: ports.TestSets) -> None:
    """Running an old file again does not make it the newest version."""
    first = test_sets.save(US, "support", CASES, now=NOW)

    assert test_sets.save(US, "support", CASES, now=after(60)) == first
    assert test_sets.get(US, first.id).saved_at == NOW


def test_tests_are_read_in_pages_with_their_numbers(test_sets: ports.TestSets) -> None:
    """A page shows a part of a large set, and goes on behind it."""
    cases = [TestCase(id=f"test-{number}", prompt=str(number)) for number in range(7)]
    stored = test_sets.save(US, "large", cases, now=NOW)

    assert test_sets.case_page(US, stored.id, limit=3) == list(enumerate(cases))[:3]
    assert test_sets.case_page(US, stored.id, after=2, limit=10) == list(enumerate(cases))[3:]
    assert test_sets.case_page(US, stored.id, after=6, limit=10) == []
    with pytest.raises(NotFound):
        test_sets.case_page(THEM, stored.id, limit=3)


def test_an_unknown_set_is_not_found(test_sets: ports.TestSets) -> None:
    """An empty answer would become a run of no tests."""
    with pytest.raises(NotFound, match=UNKNOWN):
        test_sets.get(US, TestSetId(UNKNOWN))
    with pytest.raises(NotFound, match=UNKNOWN):
        list(test_sets.cases(US, TestSetId(UNKNOWN)))


def test_sets_of_another_organization_are_not_found(test_sets: ports.TestSets) -> None:
    """Equal content in two organizations stays two sets, each its owner's."""
    ours, theirs = test_sets.save(US, "support", CASES, now=NOW), test_sets.save(THEM, "support", CASES, now=NOW)

    assert ours.id != theirs.id
    assert (test_sets.count(US), test_sets.count(THEM)) == (1, 1)
    for read in (test_sets.get, lambda tenant, test_set_id: list(test_sets.cases(tenant, test_set_id))):
        with pytest.raises(NotFound):
            read(THEM, ours.id)
        with pytest.raises(NotFound):
            read(US, theirs.id)


@pytest.mark.parametrize(
    "target",
    [
        HttpTarget(
            url="https://bot.example/chat",
            method="PUT",
            headers={"Authorization": "Bearer ${TOKEN}"},
            body={"messages": [{"content": "{{ prompt }}"}]},
            response_path="choices[0].message.content",
            timeout_s=12.5,
        ),
        HttpTarget(url="https://bot.example", body=None),
        chat_target(base_url="https://models.example/v1", model="m", parameters={"temperature": 0.5}, api_key="${KEY}"),
        PythonTarget(module="package.module", function="answer"),
    ],
    ids=["http", "http without body", "chat", "python"],
)
def test_a_configuration_comes_back_with_its_target(test_sets: ports.TestSets, target: TargetSpec) -> None:
    """A schedule runs from this alone."""
    configuration = _configuration(test_sets, target)

    test_sets.save_configuration(US, configuration)

    assert test_sets.configuration(US, configuration.id) == configuration


def test_saving_a_configuration_again_replaces_it(test_sets: ports.TestSets) -> None:
    """A configuration is what the next run uses; it may change."""
    first = _configuration(test_sets, PythonTarget(module="a", function="f"))
    test_sets.save_configuration(US, first)
    second = attrs.evolve(first, name="renamed", targets=only(PythonTarget(module="b", function="g")))

    test_sets.save_configuration(US, second)

    assert test_sets.configuration(US, first.id) == second


def test_a_configuration_of_a_foreign_or_unknown_set_is_refused(test_sets: ports.TestSets) -> None:
    """It could never run, or would run somebody else's tests."""
    configuration = _configuration(test_sets, PythonTarget(module="a", function="f"))

    for tenant, refused in ((THEM, configuration), (US, attrs.evolve(configuration, test_set_id=TestSetId(UNKNOWN)))):
        with pytest.raises(NotFound):
            test_sets.save_configuration(tenant, refused)


def test_an_unknown_or_foreign_configuration_is_not_found(test_sets: ports.TestSets) -> None:
    """Another organization's configuration may name its endpoints."""
    configuration = _configuration(test_sets, PythonTarget(module="a", function="f"))
    test_sets.save_configuration(US, configuration)

    with pytest.raises(NotFound):
        test_sets.configuration(THEM, configuration.id)
    with pytest.raises(NotFound, match=UNKNOWN):
        test_sets.configuration(US, ConfigurationId(UNKNOWN))


def _configuration(test_sets: ports.TestSets, target: TargetSpec) -> TestConfiguration:
    stored = test_sets.save(US, "support", CASES, now=NOW)
    identifier = ConfigurationId("00000000-0000-4000-8000-00000000c0f1")
    return TestConfiguration(id=identifier, name="nightly", test_set_id=stored.id, targets=only(target))
