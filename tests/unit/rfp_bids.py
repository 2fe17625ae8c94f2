"""Answers as bid writers word them, and lies that cost money, each with the sentences it quotes of several chunks."""

from __future__ import annotations

from pathlib import Path

import yaml
from attrs import frozen

from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.proving.evidence import Evidence, examine

FOLDER = Path(__file__).parent.parent / "fixtures/rfp"


@frozen(kw_only=True)
class Bid:
    """An answer about the chunks of a scene, honest or not."""

    scene: str
    chunks: dict[ChunkId, str]
    is_honest: bool
    kind: str
    asked: str
    says: str
    quotes: tuple[Quote, ...]
    values: tuple[str, ...]

    def examined(self) -> Evidence:
        """Examine it as a draft."""
        draft = Draft(answer=self.says, verdict=AnswerVerdict.ANSWERED, quotes=self.quotes)
        return examine(draft, chunks=self.chunks, rules=AnswerRules(allowed_values=self.values), asked=self.asked)

    @property
    def is_misjudged(self) -> bool:
        """Whether it is honest and stopped, or a lie and passes."""
        return self.examined().is_sufficient is not self.is_honest


def bids(part: str) -> list[Bid]:
    """Return the answers of a part: `open`, whose misses were looked at when the checks were mended, or `kept`."""
    scenes = yaml.safe_load((FOLDER / f"bids-{part}.yaml").read_text(encoding="utf-8"))
    return [
        Bid(
            scene=scene["scene"],
            chunks={ChunkId(name): " ".join(sentences) for name, sentences in scene["chunks"].items()},
            is_honest=kind == "honest",
            kind=said["kind"],
            asked=said["asked"],
            says=said["says"],
            quotes=tuple(_quote(one, scene["chunks"]) for one in said["quotes"]),
            values=tuple(said.get("values", ())),
        )
        for scene in scenes
        for kind in ("honest", "lies")
        for said in scene[kind]
    ]


def _quote(quoted: str | dict[str, str], chunks: dict[str, list[str]]) -> Quote:
    if isinstance(quoted, dict):
        return Quote(chunk_id=ChunkId(quoted["chunk"]), text=quoted["text"])
    name, number = quoted.split()
    return Quote(chunk_id=ChunkId(name), text=chunks[name][int(number) - 1])
