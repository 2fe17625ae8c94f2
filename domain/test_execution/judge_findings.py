"""Who judged a run, by which prompts, and whether a judge was itself under test: counted while the rows go by."""

from __future__ import annotations

from collections import Counter
from typing import cast

from attrs import define, field, frozen

from domain.jobs.item import Document
from domain.jobs.job import Job
from domain.test_execution.codec import targets_from_json
from domain.test_execution.judging.needs import judges_under_test
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel, Rule
from domain.test_execution.target import ModelTarget
from domain.test_execution.test_result import TestResult

MOST = 100


@frozen(kw_only=True)
class JudgeFindings:
    """
    How many opinions each model gave, and each prompt (with its version) was asked with.

    *under_test* names the judges that are a target of the same run. *source* is the job and revision whose stored
    answers were judged, None for a run that asked its target.
    """

    models: Counter[str] = field(factory=Counter)
    prompts: Counter[str] = field(factory=Counter)
    rule: Rule = Rule.MAJORITY
    under_test: tuple[str, ...] = ()
    source: Document | None = None


@define(kw_only=True)
class JudgeCounts:
    """Counts the opinions in scores."""

    _models: Counter[str] = field(factory=Counter)
    _prompts: Counter[str] = field(factory=Counter)

    def add(self, result: TestResult) -> None:
        """Count the opinions on a test."""
        for score in result.scores:
            for opinion in cast(list[Document], (score.details or {}).get("judges", ())):
                _count(self._models, str(opinion.get("model")))
                for prompt in cast(list[str], opinion.get("prompts", ())):
                    _count(self._prompts, prompt)

    def findings(self, job: Job) -> JudgeFindings:
        """Return who judged the run *job*."""
        panel = Panel.from_document(cast(Document, job.spec.get("panel", {})))
        targets = targets_from_json(job.spec) if "targets" in job.spec else ()
        source = cast(Document | None, job.spec.get("source"))
        return JudgeFindings(
            models=self._models,
            prompts=self._prompts,
            rule=panel.rule,
            under_test=tuple(_under_test(panel, targets, self._models)),
            source={name: source[name] for name in ("job", "revision")} if source else None,
        )


def _under_test(panel: Panel, targets: tuple[NamedTarget, ...], models: Counter[str]) -> list[str]:
    """Return the panel's judges that are under test; of a metric's own judge only the name is known here."""
    names = {target.spec.model.name for target in targets if isinstance(target.spec, ModelTarget)}
    own = names & (models.keys() - {judge.name for judge in panel.judges})
    return sorted({*judges_under_test(panel.judges, targets), *own})


def _count(counts: Counter[str], name: str) -> None:
    counts[name if name in counts or len(counts) < MOST else "(others)"] += 1
