"""Whether and where traces go; the library is imported only where they go somewhere."""

from __future__ import annotations

from domain.jobs.errors import BrokenSettings
from domain.tracing import NO_SPANS, Spans
from entrypoints.settings import Settings


def make_spans(settings: Settings) -> Spans:
    """
    Return what records spans: sent to ANTIPHON_TRACE_URL, or nowhere.

    Raises:
        BrokenSettings: tracing is asked for, and its library is not installed.
    """
    if not settings.trace_url:
        return NO_SPANS
    try:
        from adapters.tracing.opentelemetry import exported_spans
    except ImportError as exc:
        raise BrokenSettings(
            "ANTIPHON_TRACE_URL is set, but OpenTelemetry is not installed; install `antiphon[tracing]`, or unset it"
        ) from exc
    return exported_spans(settings.trace_url, service="antiphon")
