"""
Whether a chunk says what an author says it says, found out in code: the gate of drafted answers, for summaries.

What does not hold is left out, with the reasons. What holds as far as code can tell, but looks odd, is marked. Words
are compared and not understood: what a check of answers can't see (docs/rfp.md), it does not see here either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.proving.evidence import Check, Finding, examine
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.summaries.authorship import Condensed
from domain.rfp_answering.summaries.grouping import shown
from domain.rfp_answering.summaries.information_document import TextChunk
from domain.rfp_answering.summaries.statements import Bullet, Citation, Claim, LeftOut, MatrixRow, Partial, RowKind
from domain.rfp_answering.summaries.word_rows import missed_rows
from domain.rfp_answering.summaries.wording import days_in, doubt_of

LONGEST_TEXT = 1000
"""Of a bullet or row, in characters: a summary that is longer than what it sums up is none."""
_ELSEWHERE = frozenset({Check.NUMBERS, Check.DATES, Check.STANDARDS, Check.NAMES, Check.ADDRESSES})
"""What may be proved by all of the chunk, and not only by the sentence that is quoted."""
_ODD = frozenset({Check.NAMES})


def examined(claims: Sequence[Claim], chunks: Sequence[TextChunk]) -> Partial:
    """Return what holds of the *claims* about these chunks, what does not, and the rows that the author has missed."""
    by_ordinal = {chunk.ordinal: chunk for chunk in chunks}
    bullets: list[Bullet] = []
    rows: list[MatrixRow] = []
    left_out: list[LeftOut] = []
    for claim in dict.fromkeys(claims):
        chunk = None if claim.chunk is None else by_ordinal.get(claim.chunk)
        wrong, doubts = _judged(_findings(claim, chunk))
        if chunk is None or wrong:
            left_out.append(LeftOut(text=claim.text[:LONGEST_TEXT], reasons=wrong, kind=claim.kind))
        elif claim.kind is None:
            citation = Citation(chunk=chunk.ordinal, quote=claim.quote)
            bullets.append(Bullet(text=folded(claim.text), citations=(citation,), doubts=doubts))
        else:
            rows.append(_row(claim, claim.kind, chunk, doubts))
    rows += missed_rows(rows, chunks)
    return Partial(bullets=tuple(bullets), rows=tuple(rows), left_out=tuple(left_out))


def examined_overview(claims: Sequence[Condensed], bullets: Sequence[Bullet]) -> Partial:
    """
    Return what holds of an overview: texts, each with the bullets (counted from 1) that it condenses.

    What they state must stand in the quotes of those bullets: what is condensed is proved by the document, and not by
    another sentence of a model.
    """
    kept: list[Bullet] = []
    left_out: list[LeftOut] = []
    for text, numbers in dict.fromkeys(claims):
        cited = [bullets[no - 1] for no in numbers if 1 <= no <= len(bullets)]
        citations = tuple(dict.fromkeys(citation for one in cited for citation in one.citations))
        wrong, doubts = _judged(_overview_findings(text, citations))
        if wrong:
            left_out.append(LeftOut(text=text[:LONGEST_TEXT], reasons=wrong))
        else:
            kept.append(Bullet(text=folded(text), citations=citations, doubts=doubts))
    return Partial(bullets=tuple(kept), left_out=tuple(left_out))


def _judged(findings: Iterator[Finding]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return why something does not hold, and what else people should look at."""
    found = list(findings)
    wrong = dict.fromkeys(_said(one.reason) for one in found if one.check not in _ODD)
    return tuple(wrong), tuple(dict.fromkeys(_said(one.reason) for one in found if one.check in _ODD))


def _findings(claim: Claim, chunk: TextChunk | None) -> Iterator[Finding]:
    if chunk is None:
        yield Finding(check=Check.QUOTES_FOUND, reason="it cites a chunk that was not shown")
        return
    yield from _misshapen(claim.text)
    chunk_id = ChunkId(str(chunk.ordinal + 1))
    quote, whole = Quote(chunk_id=chunk_id, text=claim.quote), Quote(chunk_id=chunk_id, text=shown(chunk))
    text = {chunk_id: shown(chunk)}
    yield from (one for one in _proved(claim.text, [quote], text) if one.check not in _ELSEWHERE)
    yield from (one for one in _proved(claim.text, [whole], text) if one.check in _ELSEWHERE)


def _overview_findings(text: str, citations: Sequence[Citation]) -> Iterator[Finding]:
    if not citations:
        yield Finding(check=Check.QUOTED, reason="it names no bullet that there is")
        return
    yield from _misshapen(text)
    cited = {ChunkId(str(no)): one.quote for no, one in enumerate(citations, start=1)}
    yield from _proved(text, [Quote(chunk_id=no, text=quote) for no, quote in cited.items()], cited)


def _proved(text: str, quotes: Sequence[Quote], chunks: Mapping[ChunkId, str]) -> Iterator[Finding]:
    """Yield what the checks of drafted answers find, where *text* is taken for one."""
    draft = Draft(answer=text, verdict=AnswerVerdict.ANSWERED, quotes=tuple(quotes))
    yield from examine(draft, chunks=chunks, rules=AnswerRules()).findings


def _said(reason: str) -> str:
    """Return a reason in the words of a summary, where those of an answer would puzzle."""
    return reason.replace("of the answer stands in no quote", "stands in nothing that it cites").replace(
        "the answer says", "it says"
    )


def _misshapen(text: str) -> Iterator[Finding]:
    if len(text) > LONGEST_TEXT:
        reason = f"it has {len(text)} characters; at most {LONGEST_TEXT} are a summary"
        yield Finding(check=Check.LENGTH, reason=reason)


def _row(claim: Claim, kind: RowKind, chunk: TextChunk, doubts: tuple[str, ...]) -> MatrixRow:
    doubt = doubt_of(kind, claim.quote, heading_path=chunk.heading_path)
    return MatrixRow(
        kind=kind,
        text=folded(claim.text),
        chunk=chunk.ordinal,
        quote=claim.quote,
        date=next(iter(days_in(claim.quote)), "") if kind is RowKind.DATE else "",
        doubts=(*doubts, doubt) if doubt else doubts,
    )
