"""The page of a run: whole, safe against what models say, and honest about what it leaves out."""

from __future__ import annotations

import base64
import hashlib
import json
import tracemalloc
from html.parser import HTMLParser
from pathlib import Path
from typing import cast

import attrs
import pytest

from adapters.reports.html import write_html
from adapters.reports.wording import visible
from domain.jobs.item import Item, ItemState
from domain.jobs.job import Job, JobStatus
from domain.test_execution.summary import summarise
from domain.test_execution.test_set import Gates
from tests.unit.run_rows import FAIL, INCONCLUSIVE, PASS, again, erred, failed, job_of, judged, passed, score, unrun

ATTACKS = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>",
    "]]></style><b>",
    '"\'` onload=alert(1) x="',
    "{{ 7 * 7 }}{% raw %}",
    "\u2028\u2029",
    "\x00\x1b[31m",
    "\ud800\udc00 \ud83d",
    "&lt;b&gt;&#60;",
)


class Page(HTMLParser):
    """A page as a browser takes it apart: its elements, the text of its scripts and style, and the rest of its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.html = html
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open[-1]][-1] += data
        else:
            self.texts.setdefault("text", []).append(data)

    @property
    def rows(self) -> list[dict[str, object]]:
        """The list of tests that the script draws."""
        return cast(list[dict[str, object]], json.loads(self.texts["script"][0]))

    @property
    def text(self) -> str:
        """What is read where scripts don't run."""
        return " ".join(" ".join(self.texts["text"]).split())


def page_of(
    folder: Path,
    *items: Item,
    job: Job | None = None,
    gates: Gates | None = None,
    title: str = "bot",
    most: int = 10_000,
) -> Page:
    """Write the rows as a page and return it taken apart."""
    job = job or job_of(len(items), status=JobStatus.PARTIAL)
    summary = summarise(job, items=items, gates=gates or Gates())
    path = folder / "report.html"
    write_html(path, job=job, items=again(*items), summary=summary, title=title, most_tests=most)
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
    """No `<` and no line separator of JavaScript stands in the data, whatever the rows hold."""
    data = page_of(tmp_path, *(hostile(no, attack) for no, attack in enumerate(ATTACKS))).texts["script"][0]

    assert not set(data) & set("<>&\u2028\u2029\x00")


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


def test_a_large_run_lists_every_problem_and_counts_what_it_leaves_out(tmp_path: Path) -> None:
    """Nobody reads 100,000 passes, but a failure that is not listed would be a lie."""
    rows = [passed(no) for no in range(8)] + [unrun(8, ItemState.SKIPPED), failed(9), erred(10), passed(11)]
    page = page_of(tmp_path, *rows, most=6)

    assert [row["standing"] for row in page.rows] == ["pass"] * 4 + ["fail", "error"]
    assert "This page lists 6 of 12 tests , every failure, error and inconclusive one among them." in page.text
    assert "Left out: 5 passed, 1 skipped." in page.text


def test_more_problems_than_there_is_room_for_are_all_listed(tmp_path: Path) -> None:
    """The limit is for what need not be read."""
    page = page_of(tmp_path, *(failed(no) for no in range(9)), passed(9), most=5)

    assert [row["standing"] for row in page.rows] == ["fail"] * 9
    assert "Left out: 1 passed." in page.text


def test_a_run_that_is_listed_whole_says_nothing_of_leaving_out(tmp_path: Path) -> None:
    """A notice on every page is read on none."""
    assert "Left out" not in page_of(tmp_path, passed(0), failed(1)).text


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
    """5,000 long answers are some 30 MB of page, and never all in memory."""
    row = judged(0, score(PASS), answer="long " * 1_200)
    count = 5_000
    job = job_of(count)
    summary = summarise(job, items=[row] * count, gates=Gates())
    write_html(tmp_path / "warm.html", job=job, items=again(row), summary=summary)
    tracemalloc.start()
    try:
        write_html(tmp_path / "report.html", job=job, items=lambda: iter([row] * count), summary=summary)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (tmp_path / "report.html").stat().st_size > 30_000_000
    assert peak < 5_000_000
