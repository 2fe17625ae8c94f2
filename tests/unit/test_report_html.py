"""The page of a run: whole, safe against what models say, and honest about what it leaves out."""

from __future__ import annotations

import base64
import hashlib
import re
import tracemalloc
from pathlib import Path
from random import Random
from typing import cast

import attrs
import pytest

from adapters.reports.html import write_html
from adapters.reports.wording import visible
from domain.jobs.item import Item, ItemState
from domain.jobs.job import Job, JobStatus
from domain.test_execution.summary import summarise
from domain.test_execution.test_set import Gates
from tests.unit.report_pages import ATTACKS, Page
from tests.unit.run_rows import FAIL, INCONCLUSIVE, PASS, again, erred, failed, job_of, judged, passed, score, unrun


def page_of(
    folder: Path,
    *items: Item,
    job: Job | None = None,
    gates: Gates | None = None,
    title: str = "bot",
) -> Page:
    """Write the rows as a page and return it taken apart."""
    job = job or job_of(len(items), status=JobStatus.PARTIAL)
    summary = summarise(job, items=items, gates=gates or Gates())
    path = folder / "report.html"
    write_html(path, job=job, items=again(*items), summary=summary, title=title)
    return Page(path.read_text(encoding="utf-8"))


def hostile(no: int, attack: str) -> Item:
    """Return a failed test that says the attack wherever a row has text."""
    culprit = score(FAIL, metric=attack, reason=attack)
    return judged(no, culprit, key=f"{no} {attack}", tags=(attack,), answer=attack, prompt=attack)


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_model_says_stays_text(tmp_path: Path, attack: str) -> None:
    """Answers are hostile: a page with an attack has the very elements of one without, and shows the attack as text."""
    harmless = page_of(tmp_path, hostile(0, "hello"), erred(1, "hello"), title="hello")
    page = page_of(tmp_path, hostile(0, attack), erred(1, attack), title=attack)

    assert [tag for tag, _ in page.elements] == [tag for tag, _ in harmless.elements]
    assert [sorted(found) for _, found in page.elements] == [sorted(found) for _, found in harmless.elements]
    assert page.rows[0]["answer"] == page.rows[0]["prompt"] == visible(attack)
    assert cast(dict[str, str], page.rows[1]["error"])["message"] == visible(attack)
    assert visible(attack) in page.texts["text"]


def test_the_data_cannot_end_its_script_element(tmp_path: Path) -> None:
    """Nothing but base64 stands in the data, whatever the rows hold."""
    page = page_of(tmp_path, *(hostile(no, attack) for no, attack in enumerate(ATTACKS)))

    assert page.chunks
    assert all(re.fullmatch(r"[A-Za-z0-9+/=]+", chunk) for chunk in page.chunks)
    assert not set(page.texts["script"][-2]) & set("<>&\u2028\u2029\x00")


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(tmp_path: Path) -> None:
    """The page must not load, send or run anything, whatever gets into it; a wrong hash would leave it dead."""
    page = page_of(tmp_path, failed(0))
    policy = next(found["content"] for tag, found in page.elements if found.get("http-equiv"))

    hashes = {name: hashlib.sha256(page.texts[name][-1].encode()).digest() for name in ("style", "script")}
    style, script = (base64.b64encode(hashes[name]).decode() for name in ("style", "script"))
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_the_page_needs_nothing_else(tmp_path: Path) -> None:
    """It is mailed and kept: no address to load from, no inline style or handler that the policy would block."""
    page = page_of(tmp_path, failed(0), erred(1), passed(2, tags=("smoke",)), gates=Gates(min_pass_rate=0.5))

    named = {name for _, found in page.elements for name in found}
    links = {value for _, found in page.elements for name, value in found.items() if name in ("src", "href")}
    assert links == {"#tests"}
    assert not {name for name in named if name.startswith("on") or name in ("style", "srcset", "action")}


def test_the_numbers_read_without_a_script(tmp_path: Path) -> None:
    """Mail programs and build servers block scripts; status, rate, bounds, gates and causes must still be there."""
    rows = (
        passed(0),
        passed(1),
        passed(2),
        failed(3),
        judged(4, score(INCONCLUSIVE)),
        erred(5, "refused by the target"),
    )
    text = page_of(tmp_path, *rows, gates=Gates(min_pass_rate=0.9, max_errors=3)).text

    assert "75.0% of 4 judged tests passed" in text
    assert "95% interval 30.1% – 95.4%" in text
    assert "If the 2 undecided failed 50.0% If the 2 undecided passed 83.3%" in text
    assert "not met Pass rate at least 90.0%, found 75.0% met Errors at most 3, found 1" in text
    assert "Why 1 test ended in an error" in text
    assert "refused by the target" in text
    assert "contains because Paris" in text


def test_rows_hold_all_that_a_look_needs(tmp_path: Path) -> None:
    """Prompt, answer, each score with its reason, and for an error what would have been asked."""
    page = page_of(
        tmp_path,
        judged(0, score(FAIL, reason="no Lyon"), tags=("geo",), tokens=(10, 5)),
        erred(1, "no answer", result={}),
    )

    answered, unanswered = page.rows
    assert answered == {
        "key": "test-0",
        "standing": "fail",
        "tags": ["geo"],
        "prompt": "Capital of France?",
        "answer": "Paris",
        "latency_s": 0.25,
        "http_status": 200,
        "tokens": [10, 5],
        "attempts": 1,
        "losses": 0,
        "score": 0.0,
        "scores": [
            {
                "metric": "contains",
                "kind": "contains",
                "verdict": "fail",
                "value": 0.0,
                "reason": "no Lyon",
                "required": True,
            }
        ],
    }
    assert unanswered == {
        "key": "test-1",
        "standing": "error",
        "prompt": "Capital of {{ country }}?",
        "variables": '{"country": "France"}',
        "attempts": 1,
        "losses": 0,
        "error": {"kind": "timed_out", "message": "no answer"},
    }


def test_every_test_is_in_the_page_and_marked(tmp_path: Path) -> None:
    """A page that leaves tests out must be asked about; the marks let it filter without unpacking them."""
    rows = [passed(no) for no in range(600)] + [unrun(600, ItemState.SKIPPED), failed(601), erred(602)]
    page = page_of(tmp_path, *rows)

    assert [row["key"] for row in page.rows] == [f"test-{no}" for no in range(603)]
    assert page.index == {
        "chunks": [250, 250, 103],
        "marks": {"standing": "p" * 600 + "sfe", "flaky": "n" * 603},
    }


def test_repeats_that_disagree_are_marked_as_flaky(tmp_path: Path) -> None:
    """Which tests are flaky is a filter of its own; the numbers say how flaky."""

    def repeat(item: Item, no: int, test_id: str) -> Item:
        case = {"id": test_id, "prompt": "?"}
        return attrs.evolve(item, key=f"{test_id}#{no}", input={"case": case, "repeat": no})

    rows = [repeat(passed(0), 1, "a"), repeat(failed(1), 2, "a"), repeat(passed(2), 1, "b"), repeat(passed(3), 2, "b")]
    page = page_of(tmp_path, *rows)

    assert cast(dict[str, str], page.index["marks"])["flaky"] == "yynn"
    assert "1 of 2 tests that were judged more than once are flaky" in page.text
    assert "2 2 100% 50.0%" in page.text


def test_a_running_job_is_shown_as_one(tmp_path: Path) -> None:
    """A page of half a run must not pass for the result."""
    rows = (passed(0), unrun(1, ItemState.RUNNING))
    text = page_of(tmp_path, *rows, job=job_of(40, status=JobStatus.PROCESSING)).text

    assert "This run has not ended. 1 of 40 tests had ended when this page was written" in text


def test_a_job_that_failed_as_a_whole_says_why(tmp_path: Path) -> None:
    """Without items there is no other place to look."""
    job = attrs.evolve(job_of(0, status=JobStatus.FAILED), failure="the test set is empty")

    text = page_of(tmp_path, job=job).text
    assert "The run failed as a whole. the test set is empty" in text
    assert "No test was judged pass or fail." in text


def test_a_large_page_is_written_in_bounded_memory(tmp_path: Path) -> None:
    """5,000 long answers that don't pack are some 20 MB of page, and never all in memory."""
    random = Random(1)
    row = judged(0, score(PASS), answer=random.randbytes(3_000).hex())
    count = 5_000
    job = job_of(count)
    summary = summarise(job, items=[row] * count, gates=Gates())
    rows = [judged(0, score(PASS), answer=random.randbytes(3_000).hex()) for _ in range(100)]
    write_html(tmp_path / "warm.html", job=job, items=again(row), summary=summary)
    tracemalloc.start()
    try:
        write_html(
            tmp_path / "report.html", job=job, items=lambda: (rows[no % 100] for no in range(count)), summary=summary
        )
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (tmp_path / "report.html").stat().st_size > 10_000_000
    assert peak < 12_000_000
