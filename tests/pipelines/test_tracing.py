"""One trace from the request over the messages to the call at the target, by the real pipeline and the real library."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs
import pytest
from attrs import define, field
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind as OtelKind
from opentelemetry.trace import format_trace_id

from adapters.tracing.opentelemetry import OpenTelemetrySpans
from domain.jobs.job import Job
from domain.origin import Origin
from domain.test_execution.named_target import only
from domain.test_execution.target import HttpTarget
from domain.test_execution.test_set import TestCase, TestFile
from domain.tracing import SpanKind
from entrypoints.container import build, ready_database
from entrypoints.driving import run_to_end
from entrypoints.settings import Settings
from tests.services.http_server import Received, ScriptedServer, Wire, reply

ANSWER, QUESTION = "an answer nobody else may read", "a question nobody else may read"
TESTS = 3


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    """Keeps what was recorded."""
    return InMemorySpanExporter()


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Iterator[OpenTelemetrySpans]:
    """Spans that go to `exporter` as they end."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield OpenTelemetrySpans(provider.get_tracer("tests"))
    provider.shutdown()


@define(eq=False)
class Bot:
    """A target that fails each question once, and keeps the `traceparent` of each call."""

    told: list[str] = field(factory=list)

    def answer(self, request: Received, wire: Wire) -> None:
        """Refuse the first call, answer the others."""
        self.told.append(request.headers.get("traceparent", ""))
        is_first = len(self.told) == 1
        status = "503 Service Unavailable" if is_first else "200 OK"
        wire.send(reply(ANSWER, status=status, headers="Connection: close\r\n"))
        wire.hang_up()


def run(folder: Path, spans: OpenTelemetrySpans, bot: Bot, *, trace_targets: bool) -> Job:
    """Run tests against the bot, asked for by a request that is traced; return the job at its end."""
    settings = Settings(home=folder, trace_targets=trace_targets)
    antiphon = build(settings, spans=spans)
    ready_database(antiphon)
    cases = tuple(TestCase(id=f"test-{no}", prompt=QUESTION) for no in range(TESTS))
    with ScriptedServer(bot.answer) as server:
        file = TestFile(name="traced", cases=cases, targets=only(HttpTarget(url=server.url)))
        with spans.span("POST /v1/test-runs", kind=SpanKind.SERVER):
            origin = Origin(request_id="r-1", trace=spans.trace())
            accepted = antiphon.runs.start(attrs.evolve(antiphon.tenant, origin=origin), file)
        ended = run_to_end(antiphon, accepted.id, lambda _: None)
    antiphon.engine.dispose()
    return ended.job


def test_a_trace_leads_from_the_request_to_each_call(
    tmp_path: Path, spans: OpenTelemetrySpans, exporter: InMemorySpanExporter
) -> None:
    """Why was this run slow? One picture has to hold the request, its tasks, its items and their calls."""
    bot = Bot()
    job = run(tmp_path, spans, bot, trace_targets=True)

    recorded = exporter.get_finished_spans()
    [request] = named(recorded, "POST /v1/test-runs")
    calls = named(recorded, "call an HTTP target")
    assert job.status == "completed"
    assert {span.context.trace_id for span in recorded} == {request.context.trace_id}
    assert len(calls) == len(bot.told) == TESTS + 1  # one was repeated
    for call in calls:
        item = parent(recorded, call)
        task = parent(recorded, item)
        assert (item.name, task.name) == ("test_execution item", "test_execution.execute_single_test")
        assert (call.kind, task.kind) == (OtelKind.CLIENT, OtelKind.CONSUMER)
        assert parent(recorded, task) is request
        assert (item.attributes or {})["antiphon.job"] == job.id
    assert {"test_execution.execute_test_configuration", "test_execution.collect_results"} <= {
        span.name for span in recorded
    }
    assert {told.split("-")[1] for told in bot.told} == {format_trace_id(request.context.trace_id)}


def test_a_target_is_told_nothing_unless_the_operator_wants_it(tmp_path: Path, spans: OpenTelemetrySpans) -> None:
    """Ids of one's own traces are nothing to send to a stranger's endpoint by default."""
    bot = Bot()
    run(tmp_path, spans, bot, trace_targets=False)

    assert set(bot.told) == {""}


def test_no_span_holds_a_question_an_answer_or_an_address(
    tmp_path: Path, spans: OpenTelemetrySpans, exporter: InMemorySpanExporter
) -> None:
    """Traces go to other systems, with other readers; a failed call quotes its answer in its error."""
    run(tmp_path, spans, Bot(), trace_targets=True)

    written = "\n".join(span.to_json() for span in exporter.get_finished_spans())
    failed = [span for span in exporter.get_finished_spans() if not span.status.is_ok and span.status.description]
    assert {span.status.description for span in failed} == {"TransientFailure"}
    assert not [secret for secret in (ANSWER, QUESTION, "127.0.0.1") if secret in written]


def test_nothing_of_the_library_is_loaded_when_tracing_is_off(tmp_path: Path) -> None:
    """It is an extra: who did not install it must not miss it, and who did must not pay for it."""
    code = (
        "import sys; from entrypoints.container import build; from entrypoints.settings import Settings; "
        "from entrypoints.worker_side import WorkerSide; from pathlib import Path; "
        f"WorkerSide(build(Settings(home=Path({str(tmp_path)!r}))), places=1).executor; "
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def named(spans: Sequence[ReadableSpan], name: str) -> list[ReadableSpan]:
    """Return the spans of that name."""
    return [span for span in spans if span.name == name]


def parent(spans: Sequence[ReadableSpan], child: ReadableSpan) -> ReadableSpan:
    """Return the span that *child* ran in."""
    assert child.parent is not None
    return next(span for span in spans if span.context.span_id == child.parent.span_id)
