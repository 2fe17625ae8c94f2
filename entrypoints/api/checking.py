"""What reads and checks the words of requests: the scorers that say whether a metric is one, and what can work here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from attrs import define, evolve

from domain.jobs.errors import BrokenSettings, InvalidInput
from domain.tenancy import TenantContext
from domain.test_execution.metric import Metric
from domain.test_execution.panel import Panel
from domain.test_execution.ports import Scorer, Scorers
from entrypoints.api.refusals import InvalidField
from entrypoints.container import Antiphon
from entrypoints.usability import Usability


def checking_scorers(antiphon: Antiphon) -> Scorers:
    """
    Return scorers of all kinds that can check metrics; no model is ever opened.

    Python is not among what a request may bring, whatever the operator allows those who have the machine.
    """
    scorers = evolve(antiphon.scorers, python=None)
    return _Hurried(scorers=antiphon.family.judging.beside(scorers, Panel(), connections=1))


def usability(antiphon: Antiphon, caller: TenantContext) -> Usability:
    """Return what finds out whether a run can work here, with what the caller's organization may name."""
    environment = antiphon.secrets.environments.of(caller)
    return Usability(
        settings=antiphon.settings,
        targets=antiphon.targets.with_environment(environment),
        models=antiphon.family.judging.models.with_environment(environment),
        references=antiphon.llm.references,
        tenant=caller,
    )


PREPARING_LIMIT_S = 3.0
"""What the metrics of one request may take to prepare; a thousand usual ones take a tenth of a second."""


@contextmanager
def at(pointer: str) -> Iterator[None]:
    """
    Say of what is refused in the block that it stands at *pointer*, where nobody knows better.

    Raises:
        InvalidField: something was refused; what only an operator can change is the caller's problem all the same.
    """
    try:
        yield
    except (InvalidInput, BrokenSettings) as error:
        if isinstance(error, InvalidInput) and any(error.pointers):
            raise
        raise InvalidField(str(error), pointer=pointer, problems=error.problems) from error


@define(kw_only=True, eq=False)
class _Hurried:
    """Scorers that prepare metrics for so long and no longer: thousands that are hard to prepare are an attack."""

    scorers: Scorers
    spent_s: float = 0.0

    def kinds(self) -> frozenset[str]:
        """Return the kinds there are."""
        return self.scorers.kinds()

    def make(self, metric: Metric) -> Scorer:
        """
        Return the scorer for the metric.

        Raises:
            InvalidInput: the metric is wrong, or those before it took all the time there is.
        """
        if self.spent_s > PREPARING_LIMIT_S:
            raise InvalidInput(
                f"preparing the metrics takes more than {PREPARING_LIMIT_S:g} s; simplify their expressions"
            )
        begun = monotonic()
        try:
            return self.scorers.make(metric)
        finally:
            self.spent_s += monotonic() - begun
