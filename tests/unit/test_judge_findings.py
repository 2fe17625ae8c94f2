"""What reports say of who judged a run."""

from __future__ import annotations

from pathlib import Path

import attrs

from domain.jobs.item import Item
from domain.jobs.job import Job
from domain.language_models.model import model_named
from domain.test_execution.metric import Score
from domain.test_execution.named_target import only
from domain.test_execution.panel import Panel
from domain.test_execution.run import RunSpec
from domain.test_execution.summary import summarise
from domain.test_execution.target import ModelTarget
from domain.test_execution.test_set import Gates, TestSetId
from tests.unit.run_rows import PASS, job_of, judged, passed, score
from tests.unit.test_report_html import page_of

MINI = model_named("openai:gpt-5-mini")


def _opinion(model: str) -> Score:
    opinion = {"model": model, "prompts": ["llm-rubric@1"], "pass": True, "score": 1.0}
    return attrs.evolve(score(PASS), details={"judges": [opinion]})


def _job(*, judge: str, may_be_target: bool = True) -> Job:
    panel = Panel(judges=(model_named(judge),), may_be_target=may_be_target)
    spec = RunSpec(test_set_id=TestSetId("s"), test_set_name="s", targets=only(ModelTarget(model=MINI)), panel=panel)
    return attrs.evolve(job_of(2), spec=spec.to_document())


def _rows(model: str) -> list[Item]:
    return [judged(no, _opinion(model)) for no in range(2)]


def test_opinions_are_counted_by_model_and_prompt() -> None:
    """A run judged by two models, or by two versions of a prompt, is two measurements."""
    job = _job(judge="google:gemini-2.5-flash")

    found = summarise(job, items=_rows("google:gemini-2.5-flash"), gates=Gates()).judges

    assert (found.models, found.prompts) == ({"google:gemini-2.5-flash": 2}, {"llm-rubric@1": 2})
    assert found.under_test == ()


def test_a_judge_of_its_own_answers_is_flagged() -> None:
    """It was allowed; whoever reads the report was not asked."""
    assert summarise(_job(judge=MINI.name), items=_rows(MINI.name), gates=Gates()).judges.under_test == (MINI.name,)


def test_a_metrics_own_judge_is_flagged_by_its_name() -> None:
    """The run's panel is another model; the metric's own is the one under test."""
    job = _job(judge="google:gemini-2.5-flash")

    assert summarise(job, items=_rows(MINI.name), gates=Gates()).judges.under_test == (MINI.name,)


def test_the_page_names_the_judges(tmp_path: Path) -> None:
    """And says first of all that one of them judged itself."""
    text = page_of(tmp_path, *_rows(MINI.name), job=_job(judge=MINI.name)).texts["text"]

    assert any("openai:gpt-5-mini judged its own answers." in part for part in text)
    assert any("llm-rubric@1" in part for part in text)


def test_a_page_without_judges_says_nothing_of_them(tmp_path: Path) -> None:
    """Most runs need none."""
    assert not any("Judged by" in part for part in page_of(tmp_path, passed(0)).texts["text"])
