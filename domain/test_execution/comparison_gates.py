"""What a release asks of a comparison: no regression that is more than chance, and a pass rate of the new run."""

from __future__ import annotations

from attrs import field, frozen

from domain.test_execution.comparison import Comparison
from domain.test_execution.summary import GateResult, gate_results
from domain.test_execution.test_set import Gates

NO_REGRESSION = "no_regression"


@frozen(kw_only=True)
class ComparisonGates:
    """*no_regression*: the comparison must show none; *of_new*: what is asked of the new run by itself."""

    no_regression: bool = False
    of_new: Gates = field(factory=Gates)

    @property
    def are_set(self) -> bool:
        """Whether anything is asked."""
        return self.no_regression or self.of_new != Gates()

    def results(self, comparison: Comparison) -> tuple[GateResult, ...]:
        """
        Return how the comparison stands against each gate that is set.

        Where no test was judged in both runs nothing was compared: a regression can't be ruled out, so that gate is
        not met. Otherwise it is met when none is shown; how small one could hide is beside the comparison's findings.
        """
        results = list(gate_results(self.of_new, rate=comparison.new_rate, errors=0))
        if self.no_regression:
            found = None if comparison.pass_rate is None else float(comparison.shows_regression)
            results.append(GateResult(gate=NO_REGRESSION, wanted=0, found=found, met=found == 0))
        return tuple(results)
