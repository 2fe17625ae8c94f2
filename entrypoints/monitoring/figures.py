"""
What /metrics says of the installation: counted from the database and the broker when it is asked, at most every few
seconds, however many ask.

A service that is away makes its own figures absent and `antiphon_up` 0; the others are told all the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from attrs import define, field
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from domain.jobs.errors import ServiceUnavailable
from domain.jobs.item import ItemState
from domain.jobs.job import JobStatus
from domain.jobs.overview import Overview, Overviews
from domain.jobs.ports import Clock
from domain.schedules.ports import DueSchedules, Punctuality

KEPT_S = 5.0
"""How old figures may be: several Prometheus servers ask no more often than one."""

QueueLengths = Callable[[], Mapping[str, int]]


@define(eq=False)
class InstallationFigures(Collector):
    """The figures of the whole installation; no label names an organization, a job or a user."""

    overviews: Overviews
    queue_lengths: QueueLengths
    clock: Clock
    schedules: DueSchedules
    kept_s: float = KEPT_S
    now: Callable[[], float] = time.monotonic
    _kept: list[Metric] = field(factory=list, init=False)
    _counted_at: float | None = field(default=None, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def describe(self) -> Iterable[Metric]:
        """Name nothing in advance: registering must not ask the database."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Return the figures; those who ask while they are counted wait for the same ones."""
        with self._lock:
            if self._counted_at is None or self.now() - self._counted_at >= self.kept_s:
                self._kept = [*self._count()]
                self._counted_at = self.now()
            return self._kept

    def _count(self) -> Iterable[Metric]:
        up = GaugeMetricFamily("antiphon_up", "Whether the service answered (1) or not (0).", labels=["service"])
        try:
            overview = self.overviews.look()
            punctuality = self.schedules.punctuality(now=self.clock.now())
        except ServiceUnavailable:
            up.add_metric(["database"], 0)
        else:
            up.add_metric(["database"], 1)
            yield from self._of(overview)
            yield from _of_schedules(punctuality)
        try:
            lengths = self.queue_lengths()
        except ServiceUnavailable:
            up.add_metric(["broker"], 0)
        else:
            up.add_metric(["broker"], 1)
            yield _labelled("antiphon_queue_messages", "Messages that wait in a queue.", "queue", lengths)
        yield up

    def _age_s(self, since: datetime | None) -> float:
        return max((self.clock.now() - since).total_seconds(), 0.0) if since else 0.0

    def _of(self, overview: Overview) -> Iterable[Metric]:
        jobs = {status.value: overview.jobs.get(status.value, 0) for status in JobStatus}
        yield _labelled("antiphon_jobs", "Jobs, by status.", "status", jobs)
        if overview.items is not None:
            items = {state.value: overview.items.get(state.value, 0) for state in ItemState}
            yield _labelled("antiphon_items", "Items of the jobs that have not ended, by state.", "state", items)
        yield GaugeMetricFamily(
            "antiphon_oldest_waiting_job_seconds",
            "Age of the oldest job that no worker has started, in seconds; 0: there is none.",
            value=self._age_s(overview.waiting_since),
        )
        waiting = {"command": overview.unsent, "fact": overview.untold, "delivery": overview.undelivered}
        counts = {kind: each.count for kind, each in waiting.items()}
        ages = {kind: self._age_s(each.since) for kind, each in waiting.items()}
        yield _labelled("antiphon_unsent_messages", "Messages that were not sent yet, by kind.", "kind", counts)
        yield _labelled("antiphon_oldest_unsent_seconds", "Age of the oldest of them; 0: there is none.", "kind", ages)
        yield CounterMetricFamily(
            "antiphon_lease_expiries",
            "Times items were taken back from a vanished worker.",
            value=overview.lease_expiries,
        )
        yield CounterMetricFamily(
            "antiphon_late_records", "Answers that came after their lease was lost.", value=overview.late_records
        )
        yield CounterMetricFamily("antiphon_calls", "Calls at targets and judges.", value=overview.spent.requests)
        tokens = {"prompt": overview.spent.prompt_tokens, "completion": overview.spent.completion_tokens}
        yield _labelled("antiphon_tokens", "Tokens, by kind.", "kind", tokens, family=CounterMetricFamily)
        yield CounterMetricFamily(
            "antiphon_cost_usd", "What calls have cost, where that is known.", value=overview.spent.cost_nanousd / 1e9
        )


def _of_schedules(found: Punctuality) -> Iterable[Metric]:
    yield GaugeMetricFamily("antiphon_schedules", "Schedules that run by themselves.", value=found.active)
    yield GaugeMetricFamily("antiphon_schedules_due", "Those whose next tick has come.", value=found.due)
    late = "How late the latest of them is, in seconds; 0: none is due."
    yield GaugeMetricFamily("antiphon_schedules_late_seconds", late, value=found.late_s)


def _labelled(
    name: str,
    meaning: str,
    label: str,
    numbers: Mapping[str, float],
    *,
    family: type[GaugeMetricFamily] | type[CounterMetricFamily] = GaugeMetricFamily,
) -> Metric:
    found = family(name, meaning, labels=[label])
    for value, number in sorted(numbers.items()):
        found.add_metric([value], number)
    return found
