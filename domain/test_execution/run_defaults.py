"""What a file of tests says beside them, as JSON and back; and the version that tests and these words make."""

from __future__ import annotations

import json
from typing import cast

from domain.jobs.item import Document
from domain.test_execution.codec import build, gates_from_json, targets_from_json, targets_to_json, to_json
from domain.test_execution.panel import Panel
from domain.test_execution.test_set import RunDefaults, RunHints


def defaults_to_json(defaults: RunDefaults) -> dict[str, object]:
    """Return what is said, and nothing for what isn't."""
    said = {
        "targets": targets_to_json(defaults.targets),
        "gates": to_json(defaults.gates),
        "panel": {} if defaults.panel.is_empty else defaults.panel.to_document(),
        "hints": to_json(defaults.hints),
    }
    return {name: content for name, content in said.items() if content}


def defaults_from_json(data: Document) -> RunDefaults:
    """Read back what `defaults_to_json` wrote."""
    return RunDefaults(
        targets=targets_from_json({"targets": data.get("targets", [])}),
        gates=gates_from_json(cast(Document, data.get("gates", {}))),
        panel=Panel.from_document(cast(Document, data.get("panel", {}))),
        hints=build(RunHints, cast(Document, data.get("hints", {}))),
    )


def hashed_words(defaults: RunDefaults) -> bytes:
    """Return what goes into a version's hash beside its tests: nothing where nothing is said, so older ids stay."""
    said = defaults_to_json(defaults)
    return json.dumps(said, sort_keys=True).encode() if said else b""
