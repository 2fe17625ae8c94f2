"""Which RFP a command is about: by id, the beginning of it, or `last`."""

from __future__ import annotations

from itertools import islice

import click

from domain.jobs.errors import InvalidInput, NotFound
from entrypoints.api.documents.rfps import RfpDocument
from entrypoints.places.place import Place

LAST = "last"
RFP_ID = click.argument("rfp_id", metavar="ID")
_HINT = "`antiphon rfp list` shows those there are"


def chosen_rfp(place: Place, words: str) -> RfpDocument:
    """
    Return the RFP that *words* name: its id, the unambiguous beginning of it, or `last` for the newest.

    Raises:
        NotFound: none fits.
        InvalidInput: several do.
    """
    said = words.strip().lower()
    if said == LAST:
        found = list(islice(place.rfps.all(), 1))
    elif not said or set(said) - set("0123456789abcdef-"):
        raise NotFound(f"{words[:60]!r} is no RFP's id, and not `last`; {_HINT}")
    else:
        found = list(islice(place.rfps.all(id_prefix=said[:36]), 2)) if len(said) <= 36 else []
    if not found:
        raise NotFound(f"there is no RFP {words[:60]}; {_HINT}")
    if len(found) > 1:
        raise InvalidInput(f"{words[:60]!r} begins the ids of several RFPs; give more of it")
    return found[0]
