"""
Whether a draft is proved by what it quotes, found out in code: the model that wrote it is not asked.

What is checked is whether the words are there, and not whether they were understood: a sentence can be turned round
without a number, date, standard or name changing. That is for the reviewer, who is somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from attrs import frozen

from domain.rfp_answering.designations import Designation, Name, designations_in, names_in, words_in
from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.folding import folded
from domain.rfp_answering.quantities import Date, Quantity, dates_in, quantities_in

FEWEST_QUOTE_WORDS = 3


class Check(StrEnum):
    """One thing that is checked; those that passed are all the confidence there is in a draft."""

    QUOTED = "quoted"
    QUOTES_FOUND = "quotes_found"
    NUMBERS = "numbers"
    DATES = "dates"
    STANDARDS = "standards"
    NAMES = "names"
    ALLOWED_VALUE = "allowed_value"
    LENGTH = "length"
    CONSISTENT = "consistent"


@frozen(kw_only=True)
class Finding:
    """Why a check did not pass, for people."""

    check: Check
    reason: str


@frozen(kw_only=True)
class Evidence:
    """What the checks found: a draft without findings is proved as far as code can tell."""

    passed: tuple[Check, ...]
    findings: tuple[Finding, ...]

    @property
    def is_sufficient(self) -> bool:
        """Whether nobody has to look at the draft because of these checks."""
        return not self.findings


def examine(
    draft: Draft, *, chunks: Mapping[ChunkId, str], rules: AnswerRules, own_names: Iterable[str] = ()
) -> Evidence:
    """
    Return which checks *draft* passes against the texts of the *chunks* that its author was shown.

    *own_names* are those of whoever answers, which need no evidence. Answers, quotes and chunks are compared as
    `folded` writes them.
    """
    findings = [*_misfits(draft, rules)]
    if draft.verdict is AnswerVerdict.NO_ANSWER:
        applied = [Check.CONSISTENT]
    else:
        applied = list(Check)
        findings += _unquoted(draft)
        findings += _not_found(draft.quotes, chunks)
        findings += _unproved(draft.answer, _found(draft.quotes, chunks), own_names)
    failed = {finding.check for finding in findings}
    return Evidence(passed=tuple(check for check in applied if check not in failed), findings=tuple(findings))


def _misfits(draft: Draft, rules: AnswerRules) -> Iterator[Finding]:
    if draft.verdict is AnswerVerdict.NO_ANSWER:
        if draft.answer.strip():
            yield Finding(check=Check.CONSISTENT, reason="the verdict is no_answer, and there is an answer")
        return
    if not draft.answer.strip():
        yield Finding(check=Check.CONSISTENT, reason=f"the verdict is {draft.verdict}, and the answer is empty")
    if not rules.allow(draft.answer):
        yield Finding(check=Check.ALLOWED_VALUE, reason=f"{_short(draft.answer)} is none of the values {rules.allowed}")
    if not rules.have_room_for(draft.answer):
        yield Finding(
            check=Check.LENGTH,
            reason=f"the answer has {len(draft.answer)} characters; at most {rules.most_characters} are allowed",
        )


def _unquoted(draft: Draft) -> Iterator[Finding]:
    if not draft.quotes:
        yield Finding(check=Check.QUOTED, reason="nothing is quoted")
    for quote in draft.quotes:
        if len(words_in(folded(quote.text))) < FEWEST_QUOTE_WORDS:
            reason = f"the quote {_short(quote.text)} has fewer than {FEWEST_QUOTE_WORDS} words, and proves nothing"
            yield Finding(check=Check.QUOTED, reason=reason)


def _not_found(quotes: Iterable[Quote], chunks: Mapping[ChunkId, str]) -> Iterator[Finding]:
    for quote in quotes:
        if quote.chunk_id not in chunks:
            reason = f"the quote {_short(quote.text)} names the chunk {quote.chunk_id!r}, which was not shown"
            yield Finding(check=Check.QUOTES_FOUND, reason=reason)
        elif not stands_in(quote.text, chunks[quote.chunk_id]):
            reason = f"the quote {_short(quote.text)} does not stand in its chunk {quote.chunk_id}"
            yield Finding(check=Check.QUOTES_FOUND, reason=reason)


def stands_in(quote: str, text: str) -> bool:
    """Return whether *quote* stands in *text* word for word, not beginning or ending inside of a word."""
    wanted, whole = folded(quote), folded(text)
    at = whole.find(wanted) if wanted else -1
    while at >= 0:
        if _is_edge(whole, at) and _is_edge(whole, at + len(wanted)):
            return True
        at = whole.find(wanted, at + 1)
    return False


def _is_edge(text: str, at: int) -> bool:
    """Whether no word or number goes on across this place: `9.5` is not quoted by the beginning of `9.55`."""
    if at in (0, len(text)):
        return True
    before, behind = text[at - 1], text[at]
    if before.isalnum() and behind.isalnum():
        return False
    is_decimal = text[at : at + 2][:1] in ".," and before.isdigit() and text[at + 1 : at + 2].isdigit()
    is_fraction = before in ".," and behind.isdigit() and text[at - 2 : at - 1].isdigit()
    return not (is_decimal or is_fraction)


def _found(quotes: Iterable[Quote], chunks: Mapping[ChunkId, str]) -> list[str]:
    return [folded(one.text) for one in quotes if stands_in(one.text, chunks.get(one.chunk_id, ""))]


@frozen(kw_only=True)
class Stated:
    """What a text states that can be compared."""

    quantities: tuple[Quantity, ...]
    dates: tuple[Date, ...]
    designations: tuple[Designation, ...]
    names: tuple[Name, ...]

    def states(self, quantity: Quantity) -> bool:
        """Return whether the number is stated; one without a unit may be the year of a date."""
        is_year = not quantity.unit and any(quantity.value == date.year for date in self.dates)
        return is_year or any(quantity.is_stated_by(other) for other in self.quantities)


def stated_in(text: str) -> Stated:
    """Return what a folded text states; a number that belongs to a date or a standard is none by itself."""
    designations = designations_in(text)
    rest = _without(text, designations)
    dates = dates_in(rest)
    return Stated(
        quantities=tuple(quantities_in(_without(rest, dates))),
        dates=tuple(dates),
        designations=tuple(designations),
        names=tuple(names_in(rest)),
    )


def _without(text: str, taken: Iterable[Designation | Date]) -> str:
    """Return the text with other characters, as many, where something was taken from."""
    for one in taken:
        text = text[: one.start] + "\x00" * (one.end - one.start) + text[one.end :]
    return text


def _unproved(answer: str, quotes: list[str], own_names: Iterable[str]) -> Iterator[Finding]:
    proofs = [stated_in(quote) for quote in quotes]
    words = [words_in(quote) for quote in quotes]
    for line in filter(None, map(folded, answer.splitlines())):
        said = stated_in(_without_names(line, own_names))
        for quantity in said.quantities:
            if not any(proof.states(quantity) for proof in proofs):
                yield _missing(Check.NUMBERS, "number", quantity.written)
        for date in said.dates:
            if not any(date.is_stated_by(other) for proof in proofs for other in proof.dates):
                yield _missing(Check.DATES, "date", date.text)
        for designation in said.designations:
            if not any(designation.is_stated_by(other) for proof in proofs for other in proof.designations):
                yield _missing(Check.STANDARDS, "standard or abbreviation", designation.text)
        for name in said.names:
            if not any(name.is_in(one) for one in words):
                yield _missing(Check.NAMES, "name", name.text)


def _without_names(line: str, own_names: Iterable[str]) -> str:
    for name in sorted(map(folded, own_names), key=len, reverse=True):
        line = line.replace(name, "we")
    return line


def _missing(check: Check, what: str, text: str) -> Finding:
    return Finding(check=check, reason=f"the {what} {_short(text)} of the answer stands in no quote")


def _short(text: str, *, most: int = 80) -> str:
    return repr(text if len(text) <= most else f"{text[: most - 1]}…")
