"""Contract of the LLM registry's rows: memory, SQLite, Postgres."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.errors import Conflict, NotFound
from domain.language_models.price import Price
from domain.language_models.use import Capability, Use
from domain.limits.limit import CallLimits
from domain.llm_validation.llm_model import ModelOrigin, ModelPlace
from domain.llm_validation.ports import Registry
from tests.contract.building import THEM, US, after
from tests.contract.conftest import POSTGRES, SQLITE
from tests.contract.registering import a_model, an_api, place_of, registered, registry_of


@pytest.fixture(params=[pytest.param("memory", id="memory"), SQLITE, POSTGRES])
def registry(request: pytest.FixtureRequest) -> Registry:
    """Every place the registry is kept in, empty."""
    return registry_of(request)


def test_an_api_is_kept_with_all_it_says(registry: Registry) -> None:
    """Also its limits: all jobs of the organization keep to what is read here."""
    limits = CallLimits(concurrency=3, requests_per_minute=60, tokens_per_minute=5_000_000_000)
    api = attrs.evolve(an_api(), limits=limits, is_active=False, updated_at=after(5))
    registered(registry, api)

    with registry.view(US) as work:
        assert work.apis.get(api.id) == api
        assert work.apis.named(api.name) == api
        assert work.apis.named(api.name.upper()) is None


def test_a_model_is_kept_with_all_it_says(registry: Registry) -> None:
    """What it can do and costs decides where it is used and what a run says it has cost."""
    api = an_api()
    model = attrs.evolve(
        a_model(api, "org/large:free"),
        capabilities=frozenset({Capability.CHAT, Capability.JSON_SCHEMA}),
        context_length=1_000_000,
        price=Price(input=0.25, output=2, cached_input=0.025),
        origin=ModelOrigin.DISCOVERED,
        missing_since=after(9),
    )
    registered(registry, api, models=(model, a_model(api, "bare")))

    with registry.view(US) as work:
        assert work.models.find(place_of(model)) == model
        assert work.models.of(api.id) == [a_model(api, "bare"), model]
        assert work.models.find(ModelPlace(api_id=api.id, model="none")) is None


def test_apis_are_listed_by_name_and_organization(registry: Registry) -> None:
    """Another organization's accounts are none of anybody's business, and may have the same names."""
    second, first = an_api(1, name="zeta"), an_api(2, name="alpha")
    theirs = an_api(3, name="alpha", tenant=THEM)
    registered(registry, second, first, models=(a_model(second), a_model(first)))
    registered(registry, theirs)

    with registry.view(US) as work:
        assert work.apis.all() == [first, second]
        assert work.models.all() == [a_model(second), a_model(first)]
        with pytest.raises(NotFound, match="no LLM API"):
            work.apis.get(theirs.id)


def test_a_name_is_given_once(registry: Registry) -> None:
    """A reference names an API by it: two of one name would be a guess."""
    registered(registry, an_api(1, name="main"), an_api(2, name="other"))

    with registry.begin(US) as work, pytest.raises(Conflict, match="'main' is there already"):
        work.apis.add(an_api(3, name="main"))
    with registry.begin(US) as work, pytest.raises(Conflict, match="'main' is there already"):
        work.apis.put(an_api(2, name="main"))


def test_a_changed_api_is_stored_in_place_and_a_removed_one_is_not(registry: Registry) -> None:
    """Somebody may have removed it meanwhile: a change must not bring it back."""
    api = an_api()
    registered(registry, api)
    changed = attrs.evolve(api, name="renamed", base_url="", limits=CallLimits(concurrency=1), updated_at=after(1))

    with registry.begin(US) as work:
        assert work.apis.get(api.id, lock=True) == api
        work.apis.put(changed)
        with pytest.raises(NotFound):
            work.apis.put(an_api(2))
        work.commit()

    with registry.view(US) as work:
        assert work.apis.all() == [changed]


def test_a_model_that_is_put_again_keeps_the_time_it_was_created_at(registry: Registry) -> None:
    """Each refresh of the list puts it again."""
    api = an_api()
    registered(registry, api, models=(a_model(api),))
    newer = attrs.evolve(a_model(api, created_at=after(50)), context_length=8)

    with registry.begin(US) as work:
        work.models.put(newer)
        work.commit()

    with registry.view(US) as work:
        assert work.models.of(api.id) == [attrs.evolve(newer, created_at=a_model(api).created_at)]


def test_a_model_needs_its_api(registry: Registry) -> None:
    """A list that comes after the API was removed leaves nothing behind."""
    with registry.begin(US) as work, pytest.raises(NotFound, match="no LLM API"):
        work.models.put(a_model(an_api()))


def test_an_api_goes_with_its_models(registry: Registry) -> None:
    """A model without an account can't be called."""
    gone, kept = an_api(1), an_api(2)
    registered(registry, gone, kept, models=(a_model(gone), a_model(kept)))

    with registry.begin(US) as work:
        work.apis.remove(gone.id)
        work.commit()

    with registry.begin(US) as work:
        assert work.models.all() == [a_model(kept)]
        assert work.models.remove(place_of(a_model(kept))) is True
        assert work.models.remove(place_of(a_model(kept))) is False
        with pytest.raises(NotFound):
            work.apis.remove(gone.id)


def test_each_use_has_one_default(registry: Registry) -> None:
    """`llm:default` must mean one thing."""
    api = an_api()
    first, second = a_model(api, "first"), a_model(api, "second")
    registered(registry, api, models=(first, second))

    with registry.begin(US) as work:
        work.defaults.put(Use.CHAT, place_of(first))
        work.defaults.put(Use.JUDGE, place_of(first))
        work.defaults.put(Use.CHAT, place_of(second))
        work.commit()

    with registry.begin(US) as work:
        assert work.defaults.all() == {Use.CHAT: place_of(second), Use.JUDGE: place_of(first)}
        assert work.defaults.remove(Use.JUDGE) is True
        assert work.defaults.remove(Use.JUDGE) is False
        assert work.defaults.all() == {Use.CHAT: place_of(second)}


def test_a_default_holds_its_model_and_the_models_api(registry: Registry) -> None:
    """Otherwise the night's run would be the first to notice that its judge is gone."""
    api = an_api()
    model = a_model(api)
    registered(registry, api, models=(model,))
    with registry.begin(US) as work:
        work.defaults.put(Use.JUDGE, place_of(model))
        work.commit()

    with registry.begin(US) as work, pytest.raises(Conflict, match="default"):
        work.models.remove(place_of(model))
    with registry.begin(US) as work, pytest.raises(Conflict, match="default"):
        work.apis.remove(api.id)


def test_a_default_is_a_model_that_is_there(registry: Registry) -> None:
    """Anything else would be refused when it is needed, hours later."""
    api = an_api()
    registered(registry, api)

    with registry.begin(US) as work, pytest.raises(NotFound, match="no model 'none'"):
        work.defaults.put(Use.CHAT, ModelPlace(api_id=api.id, model="none"))


def test_what_is_not_committed_did_not_happen(registry: Registry) -> None:
    """Half a change of an account is worse than none."""
    api = an_api()
    registered(registry, api, models=(a_model(api),))

    with registry.begin(US) as work:
        work.models.put(a_model(api, "another"))
        work.defaults.put(Use.CHAT, place_of(a_model(api)))
        work.apis.put(attrs.evolve(api, name="renamed"))

    with registry.view(US) as work:
        assert work.apis.all() == [api]
        assert work.models.all() == [a_model(api)]
        assert work.defaults.all() == {}
        with pytest.raises(RuntimeError, match="read-only"):
            work.commit()
