"""How a comparison is put into words and table cells: the same ones on the terminal, in Markdown and on the page."""

from __future__ import annotations

from adapters.reports.wording import seconds
from domain.test_execution.comparison import Comparison, Difference, Direction
from domain.test_execution.pairing import TestSide


def title(found: Difference) -> str:
    """Return the quantity's name for people."""
    names = {
        "pass_rate": "pass rate",
        "score": "mean score",
        "latency_s": "latency",
        "tokens": "tokens a test",
        "cost_usd": "cost a test",
    }
    return found.name if found.kind else names.get(found.name, found.name)


def amount(found: Difference, value: float, *, signed: bool = False) -> str:
    """Return *value* of the quantity in its unit; a signed one is a difference, of a pass rate in percentage points."""
    if found.name == "pass_rate" and not found.kind:
        return f"{100 * value:+.1f} pt" if signed else f"{100 * value:.1f}%"
    if found.name == "latency_s" and not found.kind:
        return ("+" if value >= 0 else "-") + _time(abs(value)) if signed else _time(value)
    if found.name == "cost_usd" and not found.kind:
        return f"{'-' if value < 0 else '+' if signed else ''}${abs(value):.3g}"
    if found.name == "tokens" and not found.kind:
        return f"{value:+,.1f}" if signed else f"{value:,.1f}"
    return f"{value:+.3f}" if signed else f"{value:.3f}"


def interval(found: Difference) -> str:
    """Return the 95 % interval of the difference."""
    return f"{amount(found, found.interval.low, signed=True)} to {amount(found, found.interval.high, signed=True)}"


def chance(found: Difference) -> str:
    """Return the p-value that counts: the adjusted one of a metric, else its own; nothing for an estimate."""
    p = found.p if found.p_adjusted is None else found.p_adjusted
    if p is None:
        return ""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def is_good(found: Difference) -> bool | None:
    """Return whether what the difference shows is welcome; None when it shows nothing. Latency and tokens cost."""
    if found.finding is Direction.NOTHING:
        return None
    costs = not found.kind and found.name in ("latency_s", "tokens", "cost_usd")
    return (found.finding is Direction.HIGHER) != costs


def verdict(found: Difference) -> str:
    """Return the finding in words; beside "no difference" stands what these tests could have shown."""
    good = is_good(found)
    if good is not None:
        return "better" if good else "worse"
    if found.interval.low == found.interval.high == 0:
        return "no test differs"
    if found.smallest is None:
        return "no difference shown; too few tests to show any"
    return f"no difference shown; one of {amount(found, found.smallest, signed=True)[1:]} would have been"


def headline(comparison: Comparison) -> str:
    """Return what the comparison says in one sentence."""
    rate = comparison.pass_rate
    if rate is None:
        return "Nothing to compare: no test was judged in both runs."
    said = f"Pass rate {amount(rate, rate.base)} → {amount(rate, rate.new)} over {rate.tests:,} tests"
    return f"{said} ({amount(rate, rate.value, signed=True)}, 95% interval {interval(rate)}, p {_equals(chance(rate))})"


def matching(comparison: Comparison) -> list[str]:
    """Return what a reader must know about how the tests fit together; nothing where they all do."""
    found = comparison.matching
    lines = [
        (found.only_in_base, "only in the base run"),
        (found.only_in_new, "only in the new run"),
        (found.changed, "ask something else in the new run, and were not compared"),
        (found.lost, "have a verdict in the base run only (errors, inconclusive)"),
        (found.gained, "have a verdict in the new run only"),
        (
            found.demands_changed,
            "are held against other metrics in the new run: their verdicts answer another question",
        ),
    ]
    return [f"{count:,} {'test' if count == 1 else 'tests'}: {words}" for count, words in lines if count]


def passes(side: TestSide) -> str:
    """Return how a test did: a word, or how often it passed where it was repeated."""
    if side.judged == 1:
        return "pass" if side.passed else "fail"
    return f"{side.passed} of {side.judged}"


def _time(value: float) -> str:
    return f"{value * 1000:.2g} ms" if 0 < value < 0.01 else seconds(value)


def _equals(p: str) -> str:
    return p if p.startswith("<") else f"= {p}"
