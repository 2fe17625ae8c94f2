"""
Judging: CPU per test of 1, 5 and 20 deterministic metrics and of each kind; and whole runs at 64 and 256 in flight.

    .venv/bin/python -m benchmarks.evaluation                 # CPU only: seconds
    .venv/bin/python -m benchmarks.evaluation --runs --tests 5000 --rounds 3

CPU is the process's own, so that what else the machine does hardly matters; the best of *rounds* is printed. The runs
are those of `benchmarks/fanout.py`: a mock target of 100 ms, one `contains` a test, a plain loop beside them.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from time import process_time

from adapters.metrics.scorers import StandardScorers
from adapters.templates.jinja import JinjaTemplates
from benchmarks.fanout import embedded, mock_target, plain_loop, report, server
from domain.test_execution.metric import Metric, Verdict
from domain.test_execution.ports import Scorer
from domain.test_execution.sample import Sample
from domain.test_execution.target import Answer
from domain.test_execution.test_set import TestCase

SENTENCE = "The jacket can be returned within 30 days, unworn, with the receipt, at any of our shops in Oslo. "
ANSWER = f'{SENTENCE * 5}{{"days": 30, "city": "Oslo"}}'
SCHEMA = {"type": "object", "required": ["days"], "properties": {"days": {"type": "integer", "minimum": 1}}}
KINDS: Sequence[tuple[str, object]] = (
    ("contains", "30 days"),
    ("javascript", "output.includes('30 days') && context.vars.city === 'Oslo'"),
    ("regex", r"\b\d+ days\b"),
    ("icontains-any", ["oslo", "bergen"]),
    ("contains-json", SCHEMA),
    ("contains-all", ["jacket", "receipt", "Oslo"]),
    ("icontains", "RECEIPT"),
    ("starts-with", "The jacket"),
    ("word-count", {"min": 10, "max": 200}),
    ("latency", 5),
    ("is-refusal", None),
    ("rouge-n", "jackets can be returned within 30 days"),
    ("bleu", SENTENCE),
    ("gleu", SENTENCE),
    ("levenshtein", ANSWER),
    ("contains-html", None),
    ("contains-xml", None),
    ("contains-any", ["30 days", "thirty days"]),
    ("contains", "{{ city }}"),
    ("equals", ANSWER),
)
SAMPLE = Sample(
    case=TestCase(id="t", prompt="{{ question }}", variables={"city": "Oslo"}),
    prompt="How long do I have to return a jacket?",
    answer=Answer(text=ANSWER, latency_s=0.1, data={"choices": [{"message": {"content": ANSWER}}]}),
    variables={"city": "Oslo"},
)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", action="store_true", help="also run whole test runs")
    parser.add_argument("--tests", type=int, default=5000)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=["embedded", "server"], help="leave the other variant out")
    options = parser.parse_args()
    judging(rounds=options.rounds)
    if options.runs:
        whole_runs(options)


def judging(*, rounds: int) -> None:
    """Print the CPU microseconds of sets of metrics, and of each kind."""
    scorers = [_scorer(kind, value) for kind, value in KINDS]
    for scorer in scorers:
        assert scorer(SAMPLE, deadline_s=5).verdict in (Verdict.PASS, Verdict.FAIL)
    print(" metrics  CPU us/test")
    for count in (1, 5, 20):
        print(f"{count:>8} {_cpu_us(scorers[:count], rounds=rounds):>12.1f}")
    print("\nkind                CPU us")
    for (kind, value), scorer in zip(KINDS, scorers, strict=True):
        name = f"{kind} (template)" if isinstance(value, str) and "{{" in value else kind
        print(f"{name:<19} {_cpu_us([scorer], rounds=rounds):>6.1f}")


def whole_runs(options: argparse.Namespace) -> None:
    """Print the runs at each concurrency, and tests a second."""
    for concurrency in options.concurrency:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = stack.enter_context(mock_target())
            variants = {"plain loop": plain_loop(url, concurrency)}
            if options.only != "server":
                variants["embedded"] = embedded(url, concurrency, folder)
            if options.only != "embedded":
                variants["Redis + Postgres"] = stack.enter_context(
                    server(url, concurrency, folder, workers=options.workers)
                )
            print(f"\n{concurrency} in flight\n tests variant            wall s  ratio command s CPU ms/test  peak MB")
            report(
                options.tests,
                [{name: run(options.tests) for name, run in variants.items()} for _ in range(options.rounds)],
            )


def _scorer(kind: str, value: object) -> Scorer:
    return StandardScorers(JinjaTemplates()).make(Metric(name=kind, kind=kind, value=value))


def _cpu_us(scorers: Sequence[Callable[..., object]], *, rounds: int) -> float:
    """Return the least CPU microseconds that one test took, over *rounds* of some 50 ms each."""
    times = max(1, int(0.05 / _timed(scorers, times=20)))
    return min(_timed(scorers, times=times) for _ in range(rounds)) * 1e6


def _timed(scorers: Sequence[Callable[..., object]], *, times: int) -> float:
    gc.collect()
    started = process_time()
    for _ in range(times):
        for scorer in scorers:
            scorer(SAMPLE, deadline_s=5)
    return (process_time() - started) / times


if __name__ == "__main__":
    main()
