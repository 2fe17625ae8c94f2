"""Every kind of metric that needs no model: its name, and what makes judges of it."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.http.guard import AddressGuard
from adapters.javascript.engine import JavaScript
from adapters.metrics.format_kinds import FORMAT_KINDS
from adapters.metrics.judge import Kind
from adapters.metrics.python_scripts import PythonScripts
from adapters.metrics.response_kinds import RESPONSE_KINDS
from adapters.metrics.script_kinds import JavaScriptKind, PythonKind
from adapters.metrics.text_kinds import TEXT_KINDS
from adapters.metrics.tool_kinds import TOOL_KINDS
from adapters.metrics.webhook import WebhookKind


def standard_kinds(*, javascript: JavaScript, python: PythonScripts | None, guard: AddressGuard) -> Mapping[str, Kind]:
    """Return the kinds by name; `python` is among them also where it is not allowed, to say so."""
    return {
        **TEXT_KINDS,
        **FORMAT_KINDS,
        **RESPONSE_KINDS,
        **TOOL_KINDS,
        "javascript": JavaScriptKind(javascript),
        "python": PythonKind(python),
        "webhook": WebhookKind(guard),
    }
