"""
Words that turn a statement round without a `not`: `before` and `after`, `mandatory` and `optional`, `most` and `every`.

A clause of the answer is put beside the clause of the quoted sentences that shares most of its words. Where it has one
word of a pair, and that clause the other one alone, a person has to look; so where it says `all` of what is so only if.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import frozen

from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.negations import Clause, clauses_of, denials_in, nearest
from domain.rfp_answering.proving.sentences import sentences_of
from domain.rfp_answering.proving.spelled import spelled_in
from domain.rfp_answering.proving.stems import stems


@frozen(kw_only=True)
class _Pair:
    """
    What two sides say; *may_swap*: `B after A` is `A before B`.

    *needed*: the longest word of each way to say a side, one of which a text holds, or the pair does not concern it.
    """

    one: re.Pattern[str]
    other: re.Pattern[str]
    needed: frozenset[str]
    may_swap: bool = False


def _pair(one: str, other: str, *, may_swap: bool = False) -> _Pair:
    compiled = [re.compile(rf"\b(?:{side})\b", re.IGNORECASE) for side in (one, other)]
    needed = (max(re.findall(r"[a-z]+", way), key=len) for way in f"{one}|{other}".split("|"))
    return _Pair(one=compiled[0], other=compiled[1], needed=frozenset(needed), may_swap=may_swap)


_PAIRS = (
    _pair("before|prior to|ahead|in advance|beforehand", "after|afterwards|subsequently", may_swap=True),
    _pair("in advance|upfront", "in arrears"),
    _pair("mandatory|obligatory|compulsory", "optional|voluntary"),
    _pair("enabled|activated|switched on", "disabled|deactivated|switched off"),
    _pair("including|included|includes", "excluding|excluded|excludes|exclusive of"),
    _pair("internal|internally|in-house", "external|externally|outsourced|independent"),
    _pair("at night|nightly|night-time", "by day|during the day|daytime"),
    _pair(r"whichever .{0,80}?\b(?:first|earlier|sooner)", r"whichever .{0,80}?\b(?:last|later)"),
    _pair(r"free of charge|at no (?:\w+ )?(?:charge|cost)", "charged|invoiced|billed|chargeable|for a fee"),
    _pair("automatic|automatically|automated", "manual|manually"),
    _pair("encrypted", "unencrypted|in clear text|in plain text"),
    _pair("allowed|permitted|authorised|authorized", "forbidden|prohibited|disallowed"),
    _pair("online", "offline"),
    _pair("inside", "outside"),
    _pair("inbound|incoming", "outbound|outgoing"),
    _pair("increase|increases|increased|raised", "decrease|decreases|decreased|reduced|lowered"),
    _pair("dedicated|single-tenant", "shared|multi-tenant"),
    _pair("temporary|temporarily", "permanent|permanently"),
    _pair("without exceptions|without exception|no exceptions", r"with (?:\w+ )?exceptions|except|with the exception"),
)
_NUMBER = r"(?:one|two|three|four|five|six|seven|eight|nine|ten)"
_WHOLE = r"all|both|either|every|each|everyone|everybody|everything|entire|entirely|whole|always"
_PART = (
    r"some(?! \d)|(?<!at )most (?:of|\w+s)|many|certain|selected|part of|partly|partially|the majority|mostly|"
    rf"sometimes|only the|{_NUMBER} (?:out )?of (?:the |our )?{_NUMBER}"
)
_SHARE = _pair(_WHOLE, _PART)
_WITHOUT_CONDITION = re.compile(rf"\b(?:{_WHOLE}|any time|any case|anybody|anyone|any)\b", re.IGNORECASE)
_CONDITION = re.compile(
    r"\b(?:if|unless|except|excluding|otherwise|only (?:if|after|when|once|upon|with|where|for)|provided|subject to|"
    r"depending|where (?:required|possible|permitted|necessary)|on request|limited|restricted|\w+ only(?=\W*$))\b",
    re.IGNORECASE,
)
_RESTRICTED = re.compile(r"\b(?:only|solely|exclusively|just)\b", re.IGNORECASE)
_NOT_YET = re.compile(
    r"\bnot (?:been |be )?yet (?:been |be )?(\w+)|\bnot (?:been )?(\w+) yet\b|\bpending (\w+)", re.IGNORECASE
)
_GENERAL = frozenset(["any", "anybody", "anyone", *_SHARE.needed])
_NEEDED = frozenset().union(_GENERAL, *(pair.needed for pair in _PAIRS))


def turned_words(answer: str, sentences: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield clauses of an answer with the clause of the quoted *sentences* that says the opposite, or less."""
    proofs = [clause for sentence in sentences for clause in clauses_of(sentence)]
    known = {clause.text for clause in proofs}
    waiting = [one for one in sentences if "yet" in one or "pending" in one]
    for sentence in sentences_of(answer):
        for clause in clauses_of(folded(sentence)):
            if clause.text in known:  # a copy is what is quoted
                continue
            yield from ((clause.text, one) for one in waiting if _is_done_too_soon(clause, one))
            words = spelled_in(clause.text)
            if opposite := "" if words.isdisjoint(_NEEDED) else _opposite_of(clause, proofs, words=words):
                yield clause.text, opposite


def _opposite_of(clause: Clause, proofs: Sequence[Clause], *, words: frozenset[str]) -> str:
    """Return the quoted clause near to one that says its opposite; a `not` on one side only turns it back."""
    near = [one.text for one in nearest(clause, proofs) if one.is_denied is clause.is_denied]
    for pair in (*_PAIRS, _SHARE):
        for opposite in _opposites(pair, clause.text, near) if words & pair.needed else ():
            return opposite
    drops = near and words & _GENERAL and all(_drops_condition(clause.text, one) for one in near)
    return near[0] if drops else ""


def _opposites(pair: _Pair, said: str, quoted: Sequence[str]) -> Iterator[str]:
    """Yield the quoted clauses that say the other side of a pair, where none says the same side."""
    for one, other in ((pair.one, pair.other), (pair.other, pair.one)):
        here = one.search(said)
        if here is None or other.search(said) or any(one.search(text) for text in quoted):
            continue
        for text in quoted:
            there = other.search(text)
            if there is not None and not (pair.may_swap and _are_swapped(said, here, text, there)):
                yield text


def _are_swapped(said: str, here: re.Match[str], quoted: str, there: re.Match[str]) -> bool:
    """Whether the sides have changed places: `they sign before they start`, `they start after they sign`."""
    left, right = stems(said[: here.start()]), stems(said[here.end() :])
    its_left, its_right = stems(quoted[: there.start()]), stems(quoted[there.end() :])
    return len(left & its_right) + len(right & its_left) > len(left & its_left) + len(right & its_right)


def _drops_condition(said: str, quoted: str) -> bool:
    """Whether it is said of everything, or for always, and quoted with a condition (`in one plan only`)."""
    is_general = _WITHOUT_CONDITION.search(said) and not _CONDITION.search(said) and not _RESTRICTED.search(said)
    return bool(is_general and _CONDITION.search(quoted) and not _WITHOUT_CONDITION.search(quoted))


def _is_done_too_soon(clause: Clause, sentence: str) -> bool:
    """Whether a clause says that something is done of which a sentence says `not yet`."""
    for found in _NOT_YET.finditer(sentence):
        awaited = stems(next(filter(None, found.groups())))
        is_denied = denials_in(clause.text) or re.search(
            r"\b(?:yet|pending|plan|will|expect)", clause.text, re.IGNORECASE
        )
        if awaited & clause.words and not is_denied and len(stems(sentence) & clause.words) > 1:
            return True
    return False
