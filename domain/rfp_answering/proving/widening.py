"""
More than is quoted: `all`, `every`, `always` and `guaranteed` where what is quoted says nothing of the kind.

`Administrators must` is no `all users must`, and a plan is no guarantee. Such a word needs a quoted sentence about the
same that says as much in some word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import frozen

from domain.rfp_answering.proving.negations import Clause, denials_in
from domain.rfp_answering.proving.spelled import spelled_in
from domain.rfp_answering.proving.stems import stems


@frozen(kw_only=True)
class _Claim:
    """Words that claim much, and those of which a quote needs one before they may be said; *words*: to look quickly."""

    claims: re.Pattern[str]
    warrants: re.Pattern[str]
    words: frozenset[str]


def _claim(claims: str, warrants: str, *, words: str) -> _Claim:
    return _Claim(
        claims=re.compile(rf"\b(?:{claims})\b", re.IGNORECASE),
        warrants=re.compile(rf"(?:\b(?:{warrants})\b)", re.IGNORECASE),
        words=frozenset(words.split()),
    )


_TIMES = r"(?:\d|other\b|(?:second|minute|hour|day|night|week|fortnight|month|quarter|year|morning|evening)s?\b)"
_EVERY = rf"(?:every|each)(?! (?:\w+ )?{_TIMES})|everyone|everybody|everything|everywhere|always|whole|entire|entirely"
_CLAIMS = (
    _claim(
        rf"(?<!at )(?<!above )all(?! other\b| year\b| in all\b| the more\b)|{_EVERY}|at any time|any time|unlimited|"
        r"without exception",
        rf"all(?! (?:other|year)\b)|{_EVERY}|any|anybody|anyone|complete|completely|full|fully|both|"
        r"no(?! (?:more|less|fewer|later|earlier|longer)\b)|none|not|never|nobody|only|exclusively|solely|throughout|"
        r"across|unlimited|24/7|mandatory|without|either|per|cannot|\w+n't|alle\w*|jede\w*|whenever|immer|tou\w+|chaque",
        words="all every each everyone everybody everything everywhere always whole entire entirely any unlimited "
        "without",
    ),
    _claim(
        r"guarantees?|guaranteed|warrants|irrevocabl[ey]|unconditional(?:ly)?",
        r"guarant\w+|warrant\w*|irrevocabl[ey]|unconditional(?:ly)?|commit\w*|undertake\w*|promise\w*|assure\w*|"
        r"ensure\w*|shall|must|bind\w*|bound|obliged|obligation|contractual\w*|agreed",
        words="guarantee guarantees guaranteed warrants irrevocable irrevocably unconditional unconditionally",
    ),
)
_OF_ALL = re.compile(r"\b(?:all|every|each)(?: of)?(?: (?:our|the|your|its|their))? (?P<what>[a-z]\w+)", re.IGNORECASE)
_LIMITS = (
    "at|in|on|with|without|from|for|of|above|over|below|under|who|whose|that|which|up to|more than|less than|only|may"
)
_AS_SUCH = re.compile(
    r"(?:(?:^|(?<=[,;:.]\s))(?:(?:the|our|your)\s)?|(?<=\bof\s)|(?<=\band\s))"
    rf"(?P<what>\w+)(?=\s(?:{_LIMITS})\b(?P<limit>(?:\s[\w-]+){{0,3}})|\s\w|[.,;]|$)",
    re.IGNORECASE,
)
"""A noun that nothing before it restricts, and what does behind it."""
_NEEDED = frozenset().union(*(one.words for one in _CLAIMS))


def widened(clauses: Sequence[Clause], sentences: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield clauses of an answer that claim more than the quoted *sentences* about the same, with one of these."""
    for clause in clauses:
        words = spelled_in(clause.text)
        for claim in () if words.isdisjoint(_NEEDED) or denials_in(clause.text) else _CLAIMS:
            near = _near(clause.words, sentences) if claim.claims.search(clause.text) else []
            is_of_all = claim is _CLAIMS[0] and _is_general(clause, near)
            if near and not is_of_all and not any(claim.warrants.search(one) for one in near):
                yield clause.text, near[0]


def _is_general(clause: Clause, sentences: Sequence[str]) -> bool:
    """Whether what it says of all of, a sentence says of those as such: `every order` and `Orders leave on Monday`."""
    whole = _OF_ALL.search(clause.text)
    of_what = stems(whole["what"]) if whole else frozenset[str]()
    return bool(of_what) and any(
        stems(found["what"]) == of_what and (not found["limit"] or stems(found["limit"]) <= clause.words)
        for sentence in sentences
        for found in _AS_SUCH.finditer(sentence)
    )


def _near(words: frozenset[str], sentences: Sequence[str]) -> list[str]:
    """Return the sentences that share most words with a clause."""
    shared = [len(words & stems(one)) for one in sentences]
    most = max(shared, default=0)
    return [one for one, count in zip(sentences, shared, strict=True) if count == most or count > 1] if most else []
