"""Answers made to be slow or to break what reads them: every kind ends in time, with a verdict or an error."""

from __future__ import annotations

from contextlib import suppress
from time import monotonic

import pytest

from adapters.metrics.scorers import StandardScorers
from adapters.templates.jinja import JinjaTemplates
from domain.jobs.errors import PermanentFailure
from domain.test_execution.metric import Metric
from domain.test_execution.sample import Sample
from domain.test_execution.target import Answer
from domain.test_execution.test_set import TestCase

SCORERS = StandardScorers(JinjaTemplates())
SIZE = 300_000
# The limits are half a second; a machine that does five other things at once may take longer.
PATIENCE_S = 60

ANSWERS = {
    "nested arrays": "[" * SIZE,
    "nested objects": '{"a":' * (SIZE // 5),
    "open arrays": "[1," * (SIZE // 3),
    "open tags": "<a>" * (SIZE // 3),
    "open quotes": '<a "' * (SIZE // 4),
    "open comments": "<!--" * (SIZE // 4),
    "open cdata": "<![CDATA[" * (SIZE // 9),
    "closing tags": "</a>" * (SIZE // 4),
    "deep xml": "<a>" * 100_000 + "</a>" * 100_000,
    "broken xml": ("<a><b></a>" * (SIZE // 10)),
    "interleaved": "<a><b>" * 50_000 + "</a></b>" * 50_000,
    "fences": "```sql\n" * (SIZE // 7),
    "deep sql": "SELECT " + "(" * 5_000 + "1" + ")" * 5_000,
    "long sql": "SELECT " + "+".join("a" * 4_900) + " FROM t",
    "words": "a " * (SIZE // 2),
    "entities": "&" * SIZE,
    "one line": "x" * SIZE,
    "apologies": "i am " * (SIZE // 5),
    "nothing": "",
    "control": "\x00\x01\ufffe\u2028",
    "half a pair": "\ud83d",
}
KINDS: list[tuple[str, object]] = [
    ("contains-json", None),
    ("contains-json", {"type": "object"}),
    ("is-json", None),
    ("is-xml", None),
    ("contains-xml", None),
    ("contains-xml", {"requiredElements": ["q"]}),
    ("is-html", None),
    ("contains-html", None),
    ("is-sql", None),
    ("contains-sql", None),
    ("is-refusal", None),
    ("tool-call-f1", ["a"]),
    ("is-valid-function-call", [{"name": "a"}]),
    ("rouge-n", "a b c"),
    ("bleu", "a b c d e"),
    ("gleu", "a b c"),
    ("word-count", 3),
    ("javascript", "output.length > 1"),
]


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize(("kind", "value"), KINDS)
def test_a_kind_ends_in_time_whatever_the_answer(kind: str, value: object, name: str) -> None:
    """A model under test may say anything; it must cost its own test at most, and never the worker."""
    metric = Metric(name="m", kind=kind, value=value)
    sample = Sample(case=TestCase(id="t", prompt="?"), prompt="?", answer=Answer(text=ANSWERS[name], latency_s=1))
    scorer = SCORERS.make(metric)
    started = monotonic()

    with suppress(PermanentFailure):
        assert len(scorer(sample, deadline_s=10).reason) < 1_000

    assert monotonic() - started < PATIENCE_S
