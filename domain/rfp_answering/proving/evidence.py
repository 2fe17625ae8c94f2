"""
Whether a draft is proved by what it quotes, found out in code: the model that wrote it is not asked.

What is checked is whether the words are there, and not whether they were understood. A `not` that is missing is noticed
where the clauses share their words; a sentence that is turned round in other words is for the reviewer, who is somebody
else. docs/rfp.md says what these checks can't see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from attrs import frozen

from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.proving.bounds import turned_limits
from domain.rfp_answering.proving.contraries import contraries
from domain.rfp_answering.proving.designations import has_initials, is_written_small, words_in
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.labels import other_labels, other_weekdays
from domain.rfp_answering.proving.listing import lines_of
from domain.rfp_answering.proving.negations import is_about_sources
from domain.rfp_answering.proving.quoting import cut_to_fit, found_of, not_found, sentences_around, short, too_short
from domain.rfp_answering.proving.sentences import sentences_of
from domain.rfp_answering.proving.shares import exchanged
from domain.rfp_answering.proving.siblings import taken_from_siblings
from domain.rfp_answering.proving.stated import Stated, respelled_stated
from domain.rfp_answering.proving.stems import stems
from domain.rfp_answering.proving.writing import odd_writing

FEWEST_WORDS = 3
"""Words that carry meaning, from which on a sentence must share one with the quotes."""


class Check(StrEnum):
    """One thing that is checked; those that passed are all the confidence there is in a draft."""

    QUOTED = "quoted"
    QUOTES_FOUND = "quotes_found"
    QUOTES_WHOLE = "quotes_whole"
    GROUNDED = "grounded"
    NUMBERS = "numbers"
    DATES = "dates"
    STANDARDS = "standards"
    NAMES = "names"
    ADDRESSES = "addresses"
    NEGATIONS = "negations"
    WRITING = "writing"
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
    draft: Draft,
    *,
    chunks: Mapping[ChunkId, str],
    rules: AnswerRules,
    own_names: Iterable[str] = (),
    asked: str = "",
) -> Evidence:
    """
    Return which checks *draft* passes against the texts of the *chunks* that its author was shown.

    *own_names* are those of whoever answers, which need no evidence; *asked* is the question, which proves nothing, and
    says what `yes` and `no` are about. Answers, quotes and chunks are compared as `folded` writes them.
    """
    findings = [*_misfits(draft, rules)]
    if draft.verdict is AnswerVerdict.NO_ANSWER:
        applied = [Check.CONSISTENT]
    else:
        applied = list(Check)
        found = found_of(draft.quotes, chunks)
        findings += _badly_quoted(draft, chunks, found=found, asked=asked)
        findings += _unproved(_Compared.of(draft, chunks, found=found, own_names=own_names, asked=asked))
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
        yield Finding(check=Check.ALLOWED_VALUE, reason=f"{short(draft.answer)} is none of the values {rules.allowed}")
    if not rules.have_room_for(draft.answer):
        yield Finding(
            check=Check.LENGTH,
            reason=f"the answer has {len(draft.answer)} characters; at most {rules.most_characters} are allowed",
        )


def _badly_quoted(
    draft: Draft, chunks: Mapping[ChunkId, str], *, found: Sequence[Quote], asked: str
) -> Iterator[Finding]:
    if not draft.quotes:
        yield Finding(check=Check.QUOTED, reason="nothing is quoted")
    yield from (Finding(check=Check.QUOTED, reason=one) for one in too_short(draft.quotes))
    yield from (Finding(check=Check.QUOTES_FOUND, reason=one) for one in not_found(draft.quotes, chunks, found=found))
    yield from (Finding(check=Check.QUOTES_WHOLE, reason=one) for one in cut_to_fit(found, chunks))
    about = " ".join(one.text for one in draft.quotes), f"{asked} {draft.answer}"
    if asked and draft.quotes and not _telling(about[0]) & _telling(about[1]):
        reason = "the quotes have no word in common with question and answer, and prove nothing of it"
        yield Finding(check=Check.QUOTED, reason=reason)


def _telling(text: str) -> frozenset[str]:
    return stems(text) | {one for one in words_in(folded(text)) if one[0].isdigit()}


@frozen(kw_only=True)
class _Compared:
    """An answer beside what may prove it: the quotes that were found, folded, and the sentences they are of."""

    answer: str
    quotes: list[str]
    sentences: list[str]
    asked: str
    texts: tuple[str, ...]

    def is_ordinary(self, word: str) -> bool:
        """Whether some text writes the word, or another form of it, without a capital: it is no name then."""
        return any(is_written_small(word, text) for text in self.texts)

    @classmethod
    def of(
        cls,
        draft: Draft,
        chunks: Mapping[ChunkId, str],
        *,
        found: Sequence[Quote],
        own_names: Iterable[str],
        asked: str,
    ) -> _Compared:
        return cls(
            answer="\n".join(_without_names(folded(line), own_names) for line in lines_of(draft.answer)),
            quotes=[folded(one.text) for one in found],
            sentences=sentences_around(found, chunks),
            asked=asked,
            texts=(asked, *chunks.values()),
        )


def _unproved(compared: _Compared) -> Iterator[Finding]:
    proofs = [respelled_stated(quote) for quote in compared.quotes]
    whole = respelled_stated(folded(compared.answer))
    for quantity in (*whole.quantities, *whole.rates):
        if not any(proof.states(quantity) for proof in proofs):
            yield _missing(Check.NUMBERS, "number", quantity.written)
    yield from (Finding(check=Check.NUMBERS, reason=one) for one in turned_limits(whole, proofs))
    yield from (Finding(check=Check.NUMBERS, reason=one) for one in exchanged(whole, proofs))
    texts = [proof.text for proof in proofs]
    yield from (_missing(Check.NUMBERS, "number", one) for one in other_labels(whole.text, texts))
    yield from (_missing(Check.DATES, "weekday", one) for one in other_weekdays(whole.text, texts))
    for date in whole.dates:
        if not any(date.is_stated_by(other) for proof in proofs for other in proof.dates):
            yield _missing(Check.DATES, "date", date.text)
    for address in sorted(one for one in whole.addresses if not any(one in proof.addresses for proof in proofs)):
        yield _missing(Check.ADDRESSES, "address", address)
    yield from _misnamed(compared, proofs)
    yield from (Finding(check=Check.NAMES, reason=one) for one in taken_from_siblings(compared.answer, compared.quotes))
    yield from _groundless(compared)
    yield from (Finding(check=Check.WRITING, reason=one) for one in odd_writing(compared.answer, compared.quotes))
    for clause, proof in contraries(compared.answer, compared.sentences, asked=compared.asked):
        reason = f"the answer says {short(clause)}, and what is quoted says {short(proof)}"
        yield Finding(check=Check.NEGATIONS, reason=reason)


def _groundless(compared: _Compared) -> Iterator[Finding]:
    """Find sentences about something else altogether: what a document talked the author into, for one."""
    quoted = stems(" ".join(compared.sentences))
    for sentence in sentences_of(compared.answer):
        words = stems(sentence)
        is_other = len(words) >= FEWEST_WORDS and not words & quoted
        if quoted and is_other and not is_about_sources(sentence):
            reason = f"the sentence {short(sentence)} has no word in common with what is quoted"
            yield Finding(check=Check.GROUNDED, reason=reason)


def _misnamed(compared: _Compared, proofs: list[Stated]) -> Iterator[Finding]:
    words = [words_in(quote) for quote in compared.quotes]
    for line in filter(None, compared.answer.splitlines()):
        said = respelled_stated(line)
        for one in said.designations:
            is_stated = any(True for proof in proofs for _other in proof.naming(one))
            if not is_stated and not any(has_initials(one.text, those) for those in words):
                yield _missing(Check.STANDARDS, "standard or abbreviation", one.text)
        for code in sorted(one for one in said.codes if not any(one in proof.codes for proof in proofs)):
            yield _missing(Check.STANDARDS, "code", code)
        for name in filter(None, (name.without_opening(compared.is_ordinary) for name in said.names)):
            if not any(name.is_in(those) for those in words):
                yield _missing(Check.NAMES, "name", name.text)


def _without_names(line: str, own_names: Iterable[str]) -> str:
    for name in sorted(map(folded, own_names), key=len, reverse=True):
        line = line.replace(name, "we")
    return line


def _missing(check: Check, what: str, text: str) -> Finding:
    return Finding(check=check, reason=f"the {what} {short(text)} of the answer stands in no quote")
