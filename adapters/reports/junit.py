"""
A test run as JUnit XML, for the continuous-integration servers that draw tests from it.

A wrong answer is a `<failure>`; a test that could not be executed or clearly judged is an `<error>` (a judge that can't
tell is no fault of the answer, and must not read as a pass either); one that did not run is `<skipped>`. One pass in
constant memory: the counts in the header are those of the rows that were written, filled in at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from pathlib import Path
from re import compile as pattern
from xml.sax.saxutils import escape, quoteattr

from attrs import define, field

from adapters.reports.files import replacing
from domain.jobs.item import Item
from domain.jobs.job import Job
from domain.test_execution.findings import failing_scores
from domain.test_execution.summary import RunSummary
from domain.test_execution.test_result import Standing, TestResult, read_result, shortened, standing_of

TEXT_LENGTH = 10_000
MESSAGE_LENGTH = 500
_ILLEGAL = pattern("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 can't hold, not even escaped (its production 2, Char)."""
_TAGS = {
    Standing.FAIL: "failures",
    Standing.ERROR: "errors",
    Standing.INCONCLUSIVE: "errors",
    Standing.SKIPPED: "skipped",
    Standing.CANCELLED: "skipped",
    Standing.RUNNING: "skipped",
    Standing.PENDING: "skipped",
}
_COUNT_DIGITS = 12


def write_junit(
    path: Path,
    *,
    job: Job,
    items: Callable[[], Iterator[Item]],
    summary: RunSummary,
    title: str = "antiphon",
) -> None:
    """
    Write the run to *path*; *title* names the suite, *items* yields the rows in their order.

    Raises:
        InvalidInput: the report can't be written there.
        ServiceUnavailable: the disk is full, or broken.
    """
    counts = SuiteCounts()
    with replacing(path) as report:
        for piece in junit_pieces(job, counts.noting(items()), summary=summary, title=title, counts=SuiteCounts()):
            report.write(piece)
        report.rewrite_start(_header(job, title, counts))


def junit_pieces(
    job: Job, items: Iterable[Item], *, summary: RunSummary, title: str, counts: SuiteCounts
) -> Iterator[str]:
    """Yield the run as JUnit XML, piece by piece; the header says the *counts*, which must be known before."""
    yield _header(job, title, counts)
    yield _properties(job, summary)
    for item in items:
        yield _case(job, read_result(item))
    yield "  </testsuite>\n</testsuites>\n"


@define(kw_only=True)
class SuiteCounts:
    """How many test cases of each kind a suite has, counted as they go by."""

    counts: Counter[str] = field(factory=Counter)

    def noting(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the rows, and count them."""
        for item in items:
            self.counts["tests"] += 1
            standing = standing_of(item)
            if standing in _TAGS:
                self.counts[_TAGS[standing]] += 1
            yield item


def _header(job: Job, title: str, suite: SuiteCounts) -> str:
    # Numbers are padded outside their quotes, so that the header is as long with the counts as it was without.
    numbers = "".join(
        f' {name}="{suite.counts[name]}"'.ljust(len(name) + _COUNT_DIGITS)
        for name in ("tests", "failures", "errors", "skipped")
    )
    numbers = f'{numbers} time="{_wall_time_s(job):.3f}"'
    begun = (job.started_at or job.created_at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    name = _attribute(title)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<testsuites name={name}{numbers}>\n"
        f'  <testsuite name={name}{numbers} timestamp="{begun}">\n'
    )


def _properties(job: Job, summary: RunSummary) -> str:
    rate = summary.pass_rate
    properties = {
        "job": job.id,
        "status": job.status.value,
        "revision": str(job.revision),
        "pass_rate": "" if rate.value is None else f"{rate.value:.6f}",
        "pass_rate_low": f"{rate.interval.low:.6f}",
        "pass_rate_high": f"{rate.interval.high:.6f}",
        **{f"gate_{gate.gate}": "met" if gate.met else "not met" for gate in summary.gates},
    }
    rows = (f"      <property name={_attribute(k)} value={_attribute(v)}/>\n" for k, v in properties.items())
    return f"    <properties>\n{''.join(rows)}    </properties>\n"


def _case(job: Job, result: TestResult) -> str:
    seconds = result.latency_s if result.latency_s is not None else result.duration_s or 0.0
    start = f'    <testcase classname={_attribute(job.kind)} name={_attribute(result.key)} time="{seconds:.6f}"'
    ending = _ending(result)
    return f"{start}>\n      {ending}\n    </testcase>\n" if ending else f"{start}/>\n"


def _ending(result: TestResult) -> str:
    match result.standing:
        case Standing.PASS:
            return ""
        case Standing.FAIL:
            scores = failing_scores(result)
            kind = scores[0].kind if scores else "fail"
            return _element("failure", kind, "; ".join(f"{score.metric}: {score.reason}" for score in scores), result)
        case Standing.INCONCLUSIVE:
            return _element("error", "inconclusive", "the answer could not be judged either way", result)
        case Standing.ERROR:
            failure = result.failure
            return _element("error", failure.kind if failure else "", failure.message if failure else "", result)
        case standing:
            return f"<skipped message={_attribute(_WHY_SKIPPED[standing])}/>"


_WHY_SKIPPED = {
    Standing.SKIPPED: "skipped",
    Standing.CANCELLED: "cancelled before it ran",
    Standing.RUNNING: "still running when this report was written",
    Standing.PENDING: "had not run when this report was written",
}


def _element(name: str, kind: str, message: str, result: TestResult) -> str:
    short = _attribute(shortened(message, most=MESSAGE_LENGTH))
    return f"<{name} type={_attribute(kind)} message={short}>{_content(_details(result))}</{name}>"


def _details(result: TestResult) -> str:
    lines = [f"{score.verdict}: {score.metric} ({score.kind}): {score.reason}" for score in result.scores]
    lines += [f"{result.failure.kind}: {result.failure.message}"] if result.failure else []
    lines += [f"attempts: {result.attempts}", f"prompt:\n{shortened(result.prompt, most=TEXT_LENGTH)}"]
    lines += [f"answer:\n{shortened(result.answer, most=TEXT_LENGTH)}"] if result.answer is not None else []
    return "\n".join(lines)


def _attribute(text: str) -> str:
    return quoteattr(_ILLEGAL.sub("", text))


def _content(text: str) -> str:
    # A bare carriage return would come back from a parser as a line feed.
    return escape(_ILLEGAL.sub("", text), {"\r": "&#13;"})


def _wall_time_s(job: Job) -> float:
    if job.started_at is None:
        return 0.0
    return max(((job.ended_at or job.updated_at) - job.started_at).total_seconds(), 0.0)
