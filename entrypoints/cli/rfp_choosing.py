"""Which RFP or summary a command is about: by id, the beginning of it, or `last`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeVar

import click

from domain.jobs.errors import InvalidInput, NotFound
from entrypoints.api.documents.rfp_summaries import InformationDocumentDocument
from entrypoints.api.documents.rfps import RfpDocument
from entrypoints.places.place import Place

T = TypeVar("T")
LAST = "last"
RFP_ID = click.argument("rfp_id", metavar="ID")
SUMMARY_ID = click.argument("summary_id", metavar="ID")


def chosen_rfp(place: Place, words: str) -> RfpDocument:
    """
    Return the RFP that *words* name: its id, the unambiguous beginning of it, or `last` for the newest.

    Raises:
        NotFound: none fits.
        InvalidInput: several do.
    """
    hint = "`antiphon rfp list` shows those there are"
    return _chosen(words, lambda start: place.rfps.all(id_prefix=start), what=("RFP", "RFPs"), hint=hint)


def chosen_summary(place: Place, words: str) -> InformationDocumentDocument:
    """Return the summarized document that *words* name. Raises as `chosen_rfp`."""
    hint = "`antiphon rfp summaries` shows those there are"
    every = place.rfp_summaries
    return _chosen(words, lambda start: every.all(id_prefix=start), what=("summary", "summaries"), hint=hint)


def _chosen(words: str, beginning: Callable[[str], Iterable[T]], *, what: tuple[str, str], hint: str) -> T:
    said, (one, several) = words.strip().lower(), what
    if said == LAST:
        found = list(islice(beginning(""), 1))
    elif not said or set(said) - set("0123456789abcdef-"):
        raise NotFound(f"{words[:60]!r} is no {one}'s id, and not `last`; {hint}")
    else:
        found = list(islice(beginning(said[:36]), 2)) if len(said) <= 36 else []
    if not found:
        raise NotFound(f"there is no {one} {words[:60]}; {hint}")
    if len(found) > 1:
        raise InvalidInput(f"{words[:60]!r} begins the ids of several {several}; give more of it")
    return found[0]
