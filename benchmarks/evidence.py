"""
What proving a drafted answer costs: `.venv/bin/python -m benchmarks.evidence`.

Processor time of one core, each draft examined once, in the order of an RFP. Short answers are those of
`tests/fixtures/rfp/evidence-open.yaml`, each quoting its whole passage, eight passages shown; long ones copy and quote
a passage of ninety words, as the model of `benchmarks.rfp_answering` does, and no two drafts share a passage.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import yaml
from attrs import frozen

from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.proving.evidence import examine

FILE = Path(__file__).parent.parent / "tests/fixtures/rfp/evidence-open.yaml"
SHOWN = 8


@frozen(kw_only=True)
class Case:
    """A draft with the passages that its author was shown, the first of which it quotes."""

    answer: str
    passages: tuple[str, ...]
    asked: str


def main() -> None:
    """Print a line for each kind of answer."""
    short, long = _short(), _long(len(_short()))
    _cpu_ms([*_long(3)])  # imports and first uses are no part of it
    print("answers          drafts  ms each")
    for name, cases in (("short, eight known", short), ("long, nothing known", long)):
        print(f"{name:<20} {len(cases):>5} {_cpu_ms(cases):>6.2f}")


def _cpu_ms(cases: Sequence[Case]) -> float:
    started = time.process_time()
    for case in cases:
        chunks = {ChunkId(f"document:1:{no}"): text for no, text in enumerate(case.passages)}
        quote = Quote(chunk_id=ChunkId("document:1:0"), text=case.passages[0])
        draft = Draft(answer=case.answer, verdict=AnswerVerdict.ANSWERED, quotes=(quote,))
        examine(draft, chunks=chunks, rules=AnswerRules(), asked=case.asked)
    return 1000 * (time.process_time() - started) / len(cases)


def _short() -> list[Case]:
    passages = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    texts = [str(one["text"]) for one in passages]
    return [
        Case(answer=said["says"], passages=tuple((texts + texts)[at : at + SHOWN]), asked=said.get("question", ""))
        for at, one in enumerate(passages)
        for said in (*one["lies"], *one["honest"])
    ]


def _long(number: int) -> list[Case]:
    return [
        Case(
            answer=_passage(SHOWN * no),
            passages=tuple(_passage(SHOWN * no + at) for at in range(SHOWN)),
            asked=f"Within how many days does measure number {SHOWN * no} take effect?",
        )
        for no in range(number)
    ]


def _passage(no: int) -> str:
    filling = " ".join(
        f"It concerns area{no}x{at} and is described in full for each of the regions." for at in range(5)
    )
    return f"## Measure {no}\nMeasure number {no} takes effect within {no % 90 + 2} days of notice. {filling}"


if __name__ == "__main__":
    main()
