"""
Conditions that an answer drops: `granted if the fee is paid in advance` is no promise of a discount.

A part of a quoted sentence that says `if`, `only with`, `subject to` has a condition and what depends on it. An answer
that says what depends has to say a word of the condition, too, or some condition; which one, nobody understands here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from attrs import frozen

from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.sentences import sentences_of
from domain.rfp_answering.proving.spelled import spelled_in
from domain.rfp_answering.proving.stems import stems

_MARKS = (
    r"(?:only\s)?(?:if|unless|provided(?:\sthat)?|providing\sthat|subject\sto|conditional\s(?:up)?on|"
    r"contingent\s(?:up)?on|as\slong\sas|on\s(?:the\s)?condition\sthat|assuming\sthat|in\sthe\sevent)|"
    r"only\s(?:after|when|once|upon|with|where|on|following|to\sthe\sextent)|"
    r"(?:up)?on\srequest|at\s(?:the\s)?(?:\w+'s?\s)?request|with\sprior|"
    r"where\s(?:required|possible|permitted|necessary|applicable)"
)
_CONDITION = re.compile(rf"\b(?:{_MARKS})\b", re.IGNORECASE)
_ANSWERED = re.compile(
    rf"\b(?:{_MARKS}|only|except|excluding|otherwise|depend\w*|requir\w*|request\w*|agree\w*|consent\w*|optional\w*|"
    r"when|once|where|after|before|until|in\scase)\b",
    re.IGNORECASE,
)
"""What an answer says that does not keep a condition from its reader."""
_PART = re.compile(r"[;:|]\s|(?:,\s)?\b(?:and|but|while|whereas|although|however)\b", re.IGNORECASE)
_NEEDED_WORDS = """
if unless provided providing subject conditional contingent long condition assuming event after when once upon
with where on following extent request prior
"""
_NEEDED = frozenset(_NEEDED_WORDS.split())
FEWEST_SHARED = 2
"""Words that an answer must share with what depends on a condition before it says that."""


@frozen(kw_only=True)
class _Conditional:
    """The words of a part of a sentence: of its *condition*, and of what *depends* on it."""

    text: str
    condition: frozenset[str]
    depends: frozenset[str]

    def is_said_by(self, words: frozenset[str]) -> bool:
        shared = len(words & self.depends)
        return shared >= FEWEST_SHARED and 2 * shared >= min(len(words), len(self.depends))


def dropped_conditions(answer: str, sentences: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield sentences of an answer with the part of the quoted *sentences* whose condition it does not say."""
    conditionals = [one for sentence in sentences for one in _conditionals(sentence)]
    if not conditionals or _ANSWERED.search(answer):
        return
    said = stems(answer)
    for conditional in conditionals:
        if conditional.condition & said:
            continue
        for sentence in sentences_of(answer):
            if conditional.is_said_by(stems(sentence)):
                yield folded(sentence), conditional.text


@lru_cache(maxsize=512)
def _conditionals(sentence: str) -> tuple[_Conditional, ...]:
    """Return the parts of a folded sentence that have a condition."""
    if spelled_in(sentence).isdisjoint(_NEEDED) or not _CONDITION.search(sentence):
        return ()
    return tuple(one for part in _PART.split(sentence) if (one := _conditional(part)) is not None)


def _conditional(part: str) -> _Conditional | None:
    mark = _CONDITION.search(part)
    if mark is None:
        return None
    before, behind = part[: mark.start()], part[mark.start() :]
    if not stems(before):  # it leads: `If it fails, a credit is due`
        behind, _comma, before = behind.partition(",")
    depends = stems(before)
    return _Conditional(text=part.strip(), condition=stems(behind) - depends, depends=depends)
