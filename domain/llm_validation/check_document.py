"""Rungs and checks as JSON and back: what item rows, check rows, the API and `--json` hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from domain.jobs.errors import FailureKind
from domain.jobs.item import Document
from domain.jobs.usage import Usage
from domain.llm_validation.rung import Rung, RungResult, RungState


def rung_to_json(result: RungResult) -> dict[str, object]:
    """Return a rung; what it has nothing of is left out."""
    more: dict[str, object] = {
        "note": result.note,
        "model": result.model,
        "kind": result.kind.value if result.kind else "",
        "advice": result.advice,
        "tokens": result.usage.tokens,
        "cost_nanousd": result.usage.cost_nanousd,
    }
    return {
        "rung": result.rung.value,
        "state": result.state.value,
        "duration_s": round(result.duration_s, 6),
        **{name: content for name, content in more.items() if content},
    }


def rung_from_json(data: Document) -> RungResult:
    """Read a rung back; the tokens of both ways come as one number, and are read as those of the prompt."""
    kind = data.get("kind")
    tokens = int(cast(int, data.get("tokens", 0)))
    cost_nanousd = int(cast(int, data.get("cost_nanousd", 0)))
    return RungResult(
        rung=Rung(str(data["rung"])),
        state=RungState(str(data["state"])),
        duration_s=float(cast(float, data.get("duration_s", 0.0))),
        note=str(data.get("note", "")),
        model=str(data.get("model", "")),
        kind=FailureKind(str(kind)) if kind else None,
        advice=str(data.get("advice", "")),
        usage=Usage(prompt_tokens=tokens, cost_nanousd=cost_nanousd),
    )


def rungs_to_json(results: Sequence[RungResult]) -> list[dict[str, object]]:
    """Return rungs, in their order."""
    return [rung_to_json(each) for each in results]


def rungs_from_json(data: Document) -> tuple[RungResult, ...]:
    """Return the rungs that a result, or the progress of an item, holds; none where it holds none."""
    rungs = data.get("rungs")
    if not isinstance(rungs, list | tuple):
        return ()
    return tuple(rung_from_json(cast(Document, each)) for each in rungs)
