"""
What a run's tests need of judges, and what is refused before its first call.

The model under test is never silently the judge: without a judge that somebody named, there is no run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from attrs import field, frozen

from domain.jobs.errors import InvalidInput
from domain.language_models.model import ModelSpec
from domain.test_execution.contest import checked_contests
from domain.test_execution.judging.kinds import JUDGED_KINDS
from domain.test_execution.metric import Metric
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel, panel_for
from domain.test_execution.target import ModelTarget
from domain.test_execution.test_set import TestCase


@frozen(kw_only=True)
class Needs:
    """
    What the tests of a run need: every model that will judge or embed, and the metrics that have none.

    *unjudged* and *unembedded* count the tests by the kind of metric that lacks a judge or an embedding model.
    """

    models: tuple[ModelSpec, ...] = ()
    judges: tuple[ModelSpec, ...] = ()
    unjudged: Counter[str] = field(factory=Counter)
    unembedded: Counter[str] = field(factory=Counter)


def needs_of(cases: Iterable[TestCase], panel: Panel) -> Needs:
    """Return what the tests need, judged by *panel* where a metric names nobody of its own."""
    judges: dict[str, ModelSpec] = {}
    embedders: dict[str, ModelSpec] = {}
    unjudged: Counter[str] = Counter()
    unembedded: Counter[str] = Counter()
    for metric, times in _judged_metrics(cases):
        kind, own = JUDGED_KINDS[metric.kind], panel_for(metric, panel)
        if kind.asks:
            judges |= {repr(spec): spec for spec in own.judges}
            unjudged[metric.title] += 0 if own.judges else times
        if kind.embeds:
            embedders |= {repr(spec): spec for spec in (own.embedding,) if spec}
            unembedded[metric.title] += 0 if own.embedding else times
    return Needs(
        models=tuple({**judges, **embedders}.values()),
        judges=tuple(judges.values()),
        unjudged=+unjudged,
        unembedded=+unembedded,
    )


def check_judges(cases: Iterable[TestCase], panel: Panel, *, targets: Sequence[NamedTarget], name: str) -> Needs:
    """
    Return what the tests of the file *name* need, if they have it.

    Raises:
        InvalidInput: a contest stands where it can't be held, nobody judges, nothing embeds, or a judge is a model
            under test and nobody said that it may be.
    """
    needs = needs_of(checked_contests(cases, name=name), panel)
    if needs.unjudged:
        raise InvalidInput(
            f"{name}: {_counted(needs.unjudged)} need a judge, and none is named; name one with --judge "
            "openai:gpt-5-mini, with `judge:` in the file, or with ANTIPHON_JUDGE (the model under test is never taken "
            "for it)"
        )
    if needs.unembedded:
        raise InvalidInput(
            f"{name}: {_counted(needs.unembedded)} need an embedding model, and none is named; name one with "
            "--embedding openai:text-embedding-3-small, with `judging: {embedding: ...}` in the file, or with "
            "ANTIPHON_EMBEDDING"
        )
    same = judges_under_test(needs.judges, targets)
    if same and not panel.may_be_target:
        raise InvalidInput(
            f"{name}: {', '.join(same)} would judge its own answers, and models favour those; name another judge, or "
            "say that it may with --judge-may-be-target (`judging: {may_be_target: true}` in the file)"
        )
    return needs


def judges_under_test(judges: Iterable[ModelSpec], targets: Sequence[NamedTarget]) -> list[str]:
    """Return the names of the judges that are also a target: the same model at the same address."""
    tested = {identity for target in targets if (identity := _identity_of(target))}
    return sorted({judge.name for judge in judges if (_address(judge.address), judge.model) in tested})


def _identity_of(target: NamedTarget) -> tuple[str, str] | None:
    spec = target.spec
    return (_address(spec.model.address), spec.model.model) if isinstance(spec, ModelTarget) else None


def _address(url: str) -> str:
    return url.strip().rstrip("/").lower()


def _judged_metrics(cases: Iterable[TestCase]) -> Iterator[tuple[Metric, int]]:
    """Yield each different judged metric, also those in sets, and in how many tests it is."""
    counts: Counter[str] = Counter()
    metrics: dict[str, Metric] = {}
    for case in cases:
        for metric in flat(case.all_metrics):
            if metric.kind in JUDGED_KINDS:
                key = repr(metric)
                metrics.setdefault(key, metric)
                counts[key] += 1
    yield from ((metric, counts[key]) for key, metric in metrics.items())


def is_judged(metrics: Iterable[Metric]) -> bool:
    """Whether any of the metrics asks a model."""
    return any(metric.kind in JUDGED_KINDS for metric in flat(metrics))


def flat(metrics: Iterable[Metric]) -> Iterator[Metric]:
    """Yield all metrics, those of sets as well."""
    for metric in metrics:
        yield metric
        yield from flat(metric.metrics)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{kind} ({times} {'test' if times == 1 else 'tests'})" for kind, times in counts.most_common())
