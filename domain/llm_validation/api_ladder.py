"""
The rungs of one API, in order: what each of them does.

Nothing is sent before what is written down has been found in order; nothing that costs tokens before the API let us in;
and nothing at all to an address that the installation may not call.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial

import attrs
from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.language_models.model import API_KEYS, ModelSpec, Provider
from domain.language_models.ports import LanguageModels, StreamingModels
from domain.language_models.use import Use
from domain.llm_validation.ladder import Step
from domain.llm_validation.questions import ask
from domain.llm_validation.rung import OPTIONAL, NotTestable, Passed, Rung
from domain.llm_validation.streaming import answered_in_pieces
from domain.llm_validation.ways import Way, Ways

Listing = Callable[[float], Passed | NotTestable]
"""Lists the API's models, refreshes what is known of them, and says what was found; gets the seconds that are left."""

_NO_MODEL = {
    Rung.CHAT: "no chat model of it is known: name one with `antiphon llm models NAME --add MODEL`",
    Rung.EMBEDDINGS: "no embedding model of it is known; add one if there is one to be used",
}
_SPENT = "the organization's tokens for checks are used up (ANTIPHON_PROBE_TOKENS); models are asked again tomorrow"


@frozen(kw_only=True)
class ApiLadder:
    """
    The ladder of one API.

    *spec* is the account's, whichever model it names. *chosen* says which of its models to ask for a use, as is known
    by then. *may_spend*: whether models may be asked at all today. *probes* are the opt-in rungs that are wanted.
    """

    spec: ModelSpec
    ways: Ways
    models: LanguageModels
    streams: StreamingModels
    listing: Listing
    chosen: Callable[[Sequence[Use]], str | None]
    may_spend: bool = True
    probes: Sequence[Rung] = ()

    def steps(self) -> Generator[Step]:
        """Yield the rungs, lowest first; each may need what the one before has found."""
        ways: list[Way] = []
        yield Step(rung=Rung.CONFIGURATION, climb=partial(self._configured, ways))
        way = ways[0]
        try:
            yield Step(rung=Rung.DNS, climb=lambda left_s: Passed(note=way.look_up(deadline_s=left_s)))
            yield Step(rung=Rung.TCP, climb=lambda left_s: Passed(note=way.connect(deadline_s=left_s)))
            yield Step(rung=Rung.TLS, climb=partial(_encrypted, way))
        finally:
            way.close()
        yield Step(rung=Rung.MODELS, climb=self.listing)
        yield self._asking(Rung.CHAT, (Use.CHAT, Use.JUDGE))
        yield self._asking(Rung.EMBEDDINGS, (Use.EMBEDDING,))
        for rung in OPTIONAL:
            if rung in self.probes:
                yield self._asking(rung, (Use.CHAT, Use.JUDGE))

    def _configured(self, ways: list[Way], _left_s: float) -> Passed:
        spec = self.spec
        if not spec.api_key and spec.is_at_home and spec.provider in API_KEYS:
            raise InvalidInput(
                f"api_key: none is named, and {spec.provider.value} needs one; name the secret that holds it, such as "
                f"{API_KEYS[spec.provider]}"
            )
        self.models.open(spec, connections=1).close()
        ways.append(self.ways.open(spec.address))
        return Passed(note=f"the address is valid, the key {'is there' if spec.api_key else 'is not needed'}")

    def _asking(self, rung: Rung, uses: Sequence[Use]) -> Step:
        model = self.chosen(uses)
        if rung is Rung.EMBEDDINGS and self.spec.provider is Provider.ANTHROPIC:
            return Step(rung=rung, climb=lambda _: NotTestable(reason="the provider has no embeddings"))
        if model is None:
            reason = _NO_MODEL.get(rung, _NO_MODEL[Rung.CHAT])
            return Step(rung=rung, climb=lambda _: NotTestable(reason=reason))
        if not self.may_spend:
            return Step(rung=rung, climb=lambda _: NotTestable(reason=_SPENT))
        spec = attrs.evolve(self.spec, model=model)
        if rung is Rung.STREAMING:
            climb = partial(_streamed, self.streams, spec)
            return Step(rung=rung, model=model, climb=climb)
        return Step(rung=rung, model=model, climb=lambda left_s: ask(self.models, spec, rung, deadline_s=left_s))


def _streamed(streams: StreamingModels, spec: ModelSpec, left_s: float) -> Passed:
    return answered_in_pieces(streams, spec, deadline_s=left_s)


def _encrypted(way: Way, left_s: float) -> Passed | NotTestable:
    found = way.shake_hands(deadline_s=left_s)
    if found is None:
        return NotTestable(reason="the address is http: nothing is encrypted there")
    return Passed(note=found)
