"""JUnit XML as a continuous-integration server reads it: parsed, and counted against the rows."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from adapters.reports.junit import write_junit
from domain.jobs.errors import FailureKind
from domain.jobs.item import Item, ItemState
from domain.jobs.job import JobStatus
from domain.test_execution.summary import summarise
from domain.test_execution.test_set import Gates
from tests.unit.run_rows import FAIL, INCONCLUSIVE, PASS, again, erred, failed, job_of, judged, passed, score, unrun

ALL_KINDS = (
    passed(0),
    judged(1, score(FAIL, metric="names the city", reason="no Paris"), score(PASS, metric="brief"), answer="Lyon"),
    judged(2, score(INCONCLUSIVE, reason="the judge can't tell")),
    erred(3, "503 from the target", kind=FailureKind.SERVER_ERROR),
    unrun(4, ItemState.SKIPPED),
    unrun(5, ItemState.CANCELLED),
    unrun(6, ItemState.PENDING),
    unrun(7, ItemState.RUNNING),
)


def suite_of(folder: Path, *items: Item, title: str = "support-bot") -> ElementTree.Element:
    """Write the rows as JUnit XML and return the parsed suite."""
    job = job_of(len(items), status=JobStatus.PARTIAL)
    summary = summarise(job, items=items, gates=Gates(max_errors=0))
    path = folder / "out.xml"
    write_junit(path, job=job, items=again(*items), summary=summary, title=title)
    root = ElementTree.parse(path).getroot()
    (suite,) = root
    assert all(root.attrib[name] == suite.attrib[name] for name in ("name", "tests", "failures", "errors", "skipped"))
    return suite


def case(suite: ElementTree.Element, key: str) -> ElementTree.Element:
    """Return the test case of that name."""
    return next(found for found in suite.iter("testcase") if found.attrib["name"] == key)


def test_the_header_counts_what_the_file_holds(tmp_path: Path) -> None:
    """Servers show the header's numbers; they must be those of the elements below it."""
    suite = suite_of(tmp_path, *ALL_KINDS)

    counted = {name: len(list(suite.iter(name))) for name in ("testcase", "failure", "error", "skipped")}
    assert counted == {"testcase": 8, "failure": 1, "error": 2, "skipped": 4}
    assert [int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")] == [8, 1, 2, 4]


def test_counts_of_any_length_fit_the_header(tmp_path: Path) -> None:
    """The header is filled in at the end: a number with more digits must not run over what follows it."""
    suite = suite_of(tmp_path, *(failed(no) for no in range(1_234)))

    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("1234", "1234")
    assert len(list(suite.iter("failure"))) == 1_234


def test_rows_that_change_while_the_report_is_written_are_counted_as_written(tmp_path: Path) -> None:
    """A running job's rows move between the summary and the report; the header follows the report."""
    job = job_of(2, status=JobStatus.PROCESSING)
    early = summarise(job, items=[unrun(0, ItemState.RUNNING), unrun(1, ItemState.PENDING)], gates=Gates())
    write_junit(tmp_path / "out.xml", job=job, items=again(passed(0), failed(1)), summary=early)

    suite = ElementTree.parse(tmp_path / "out.xml").getroot()[0]
    assert (suite.attrib["failures"], suite.attrib["skipped"]) == ("1", "0")


def test_a_wrong_answer_is_a_failure_with_its_reasons(tmp_path: Path) -> None:
    """The line a developer sees in the build must say what was wrong, and the text below what was said."""
    (failure,) = case(suite_of(tmp_path, *ALL_KINDS), "test-1")

    assert (failure.tag, failure.attrib["type"], failure.attrib["message"]) == (
        "failure", "contains", "names the city: no Paris",
    )  # fmt: skip
    assert failure.text is not None
    assert "prompt:\nCapital of France?" in failure.text
    assert "answer:\nLyon" in failure.text


def test_what_could_not_be_executed_or_judged_is_an_error(tmp_path: Path) -> None:
    """An outage must not read as a bad answer; nor must a judge that can't tell read as a pass."""
    suite = suite_of(tmp_path, *ALL_KINDS)
    (outage,), (unsure,) = case(suite, "test-3"), case(suite, "test-2")

    assert (outage.tag, outage.attrib["type"], outage.attrib["message"]) == (
        "error", "server_error", "503 from the target",
    )  # fmt: skip
    assert (unsure.tag, unsure.attrib["type"]) == ("error", "inconclusive")


def test_tests_that_did_not_run_say_why(tmp_path: Path) -> None:
    """Skipped on purpose, cancelled, and not yet are three different things."""
    suite = suite_of(tmp_path, *ALL_KINDS)

    assert [skipped.attrib["message"] for skipped in suite.iter("skipped")] == [
        "skipped", "cancelled before it ran", "had not run when this report was written",
        "still running when this report was written",
    ]  # fmt: skip


def test_times_are_those_of_the_answers_and_of_the_run(tmp_path: Path) -> None:
    """Servers draw slow tests from these; an error's time is that of its attempt."""
    suite = suite_of(tmp_path, judged(0, score(PASS), latency_s=0.25), erred(1), unrun(2, ItemState.SKIPPED))

    assert [float(found.attrib["time"]) for found in suite.iter("testcase")] == [0.25, 2.0, 0.0]
    assert (suite.attrib["time"], suite.attrib["timestamp"]) == ("90.000", "2026-03-01T12:00:00")


@pytest.mark.parametrize(
    "nasty", ["\x00\x1b[31m\x0b", "\ud800", "\ufffe\uffff", "]]>", "<a href='\"&amp;'>", "a\r\nb\tc"]
)
def test_no_text_can_break_the_file(tmp_path: Path, nasty: str) -> None:
    """Models and files say anything; one illegal character makes a server throw the whole report away."""
    said = f"before{nasty}after"
    row = judged(0, score(FAIL, metric=said, reason=said), key=said, answer=said, prompt=said)
    suite = suite_of(tmp_path, row, erred(1, said), title=said)

    legal = re.sub("[\x00\x1b\x0b\ud800\ufffe\uffff]", "", said)
    wrong, broken = suite.iter("testcase")
    assert suite.attrib["name"] == wrong.attrib["name"] == legal
    assert wrong[0].attrib["message"] == f"{legal}: {legal}"
    assert f"answer:\n{legal}" in (wrong[0].text or "")
    assert broken[0].attrib["message"] == legal


def test_long_texts_are_shortened_and_say_so(tmp_path: Path) -> None:
    """A megabyte of answer in a build log helps nobody."""
    (failure,) = case(suite_of(tmp_path, judged(0, score(FAIL), answer="x" * 1_000_000)), "test-0")

    assert (failure.text or "").endswith("x … (990,000 more characters)")


def test_properties_hold_the_rate_and_the_gates(tmp_path: Path) -> None:
    """What the counts can't say: how sure the pass rate is, and whether it is enough."""
    found = {one.attrib["name"]: one.attrib["value"] for one in suite_of(tmp_path, *ALL_KINDS).iter("property")}

    assert (found["status"], found["pass_rate"], found["gate_max_errors"]) == ("partial", "0.500000", "not met")
