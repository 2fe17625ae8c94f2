"""Reports over the API: whole, streamed, and harmless whatever a model says."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from xml.etree import ElementTree

import pytest

from entrypoints.api.streaming import in_blocks
from entrypoints.container import Antiphon
from tests.api.calling import Api
from tests.api.runs import ECHO, document, ended_run, run

EVIL = (
    '=cmd|"/c calc"!A1',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "]]><!--",
    "\u202egnp.exe",
    "{{ 7 * 7 }}",
)


@pytest.fixture
def hostile(api: Api, antiphon: Antiphon) -> str:
    """A run whose target says what attackers would have it say, wherever it can."""
    said = document(ECHO, name="<b>set</b>", tests=1)
    said["tests"] = [
        {
            "id": f"={no}",
            "prompt": "{{ say }}",
            "variables": {"say": text},
            "tags": [text[:20]],
            "metrics": [{"equals": text}],
        }
        for no, text in enumerate(EVIL)
    ]
    return run(api, antiphon, {"document": said})


def test_a_spreadsheet_sees_no_formula_in_what_a_model_says(api: Api, hostile: str) -> None:
    """Whoever opens the export would run it (OWASP, "CSV Injection")."""
    answer = api.get(f"/v1/jobs/{hostile}/report.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert len(rows) == len(EVIL)
    assert [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t"))] == []
    assert rows[0]["answer"] == f"'{EVIL[0]}"


def test_the_page_runs_nothing_but_its_own_script(api: Api, hostile: str) -> None:
    """The policy is sent with the page as well, without an origin: an answer can't reach the API."""
    answer = api.get(f"/v1/jobs/{hostile}/report.html")
    policy = answer.headers["content-security-policy"]

    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in policy
    assert "sandbox allow-scripts" in policy
    assert "unsafe" not in policy
    assert "<img" not in answer.text
    assert "<b>set" not in answer.text
    assert answer.text.count("<script>alert") == 0
    assert policy.split("; frame-ancestors")[0].replace("'", "&#39;") in answer.text


def test_build_servers_read_the_counts(api: Api, hostile: str) -> None:
    """The header's numbers are those of the cases, though it is sent before them."""
    job_id = hostile
    suite = ElementTree.fromstring(api.get(f"/v1/jobs/{job_id}/report.junit.xml").text)

    cases = suite.findall("testsuite/testcase")
    assert suite.get("tests") == str(len(cases)) == str(len(EVIL))
    assert suite.get("failures") == str(len(suite.findall("testsuite/testcase/failure")))


def test_json_lines_hold_every_text_as_it_is(api: Api, hostile: str) -> None:
    """A notebook wants what was said, to the letter."""
    lines = api.get(f"/v1/jobs/{hostile}/report.jsonl").text.splitlines()

    assert [json.loads(line)["answer"] for line in lines] == list(EVIL)


def test_an_unknown_form_is_refused(api: Api, antiphon: Antiphon) -> None:
    """A path that ends in something else is a mistake, not a download."""
    job_id = ended_run(api, antiphon)

    for form in ("pdf", "html/../csv", "..", "%2e%2e%2fcsv", "csv%00"):
        assert api.get(f"/v1/jobs/{job_id}/report.{form}").status_code in (404, 422)


def test_a_long_answer_is_never_in_memory_whole() -> None:
    """A report of a hundred thousand tests must not cost the server what it weighs."""
    pieces = ("x" * 1000 for _ in range(50_000))

    tracemalloc.start()
    size = sum(map(len, in_blocks(pieces)))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size == 50_000_000
    assert most < 2_000_000
