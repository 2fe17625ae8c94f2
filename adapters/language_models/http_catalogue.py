"""The `ModelCatalogue` port over HTTP: the pages of a provider's list, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import attrs
from attrs import field, frozen

from adapters.http.call import HttpCall
from adapters.http.exchange import Reply
from adapters.http.reading import NotJson, ReplyReader
from adapters.http.url import Url
from adapters.language_models.failures import refusal
from adapters.language_models.json_values import mapping
from adapters.language_models.listings import Listing, NoListing, Page
from domain.jobs.errors import FailureKind, ItemFailure, PermanentFailure
from domain.language_models.model import ModelSpec, Provider
from domain.language_models.ports import ListedModel

MOST_PAGES = 50
MOST_MODELS = 10_000
LONGEST_NAME = 500
_NO_SUCH_PLACE = (404, 405, 501)


@frozen(kw_only=True)
class HttpModelCatalogue:
    """An account's list of models; *parse* makes a URL of what the listing says, with secrets filled in."""

    spec: ModelSpec
    _call: HttpCall
    _listing: Listing
    _parse: Callable[[str], Url] = field(repr=False)

    def list(self, *, deadline_s: float) -> tuple[ListedModel, ...]:
        """Return all models, page by page, within one deadline."""
        ends = monotonic() + deadline_s
        found: dict[str, ListedModel] = {}
        after, seen = "", set[str]()
        while after not in seen:  # a list that goes round in a circle has an end
            seen.add(after)
            page = self._page(after, deadline_s=ends - monotonic())
            found |= {model.name: model for model in page.models if len(model.name) <= LONGEST_NAME}
            after = page.after
            if not after:
                return tuple(found.values())
            if len(seen) >= MOST_PAGES or len(found) > MOST_MODELS:
                break
        reader = ReplyReader(self._call)
        raise reader.bad(f"the list of models has no end: {len(found)} models on {len(seen)} pages, and more are said")

    def close(self) -> None:
        """Close the connections."""
        self._call.connections.close()

    def _page(self, after: str, *, deadline_s: float) -> Page:
        if deadline_s <= 0:
            raise PermanentFailure(f"{self._call.shown}: no time was left for it", kind=FailureKind.TIMED_OUT)
        call = attrs.evolve(self._call, url=self._parse(self._listing.url(self.spec, after=after)))
        reply = call.send(None, variables={}, deadline_s=deadline_s)
        if not reply.is_success:
            raise self._refusal(reply, call)
        reader = ReplyReader(call)
        body = reader.text(reply)
        try:
            data = reader.json(body, reply=reply)
            if mapping(data).get("error"):  # gateways say so with status 200
                raise refusal(reply, call=call)
            return self._listing.page(data)
        except NotJson as error:
            problem = f"the list of models is {error}"
        except NoListing as error:
            problem = str(error)
        raise reader.bad(f"{reader.excerpt(problem)}; it starts with: {reader.excerpt(body)}")

    def _refusal(self, reply: Reply, call: HttpCall) -> ItemFailure:
        if reply.status not in _NO_SUCH_PLACE:
            return refusal(reply, call=call)
        if self.spec.provider is Provider.AZURE:
            return PermanentFailure(
                f"{call.shown}: HTTP {reply.status}: this resource lists no deployments; add each by hand",
                kind=FailureKind.BAD_INPUT,
            )
        return PermanentFailure(
            f"{call.shown}: HTTP {reply.status}: there is no list of models; check the base URL (many end in /v1), or "
            "add models by hand",
            kind=FailureKind.REFUSED,
        )
