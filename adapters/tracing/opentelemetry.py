"""
Spans by OpenTelemetry, sent over OTLP (HTTP). Imported only where tracing is on: the extra `tracing` brings it.

No instrumentor is used: those wrap every call of a library, and what they record (statements, addresses, headers) may
hold what must not leave. SQLAlchemy's refuses the version in use, too, and only logs that it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from attrs import frozen
from opentelemetry import trace as otel
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from domain.tracing import NO_ATTRIBUTES, Rename, SpanKind

_W3C = TraceContextTextMapPropagator()
_FIELD = "traceparent"
_KINDS = {
    SpanKind.SERVER: otel.SpanKind.SERVER,
    SpanKind.CONSUMER: otel.SpanKind.CONSUMER,
    SpanKind.CLIENT: otel.SpanKind.CLIENT,
    SpanKind.INTERNAL: otel.SpanKind.INTERNAL,
}


@frozen
class OpenTelemetrySpans:
    """`Spans` by a tracer of OpenTelemetry; nothing global is set, so that several live in one process."""

    tracer: Tracer

    @contextmanager
    def span(
        self,
        name: str,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        trace: str = "",
        attributes: Mapping[str, str | int] = NO_ATTRIBUTES,
    ) -> Iterator[Rename]:
        """Record what runs inside the block; yields what renames it."""
        context = _W3C.extract({_FIELD: trace}) if trace else None
        with self.tracer.start_as_current_span(
            name,
            context=context,
            kind=_KINDS[kind],
            attributes=dict(attributes),
            record_exception=False,  # its text may quote what a target said
            set_status_on_exception=False,
        ) as span:
            try:
                yield span.update_name
            except BaseException as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    def trace(self) -> str:
        """Return the `traceparent` of the current span."""
        carrier: dict[str, str] = {}
        _W3C.inject(carrier)
        return carrier.get(_FIELD, "")


def exported_spans(endpoint: str, *, service: str) -> OpenTelemetrySpans:
    """
    Return spans that are sent to the OTLP *endpoint* in batches, from a thread of its own, as those of *service*.

    What can't be sent is dropped: tracing never holds up work.
    """
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return OpenTelemetrySpans(provider.get_tracer("antiphon"))
