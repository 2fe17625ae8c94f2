"""The numbers a judge is trusted by, against published examples and independent calculations."""

from __future__ import annotations

import random
from itertools import product

import pytest
from scipy import stats

from domain.test_execution.judging.agreement import Table, agreement, cohens_kappa, kappa_error, kappa_interval
from domain.test_execution.judging.bias import length_bias, position_bias, sign_test, spearman, spearman_interval

# Fleiss, Levin, Paik, "Statistical Methods for Rates and Proportions", 3rd edition (2003), table 18.1
PUBLISHED: Table = {
    ("psychosis", "psychosis"): 75, ("psychosis", "neurosis"): 1, ("psychosis", "organic"): 4,
    ("neurosis", "psychosis"): 5, ("neurosis", "neurosis"): 4, ("neurosis", "organic"): 1,
    ("organic", "organic"): 10,
}  # fmt: skip


def test_kappa_and_its_error_are_those_of_the_textbook() -> None:
    """A wrong formula would sell a coin as a judge."""
    interval = kappa_interval(PUBLISHED)

    assert cohens_kappa(PUBLISHED) == pytest.approx(0.68, abs=0.005)
    assert kappa_error(PUBLISHED) == pytest.approx(0.087, abs=0.001)
    assert interval.low == pytest.approx(0.51, abs=0.006)
    assert interval.high == pytest.approx(0.85, abs=0.006)


def test_the_error_of_kappa_is_the_delta_methods() -> None:
    """The closed form, against the gradient taken numerically and the covariance of a multinomial, on random tables."""
    chance = random.Random(1)
    for size in (2, 3, 4):
        for _ in range(40):
            labels = "abcd"[:size]
            cells = {(human, judge): chance.randint(1, 30) for human, judge in product(labels, labels)}

            assert kappa_error(cells) == pytest.approx(_by_delta_method(cells), rel=1e-5)


def _by_delta_method(cells: Table) -> float:
    n = sum(cells.values())
    shares = {cell: count / n for cell, count in cells.items()}

    def kappa(of: dict[tuple[str, str], float]) -> float:
        labels = {label for cell in of for label in cell}
        total = sum(of.values())
        po = sum(of[label, label] for label in labels) / total
        pe = sum(sum(of[a, x] for x in labels) * sum(of[x, a] for x in labels) for a in labels) / total**2
        return (po - pe) / (1 - pe)

    step = 1e-6
    gradient = {
        cell: (kappa({**shares, cell: share + step}) - kappa({**shares, cell: share - step})) / (2 * step)
        for cell, share in shares.items()
    }
    mean = sum(gradient[cell] * share for cell, share in shares.items())
    second = sum(gradient[cell] ** 2 * share for cell, share in shares.items())
    return float(((second - mean**2) / n) ** 0.5)


def test_without_a_disagreement_the_interval_has_a_width() -> None:
    """Ten agreements of ten do not prove a perfect judge."""
    found = agreement([("pass", "pass")] * 5 + [("fail", "fail")] * 5)

    assert (found.accuracy, found.kappa) == (1.0, 1.0)
    assert found.kappa_interval is not None
    assert found.kappa_interval.low == pytest.approx(0.445, abs=0.01)
    assert found.kappa_interval.high == 1.0


@pytest.mark.parametrize("pairs", [[], [("pass", "pass")] * 20])
def test_kappa_is_unknown_where_chance_agrees_as_well(pairs: list[tuple[str, str]]) -> None:
    """A judge that passes everything agrees with people who pass everything; that shows nothing."""
    assert agreement(pairs).kappa is None


def test_a_judge_that_always_passes_has_a_kappa_of_nothing() -> None:
    """90 % accuracy by always saying pass: kappa is there to see through that."""
    found = agreement([("pass", "pass")] * 90 + [("fail", "pass")] * 10)

    assert (found.accuracy, found.kappa) == (0.9, 0.0)
    assert found.table == {("pass", "pass"): 90, ("fail", "pass"): 10}
    assert found.labels == ["fail", "pass"]


def test_the_sign_test_is_scipys() -> None:
    """Exact, for few pairs as well."""
    for one, other in product(range(8), repeat=2):
        if one + other:
            assert sign_test(one, other) == pytest.approx(stats.binomtest(one, one + other).pvalue)
    assert sign_test(0, 0) is None


def test_position_bias_is_what_swapping_shows() -> None:
    """A judge that says `first` both times did not look at the answers."""
    found = position_bias([("first", "second")] * 6 + [("first", "first")] * 3 + [("neither", "neither")])

    assert (found.n, found.consistent, found.both_first, found.both_second) == (10, 7, 3, 0)
    assert found.p_value == 0.25


def test_spearman_is_scipys_with_ties() -> None:
    """Labels make many ties."""
    chance = random.Random(2)
    for _ in range(50):
        left = [chance.randint(0, 9) for _ in range(30)]
        right = [float(chance.choice((-1, 0, 1))) for _ in range(30)]

        assert spearman(left, right) == pytest.approx(stats.spearmanr(left, right).statistic)


def test_length_bias_is_unknown_where_nothing_changes() -> None:
    """A judge that always agrees has no leniency that could go with anything."""
    assert length_bias([1, 2, 3, 4], [0.0] * 4).rho is None
    assert length_bias([1, 2, 3, 4, 5], [0, 0.1, 0.2, 0.3, 0.5]).rho == 1.0
    assert spearman_interval(0.5, 3) is None


def test_the_interval_of_rho_covers_what_it_should() -> None:
    """Drawn from a known correlation, some 95 of 100 intervals hold it."""
    chance = random.Random(3)
    truth = 6 / 3.141592653589793 * 0.2526802551  # asin(0.5 / 2): Spearman's of a normal pair with Pearson's 0.5
    covered = 0
    for _ in range(300):
        left = [chance.gauss() for _ in range(60)]
        right = [0.5 * value + 0.75**0.5 * chance.gauss() for value in left]
        rho = spearman(left, right)
        interval = spearman_interval(rho or 0.0, 60)
        covered += interval is not None and interval.low <= truth <= interval.high

    assert 0.92 <= covered / 300 <= 0.98
