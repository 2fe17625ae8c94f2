"""Asking a target once, to see what comes back and what is taken for its answer; nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping

from domain.jobs.errors import ItemFailure
from domain.test_execution.ports import Target, Templates
from domain.test_execution.target import Answer, Question


def asked_once(
    target: Target, templates: Templates, *, prompt: str, variables: Mapping[str, object], deadline_s: float
) -> tuple[str, Answer | ItemFailure]:
    """Ask, close the target, and return the prompt that was sent and what came of it; *prompt* is a template."""
    sent = prompt
    try:
        sent = str(templates.render(prompt, variables))
        return sent, target.ask(Question(prompt=sent, variables=variables), deadline_s=deadline_s)
    except ItemFailure as failure:
        return sent, failure
    finally:
        target.close()


def probe_document(prompt: str, found: Answer | ItemFailure) -> dict[str, object]:
    """Return what came of it as JSON."""
    if isinstance(found, ItemFailure):
        return {"ok": False, "prompt": prompt, "error": {"kind": found.kind.value, "message": str(found)}}
    return {
        "ok": True,
        "prompt": prompt,
        "status": found.status,
        "latency_s": round(found.latency_s, 6),
        "response": found.data,
        "answer": found.text,
    }
