"""
How far a judge agrees with people: accuracy, Cohen's kappa with its interval, and the table both are counted from.

Standard library only; nothing here knows models, jobs or files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import NormalDist

from attrs import field, frozen

from domain.test_execution.statistics import Interval, wilson_interval

Table = Mapping[tuple[str, str], int]
"""How often people said the first label where the judge said the second."""


@frozen(kw_only=True)
class Agreement:
    """
    The agreement of a judge with people over *n* examples that both have labelled.

    *kappa* is None where it says nothing: there are no examples, or both always say the same one label, so that chance
    alone would agree as well.
    """

    n: int
    agreed: int
    accuracy: float | None
    accuracy_interval: Interval
    kappa: float | None
    kappa_interval: Interval | None
    table: Table = field(factory=dict)

    @property
    def labels(self) -> list[str]:
        """The labels in the table, sorted."""
        return sorted({label for pair in self.table for label in pair})


def agreement(pairs: Sequence[tuple[str, str]], *, confidence: float = 0.95) -> Agreement:
    """Return the agreement over *pairs* of (the people's label, the judge's label)."""
    table: dict[tuple[str, str], int] = {}
    for pair in pairs:
        table[pair] = table.get(pair, 0) + 1
    n, agreed = len(pairs), sum(human == judge for human, judge in pairs)
    kappa = cohens_kappa(table)
    return Agreement(
        n=n,
        agreed=agreed,
        accuracy=agreed / n if n else None,
        accuracy_interval=wilson_interval(agreed, n, confidence=confidence),
        kappa=kappa,
        kappa_interval=None if kappa is None else kappa_interval(table, confidence=confidence),
        table=table,
    )


def cohens_kappa(table: Table) -> float | None:
    """
    Return Cohen's kappa: the agreement beyond chance, as a share of what chance leaves; None where that is nothing.

    (po - pe) / (1 - pe), with po the observed agreement and pe the one of two raters who label independently, each as
    often as he does: Cohen, "A coefficient of agreement for nominal scales", Educ. Psychol. Meas. 20 (1960) 37-46.
    """
    n = sum(table.values())
    if not n:
        return None
    observed, chance = _observed_and_chance(table)
    return None if chance >= 1 - 1e-12 else (observed - chance) / (1 - chance)


def kappa_error(table: Table) -> float:
    """
    Return the standard error of kappa in a large sample.

    Fleiss, Cohen, Everitt, "Large sample standard errors of kappa and weighted kappa", Psychol. Bull. 72 (1969)
    323-327, equation 13 with weights of 1 on the diagonal and 0 elsewhere.
    """
    n = sum(table.values())
    observed, chance = _observed_and_chance(table)
    kappa = (observed - chance) / (1 - chance)
    rows, columns = _margins(table)
    total = 0.0
    for (human, judge), count in table.items():
        if human == judge:
            total += count / n * (1 - (rows[human] + columns[judge]) * (1 - kappa)) ** 2
        else:
            total += count / n * ((1 - kappa) * (columns.get(human, 0.0) + rows.get(judge, 0.0))) ** 2
    variance = (total - (kappa - chance * (1 - kappa)) ** 2) / (n * (1 - chance) ** 2)
    return sqrt(max(variance, 0.0))


def kappa_interval(table: Table, *, confidence: float = 0.95) -> Interval:
    """
    Return the interval of kappa: kappa ± z standard errors, cut at -1 and 1.

    Without a single disagreement (or agreement) the standard error is 0, and would claim certainty from ten examples:
    then the bounds of the Wilson interval of the accuracy stand in for it, at the same chance agreement.
    """
    n = sum(table.values())
    observed, chance = _observed_and_chance(table)
    kappa = (observed - chance) / (1 - chance)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * kappa_error(table)
    if half < 1e-9:
        accuracy = wilson_interval(round(observed * n), n, confidence=confidence)
        low, high = ((bound - chance) / (1 - chance) for bound in (accuracy.low, accuracy.high))
        return Interval(low=max(-1.0, low), high=min(1.0, high))
    return Interval(low=max(-1.0, kappa - half), high=min(1.0, kappa + half))


def _observed_and_chance(table: Table) -> tuple[float, float]:
    n = sum(table.values())
    rows, columns = _margins(table)
    observed = sum(count for (human, judge), count in table.items() if human == judge) / n
    return observed, sum(share * columns.get(label, 0.0) for label, share in rows.items())


def _margins(table: Table) -> tuple[dict[str, float], dict[str, float]]:
    """Return how often people, and the judge, use each label, as shares."""
    n = sum(table.values())
    rows: dict[str, float] = {}
    columns: dict[str, float] = {}
    for (human, judge), count in table.items():
        rows[human] = rows.get(human, 0.0) + count / n
        columns[judge] = columns.get(judge, 0.0) + count / n
    return rows, columns
