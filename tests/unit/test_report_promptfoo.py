"""promptfoo's output.json, version 3: what its readers look for is there, and no test reads better than it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs

from adapters.reports.promptfoo_output import write_promptfoo
from domain.jobs.item import Item, ItemState
from domain.language_models.model import model_named
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.run import RunSpec
from domain.test_execution.summary import summarise
from domain.test_execution.target import HttpTarget, ModelTarget
from domain.test_execution.test_set import Gates, TestSetId
from tests.unit.run_rows import FAIL, INCONCLUSIVE, PASS, again, erred, job_of, judged, passed, score, unrun

TARGETS = (
    NamedTarget(name="old", spec=HttpTarget(url="http://bot.example/chat", headers={"X-Key": "${KEY}"})),
    NamedTarget(name="new", spec=ModelTarget(model=model_named("openai:gpt-5-mini"))),
)


def output_of(folder: Path, *items: Item, targets: tuple[NamedTarget, ...] = TARGETS[:1]) -> dict[str, Any]:
    """Write the rows as promptfoo would, and read them back."""
    spec = RunSpec(test_set_id=TestSetId("s"), test_set_name="s", targets=targets)
    job = attrs.evolve(job_of(len(items)), spec=spec.to_document())
    summary = summarise(job, items=items, gates=Gates())
    write_promptfoo(folder / "output.json", job=job, items=again(*items), summary=summary, title="bot")
    read = json.loads((folder / "output.json").read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


def asked_of(item: Item, target: str, *, test_id: str = "a", repeat: int = 1) -> Item:
    """Return the row as asked of a target, in a repeat."""
    return attrs.evolve(item, input={"case": {"id": test_id, "prompt": "?"}, "repeat": repeat, "target": target})


def test_the_document_is_one_of_version_3(tmp_path: Path) -> None:
    """Readers look at `results.version`, then at results, prompts and stats."""
    output = output_of(tmp_path, passed(0), judged(1, score(FAIL)), erred(2))

    assert output["results"]["version"] == 3
    assert output["results"]["timestamp"] == "2026-03-01T12:00:00.000Z"
    assert output["config"] == {"description": "bot"}
    stats = output["results"]["stats"]
    assert (stats["successes"], stats["failures"], stats["errors"], stats["durationMs"]) == (1, 1, 1, 90_000)
    (prompt,) = output["results"]["prompts"]
    assert (prompt["metrics"]["testPassCount"], prompt["metrics"]["testErrorCount"]) == (1, 1)


def test_a_result_holds_what_was_asked_answered_and_found(tmp_path: Path) -> None:
    """Prompt, variables, output, verdict, and each assertion with its reason."""
    (result,) = output_of(tmp_path, judged(0, score(FAIL, metric="says so", reason="no Lyon")))["results"]["results"]

    assert (result["success"], result["failureReason"], result["score"], result["latencyMs"]) == (False, 1, 0, 250)
    assert (result["prompt"]["raw"], result["vars"]) == ("Capital of France?", {"country": "France"})
    assert result["response"]["output"] == "Paris"
    assert result["gradingResult"]["componentResults"][0]["reason"] == "no Lyon"
    assert result["namedScores"] == {"says so": 0.0}


def test_what_was_not_judged_is_an_error_and_never_a_failure(tmp_path: Path) -> None:
    """A judge that can't tell, a target that is away, a test that did not run."""
    rows = (judged(0, score(INCONCLUSIVE, reason="no idea")), erred(1, "away"), unrun(2, ItemState.CANCELLED))
    results = output_of(tmp_path, *rows)["results"]["results"]

    assert [(found["success"], found["failureReason"]) for found in results] == [(False, 2)] * 3
    assert [found["error"] for found in results] == [
        "inconclusive: no idea",
        "timed_out: away",
        "cancelled: the test did not run",
    ]


def test_targets_are_columns_and_repeats_are_rows(tmp_path: Path) -> None:
    """promptfoo's table has a column for each prompt and provider, a row for each test."""
    rows = [
        asked_of(passed(0), target, test_id=test, repeat=repeat)
        for test in ("a", "b")
        for target in ("old", "new")
        for repeat in (1, 2)
    ]
    results = output_of(tmp_path, *rows, targets=TARGETS)["results"]["results"]

    assert [(found["promptIdx"], found["testIdx"]) for found in results] == [
        (0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (0, 3), (1, 2), (1, 3),
    ]  # fmt: skip
    assert results[2]["provider"] == {"id": "openai:gpt-5-mini", "label": "new"}


def test_no_header_of_a_target_gets_out(tmp_path: Path) -> None:
    """Results are shared; how the target was reached is nobody's business."""
    assert "KEY" not in json.dumps(output_of(tmp_path, judged(0, score(PASS))))


def test_the_prompts_of_a_test_stand_in_one_row(tmp_path: Path) -> None:
    """promptfoo's viewer puts what has one number side by side; half-empty rows compare nothing."""
    rows = [
        attrs.evolve(passed(no), input={"case": {"id": f"{test}-{prompt}", "base_id": test, "prompt_label": prompt,
                                                 "prompt": prompt}, "repeat": 1})
        for no, (test, prompt) in enumerate([("a", "p1"), ("a", "p2"), ("b", "p1"), ("b", "p2")])
    ]  # fmt: skip

    results = output_of(tmp_path, *rows)["results"]["results"]

    assert [(result["testIdx"], result["promptIdx"]) for result in results] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_named_scores_are_means_in_a_test_and_sums_over_the_tests(tmp_path: Path) -> None:
    """promptfoo divides the sum of a prompt by its weights; without them its viewer shows no metric at all."""
    tone = [score(PASS, metric="Tone"), attrs.evolve(score(FAIL, metric="Tone"), weight=3.0)]
    output = output_of(tmp_path, judged(0, *tone), judged(1, score(PASS, metric="Tone")))["results"]

    first = output["results"][0]
    assert (first["namedScores"], first["gradingResult"]["namedScoreWeights"]) == ({"Tone": 0.25}, {"Tone": 4.0})
    metrics = output["prompts"][0]["metrics"]
    assert (metrics["namedScores"], metrics["namedScoresCount"]) == ({"Tone": 2.0}, {"Tone": 3})
    assert metrics["namedScoreWeights"] == {"Tone": 5.0}
