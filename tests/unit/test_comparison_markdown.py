"""The summary in a pull request: short, and nothing a model says becomes markup."""

from __future__ import annotations

from adapters.reports.comparison_markdown import comparison_markdown
from domain.test_execution.comparison import compare
from domain.test_execution.comparison_gates import ComparisonGates
from domain.test_execution.test_set import Gates
from tests.unit.run_rows import FAIL, PASS, judged, score


def test_the_summary_says_what_a_reviewer_asks() -> None:
    """Did it get worse, is that more than chance, which tests, and is the gate met."""
    base = [judged(no, score(PASS)) for no in range(30)]
    new = [judged(no, score(PASS if no > 7 else FAIL)) for no in range(30)]
    comparison = compare(base, new)
    gates = ComparisonGates(no_regression=True, of_new=Gates(min_pass_rate=0.5)).results(comparison)
    text = comparison_markdown(comparison, names=("v1", "v2"), gates=gates)

    assert text.startswith("### v1 → v2\n\n🔴 **Pass rate 100.0% → 73.3% over 30 tests (-26.7 pt, ")
    assert "- ✅ `min_pass_rate` met\n- ❌ `no_regression` not met" in text
    assert "<summary>Regressions (8)</summary>" in text
    assert "- **test-0**: pass → fail; contains: because" in text


def test_beside_no_difference_stands_what_could_have_been_seen() -> None:
    """ "No difference" over 30 tests is easily taken for "no regression"."""
    rows = [judged(no, score(PASS)) for no in range(30)]

    assert "no difference shown; one of 20.0 pt would have been" in comparison_markdown(
        compare(rows, rows), names=("v1", "v2"), gates=()
    )


def test_a_change_each_way_in_two_tests_is_no_claim_that_nothing_differs() -> None:
    """Two tests can show nothing; a metric from 0 to 1 can't differ by 2.8, and one better and one worse is no tie."""
    base = [judged(0, score(PASS)), judged(1, score(FAIL))]
    new = [judged(0, score(FAIL)), judged(1, score(PASS))]
    text = comparison_markdown(compare(base, new), names=("v1", "v2"), gates=())

    assert "p = 1.000)**: no difference shown; too few tests to show any" in text
    assert "| contains | 2 | 0.500 | 0.500 | +0.000 | -1.000 to +1.000 | 1.000 | no difference shown; too few" in text


def test_foreign_words_stay_words() -> None:
    """Answers are quoted into a page of the code host: no link, image, mention, heading or HTML may come of them."""
    attack = "![x](https://evil.example) @team <img src=x> # h | `a` </details>\n\n# big"
    base = [judged(0, score(PASS, metric=attack, reason=attack), key=attack)]
    new = [judged(0, score(FAIL, metric=attack, reason=attack), key=attack)]
    text = comparison_markdown(compare(base, new), names=(attack, attack), gates=())

    assert "<img" not in text
    assert "](http" not in text
    assert " @team" not in text
    assert "\n# big" not in text
    assert text.count("</details>") == 1
