"""
How much a text overlaps with others, by its n-grams of words: ROUGE-N, BLEU, GLEU; from 0 to 1.

All ignore case. ROUGE parts words from punctuation; BLEU and GLEU take what stands between spaces.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

_ORDERS = range(1, 5)
_SMOOTHED = 1e-7
_ROUGE_TOKEN = re.compile(r"\w+|[^\w\s]")

NGrams = Counter[tuple[str, ...]]


def rouge_n(answer: str, reference: str, *, n: int = 1) -> float:
    """
    Return the share of the reference's n-grams that the answer has, each counted as often as it is in both.

    Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries", section 2 (recall).

    >>> rouge_n("Hello, world!", "hello brave world")
    0.6666666666666666
    """
    wanted = _ngrams(_ROUGE_TOKEN.findall(reference.lower()), n)
    found = _ngrams(_ROUGE_TOKEN.findall(answer.lower()), n)
    return (wanted & found).total() / wanted.total() if wanted else 0.0


def bleu(answer: str, references: Sequence[str]) -> float:
    """
    Return BLEU of one answer: the geometric mean of its n-gram precisions (n from 1 to 4) by a penalty for brevity.

    Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation", sections 2.1 to 2.3. A
    precision of zero counts as 1e-7, also where the answer is too short for n-grams of four words; so one of three
    words has next to nothing. References without words are left out.
    """
    words = answer.lower().split()
    wanted = [split for split in (reference.lower().split() for reference in references) if split]
    if not words or not wanted:
        return 0.0
    logs = [math.log(_precision(words, wanted, n) or _SMOOTHED) for n in _ORDERS]
    return _brevity(len(words), [len(each) for each in wanted]) * math.exp(sum(logs) / len(logs))


def gleu(answer: str, references: Sequence[str]) -> float:
    """
    Return the smaller of precision and recall over all n-grams (n from 1 to 4), for the best of the references.

    Wu et al. 2016, "Google's Neural Machine Translation System", section 4.3. Full stops at the end of words don't
    count.

    >>> gleu("the cat sat", ["the cat slept"])
    0.5
    """
    words = _without_stops(answer)
    return max((_gleu(words, _without_stops(reference)) for reference in references), default=0.0)


def _gleu(words: list[str], wanted: list[str]) -> float:
    found, expected = _all_ngrams(words), _all_ngrams(wanted)
    larger = max(found.total(), expected.total())
    return (found & expected).total() / larger if larger else 0.0


def _precision(words: list[str], references: Sequence[list[str]], n: int) -> float:
    found = _ngrams(words, n)
    allowed: NGrams = Counter()
    for reference in references:
        allowed |= _ngrams(reference, n)
    return (found & allowed).total() / found.total() if found else 0.0


def _brevity(length: int, references: Sequence[int]) -> float:
    closest = min(references, key=lambda reference: (abs(reference - length), reference))
    return 1.0 if length >= closest else math.exp(1 - closest / length)


def _without_stops(text: str) -> list[str]:
    return [word for word in (word.rstrip(".") for word in text.lower().split()) if word]


def _all_ngrams(words: list[str]) -> NGrams:
    together: NGrams = Counter()
    for n in _ORDERS:
        together.update(_ngrams(words, n))
    return together


def _ngrams(words: Sequence[str], n: int) -> NGrams:
    return Counter(zip(*(words[start:] for start in range(n)), strict=False))
