"""Golden documents: what earlier versions stored must still be read, and mean the same."""

from __future__ import annotations

from domain.test_execution.codec import (
    case_from_json,
    case_to_json,
    item_from_json,
    item_to_json,
    scores_from_json,
    targets_from_json,
    targets_to_json,
)
from domain.test_execution.metric import Metric, Verdict
from domain.test_execution.named_target import NamedTarget, only
from domain.test_execution.run import RunSpec
from domain.test_execution.target import HttpTarget
from domain.test_execution.test_set import TestCase, TestItem

BOT = HttpTarget(url="http://bot.invalid/chat")

FIRST_SPEC: dict[str, object] = {
    "test_set_id": "set-1",
    "test_set_name": "support-bot",
    "target": {"kind": "http", "url": "http://bot.invalid/chat"},
    "gates": {"min_pass_rate": 0.9},
    "configuration_id": "c-1",
}
"""A job's specification as version 0.1.0 wrote it, when a run had one target."""

FIRST_ITEM: dict[str, object] = {
    "case": {
        "id": "refund",
        "prompt": "{{ question }}",
        "variables": {"question": "How long?"},
        "metrics": [{"name": "window", "kind": "contains", "value": "30 days", "weight": 2.0}],
        "tags": ["returns"],
        "repeats": 3,
    },
    "repeat": 2,
}
FIRST_RESULT: dict[str, object] = {
    "scores": [{"metric": "window", "kind": "contains", "verdict": "pass", "value": 1.0, "reason": "it is there"}]
}


def test_a_job_of_the_first_version_is_still_run_against_its_target() -> None:
    """A run that was accepted before an upgrade goes on after it."""
    spec = RunSpec.from_document(FIRST_SPEC)

    assert spec.targets == only(BOT)
    assert spec.gates.min_pass_rate == 0.9


def test_an_item_of_the_first_version_keeps_its_key_and_test() -> None:
    """Comparisons with old runs match tests by key."""
    item = item_from_json(FIRST_ITEM)

    assert (item.key, item.target, item.case.shared_id) == ("refund#2", "", "refund")
    assert item.case.metrics == (Metric(name="window", kind="contains", value="30 days", weight=2.0),)
    assert item_to_json(item) == FIRST_ITEM


def test_scores_of_the_first_version_stand_by_themselves() -> None:
    """They were written before metrics could be part of a set."""
    (score,) = scores_from_json(FIRST_RESULT)

    assert (score.verdict, score.part_of) == (Verdict.PASS, "")


def test_several_targets_come_back_as_they_were_written() -> None:
    """The snapshot in the job is what a resumed run is run from."""
    targets = (NamedTarget(name="old", spec=BOT), NamedTarget(name="new", spec=HttpTarget(url="http://new.invalid")))

    assert targets_from_json({"targets": targets_to_json(targets)}) == targets


def test_a_test_with_everything_comes_back_as_it_was_written() -> None:
    """A field that is lost on the way to the row would change what a test means, unseen."""
    inner = Metric(name="tone", kind="llm-rubric", value="polite", options={"provider": "openai:gpt-5"}, weight=2)
    group = Metric(
        name="set", kind="assert-set", threshold=0.5, metrics=(inner, Metric(name="set2", kind="assert-set"))
    )
    case = TestCase(
        id="a-p1",
        prompt="p",
        base_id="a",
        prompt_label="short",
        threshold=0.0,
        transform="output.trim()",
        variables_transform="vars",
        targets=("old",),
        given_answer="x",
        metrics=(group, Metric(name="t", kind="contains", value="x", transform="output.y")),
    )

    assert case_from_json(case_to_json(case)) == case
    assert item_from_json(item_to_json(TestItem(case=case, repeat=1, target="old"))).key == "a-p1@old"
