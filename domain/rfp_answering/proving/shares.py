"""
Which of several numbers belongs to what: `12 weeks for full backups, 14 days for incremental ones`, exchanged.

A sentence with several numbers of one kind is cut into a share for each. A number of the answer is exchanged where the
words beside it are those of another number's share alone, and none is of its own. Nothing is understood: where shares
have nothing in common, and neither leans on the other, they are about different things, and nothing is concluded.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache

from attrs import frozen

from domain.rfp_answering.proving.dates import Date
from domain.rfp_answering.proving.labels import is_label
from domain.rfp_answering.proving.quantities import Quantity
from domain.rfp_answering.proving.stated import Stated
from domain.rfp_answering.proving.stems import stems

_END = re.compile(r"[.!?]\s")
_STRONG_BORDER = re.compile(r";\s")
_BORDER = re.compile(r"[,:|(]\s?(?!\d)|\s[|*-]\s|\b(?:and|but|while|whereas|of which|of whom|und|et)\b", re.IGNORECASE)
_VERB = re.compile(r"\b(?:is|are|was|were|be|been|has|have|had|will|may|must|shall|can|does|do)\b", re.IGNORECASE)
_LABELLED = re.compile(r"\b([a-z]{4,})\s(\d{1,2})\b(?!\s?[%°])", re.IGNORECASE)
_JOINED = re.compile(r"\s*(?:-|to|and|or|/|,|bis|und|oder)\s*", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_TIMES = frozenset(
    "second minute hour day week fortnight month quarter year".split()  # noqa: SIM905
)
_EXCHANGED_BACK = re.compile(r"\brespectively\b", re.IGNORECASE)
STRONG = 2
"""Words of another share alone that say enough where the two shares have nothing in common."""
MOST_PLACES, MOST_RIVALS = 20, 50
"""How often a number is looked for, and beside how many others: a list of thousands takes no minutes."""


@frozen(kw_only=True)
class Share:
    """
    A number, date or rate and what is said of it, *before* and *behind*.

    *place*: the number of its sentence, and where it begins; numbers of one range have one place.
    """

    measure: Quantity | Date
    before: str
    behind: str
    place: tuple[int, int]

    @property
    def kind(self) -> str:
        """What its number can be exchanged for."""
        return _kind(self.measure)

    @property
    def keys(self) -> frozenset[Decimal | str]:
        """What its number may be written as: what states it has one of these."""
        return frozenset(["date"]) if isinstance(self.measure, Date) else frozenset(self.measure.values)

    def is_stated_by(self, other: Share) -> bool:
        """Return whether another share's number is the same, or says it."""
        mine, its = self.measure, other.measure
        if isinstance(mine, Date):
            return isinstance(its, Date) and mine.is_stated_by(its)
        return isinstance(its, Quantity) and mine.is_stated_by(its)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that are said of it, labels (`phase 1`) and years among them."""
        return _words(f"{self.before} {self.behind}")

    @cached_property
    def opening(self) -> frozenset[str]:
        """Those before the number."""
        return _words(self.before)

    @cached_property
    def verbs(self) -> frozenset[str]:
        """The one behind a verb, which the next share may leave out: `A is cleaned daily, B weekly`."""
        verb = _VERB.search(self.before)
        return _words(self.before[verb.end() :].lstrip().partition(" ")[0]) if verb else frozenset()

    @cached_property
    def has_verb(self) -> bool:
        """Whether it is a sentence by itself, as far as a few verbs tell."""
        return bool(_VERB.search(f"{self.before} {self.behind}"))


def exchanged(said: Stated, proofs: Sequence[Stated]) -> Iterator[str]:
    """Yield what is wrong with numbers of an answer whose words belong to another number wherever they are quoted."""
    if _EXCHANGED_BACK.search(said.text):
        return
    if any(said.text in proof.text for proof in proofs):  # a copy says it of the same
        return
    several = any(len(_measures(proof)) > 1 for proof in proofs)
    own = shares_of(said) if several else ()
    places = _places([shares_of(proof) for proof in proofs]) if own else {}
    for share in own:
        if words := _taken_everywhere(share, places):
            said_of = ", ".join(sorted(words))
            written = _written(share.measure)
            yield f"the answer says {written} of {said_of!r}, and what is quoted says it of something else"


def _places(quoted: Sequence[tuple[Share, ...]]) -> Mapping[Decimal | str, Sequence[tuple[Share, Sequence[Share]]]]:
    """Return the shares of quotes by what their numbers may be written as, each with the shares beside it."""
    found: dict[Decimal | str, list[tuple[Share, Sequence[Share]]]] = {}
    for shares in quoted:
        by_kind: dict[str, list[Share]] = {}
        for share in shares:
            by_kind.setdefault(share.kind, []).append(share)
        for share in shares:
            for key in share.keys:
                found.setdefault(key, []).append((share, by_kind[share.kind]))
    return found


def _taken_everywhere(
    share: Share, places: Mapping[Decimal | str, Sequence[tuple[Share, Sequence[Share]]]]
) -> frozenset[str]:
    """Return words of a share that are said of another number wherever its own is quoted; none if not so somewhere."""
    stating = ((own, beside) for key in share.keys for own, beside in places.get(key, ()) if share.is_stated_by(own))
    taken = frozenset[str]()
    for own, beside in itertools.islice(stating, MOST_PLACES):
        taken = _taken_from(share, own, among=beside)
        if not taken:
            break
    return taken


def _measures(stated: Stated) -> list[Quantity | Date]:
    """Return the numbers, dates and rates of a text, by place."""
    return sorted((*stated.quantities, *stated.dates, *stated.rates), key=lambda one: one.start)


@lru_cache(maxsize=256)
def shares_of(stated: Stated) -> tuple[Share, ...]:
    """Return the shares of a folded text, sentence by sentence."""
    found: list[Share] = []
    measures = _measures(stated)
    for number, (start, end) in enumerate(_sentences(stated.text)):
        here = [one for one in measures if start <= one.start < end]
        said = [one for one in here if not _is_part_of_a_name(one, stated.text)]
        for kind in dict.fromkeys(map(_kind, said)):
            of_kind = [one for one in said if _kind(one) == kind]
            found += _shares(stated.text, start, end, of_kind, sentence=number)
    return tuple(found)


def _is_part_of_a_name(one: Quantity | Date, text: str) -> bool:
    """Whether it is a year, an ordinal, a label, or the end of a word (`eu-west-1`): of what, and not how much."""
    if isinstance(one, Date):
        return False
    if one.unit == "th" or text[one.start - 1 : one.start] == "-":
        return True
    return bool(_YEAR.fullmatch(text, one.start, one.end)) or (not one.unit and is_label(text, one.start))


def _kind(one: Quantity | Date) -> str:
    """What can be exchanged for another of it: a unit, any length of time, any date, or how often something is."""
    if isinstance(one, Date):
        return "date"
    if one.unit.startswith("every "):
        return "rate"
    return "time" if one.unit in _TIMES else one.unit


def _written(one: Quantity | Date) -> str:
    return one.text if isinstance(one, Date) else one.written


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in _END.finditer(text):
        yield start, end.start()
        start = end.end()
    yield start, len(text)


def _shares(text: str, start: int, end: int, here: Sequence[Quantity | Date], *, sentence: int) -> Iterator[Share]:
    cuts = [start]
    for one, other in itertools.pairwise(here):
        if _JOINED.fullmatch(text, one.end, other.start):  # `2 to 6 hours` is said of one thing
            cuts.append(cuts[-1])
            continue
        strong = _STRONG_BORDER.search(text, one.end, other.start)
        border = strong or _BORDER.search(text, one.end, other.start)
        cuts.append(border.end() if border else other.start)
    for one, begin in zip(here, cuts, strict=True):
        until = next((cut for cut in cuts if cut > begin), end)
        before, behind = text[begin : one.start], text[one.end : until]
        yield Share(measure=one, before=before, behind=behind, place=(sentence, begin))


def _words(text: str) -> frozenset[str]:
    labelled = {f"{found[1].lower()} {found[2]}" for found in _LABELLED.finditer(text)}
    return stems(text) | labelled | set(_YEAR.findall(text))


def _taken_from(share: Share, own: Share, *, among: Sequence[Share]) -> frozenset[str]:
    """Return the words of a share of the answer that stand beside other numbers than its *own* one alone."""
    rivals = (one for one in among if one is not own and _is_rival(one, own))
    for rival in itertools.islice(rivals, MOST_RIVALS):
        mine, its = own.words - rival.words, rival.words - own.words
        if rival.place[0] == own.place[0]:
            mine, its = _without_shared_opening(own, rival, mine, its)
        taken = its & share.words
        is_clear = taken if _are_alike(own, rival) else len(taken) >= STRONG
        if own.words and is_clear and not mine & share.words:
            return taken
    return frozenset()


def _without_shared_opening(
    own: Share, rival: Share, mine: frozenset[str], its: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """What stands before the first number is said of all those that follow without words of their own before them."""
    if not own.opening:
        return mine, its - rival.opening
    if rival.opening:
        return (mine - own.verbs, its) if own.has_verb and not rival.has_verb else (mine, its)
    return mine - own.opening, its


def _is_rival(one: Share, other: Share) -> bool:
    return one.place != other.place and not one.is_stated_by(other)


def _are_alike(own: Share, rival: Share) -> bool:
    if own.place[0] != rival.place[0]:
        return len(own.words & rival.words) >= STRONG
    leans = not own.opening or not rival.opening or own.has_verb != rival.has_verb
    return bool(own.words & rival.words) or leans
