"""Lies and honest answers about passages of tenders, written before whoever wrote them had looked at the checks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import yaml
from attrs import frozen

from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.proving.evidence import Evidence, examine

FOLDER = Path(__file__).parent.parent / "fixtures/rfp"
CHUNK = ChunkId("chunk")


@frozen(kw_only=True)
class HeldOut:
    """An answer about a passage, honest or not; it quotes the whole passage, or what it says it does."""

    passage: str
    text: str
    is_honest: bool
    kind: str
    says: str
    quotes: tuple[str, ...]
    asked: str

    def examined(self) -> Evidence:
        """Examine it as a draft."""
        quotes = tuple(Quote(chunk_id=CHUNK, text=one) for one in self.quotes)
        draft = Draft(answer=self.says, verdict=AnswerVerdict.ANSWERED, quotes=quotes)
        return examine(draft, chunks={CHUNK: self.text}, rules=AnswerRules(), asked=self.asked)


def held_out(part: str) -> list[HeldOut]:
    """Return the answers of a part: `open`, whose misses were looked at when the checks were mended, or `kept`."""
    passages = yaml.safe_load((FOLDER / f"evidence-{part}.yaml").read_text(encoding="utf-8"))
    return [
        HeldOut(
            passage=one["passage"],
            text=one["text"],
            is_honest=kind == "honest",
            kind=said["kind"],
            says=said["says"],
            quotes=tuple(said.get("quotes", [one["text"]])),
            asked=said.get("question", ""),
        )
        for one in passages
        for kind in ("lies", "honest")
        for said in one[kind]
    ]


def wrongly_judged(part: str, *, honest: bool) -> Counter[str]:
    """Return how many honest answers were stopped, or lies were not, by kind."""
    return Counter(
        one.kind for one in held_out(part) if one.is_honest is honest and one.examined().is_sufficient is not honest
    )
