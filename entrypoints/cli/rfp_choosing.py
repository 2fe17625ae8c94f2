"""Which RFP or summary a command is about: by id, the beginning of it, or `last`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeVar

import click
from attrs import frozen

from domain.jobs.errors import InvalidInput, NotFound
from entrypoints.api.documents.rfp_summaries import InformationDocumentDocument
from entrypoints.api.documents.rfps import RfpDocument
from entrypoints.places.place import Place

T = TypeVar("T")
LAST = "last"
LONGEST_ID = 36
NO_RFPS = "no RFPs yet; `antiphon rfp import FILE` hands one in"
NO_SUMMARIES = "no summaries yet; `antiphon rfp summarize FILE` makes one"
RFP_ID = click.argument("rfp_id", metavar="ID")
SUMMARY_ID = click.argument("summary_id", metavar="ID")


def chosen_rfp(place: Place, words: str) -> RfpDocument:
    """
    Return the RFP that *words* name: its id, the unambiguous beginning of it, or `last` for the newest.

    Raises:
        NotFound: none fits.
        InvalidInput: several do.
    """
    return _chosen(words, lambda start: place.rfps.all(id_prefix=start), what=_RFPS)


def chosen_summary(place: Place, words: str) -> InformationDocumentDocument:
    """Return the summarized document that *words* name. Raises as `chosen_rfp`."""
    return _chosen(words, lambda start: place.rfp_summaries.all(id_prefix=start), what=_SUMMARIES)


@frozen(kw_only=True)
class _Things:
    """What one is called, and several; how they are listed; and what to say where there are none at all."""

    one: str
    several: str
    hint: str
    none: str


_RFPS = _Things(one="RFP", several="RFPs", hint="`antiphon rfp list` shows those there are", none=NO_RFPS)
_SUMMARIES = _Things(
    one="summary", several="summaries", hint="`antiphon rfp summaries` shows those there are", none=NO_SUMMARIES
)


def _chosen(words: str, beginning: Callable[[str], Iterable[T]], *, what: _Things) -> T:
    said = words.strip().lower()
    is_id = 0 < len(said) <= LONGEST_ID and not set(said) - set("0123456789abcdef-")
    found = list(islice(beginning("" if said == LAST else said), 2)) if is_id or said == LAST else []
    if not found and not list(islice(beginning(""), 1)):
        raise NotFound(what.none)
    if not found:
        what_it_is = (
            f"there is no {what.one} {said}" if is_id else f"{words[:60]!r} is no {what.one}'s id, and not `last`"
        )
        raise NotFound(f"{what_it_is}; {what.hint}")
    if len(found) > 1 and said != LAST:
        raise InvalidInput(f"{said!r} begins the ids of several {what.several}; give more of it")
    return found[0]
