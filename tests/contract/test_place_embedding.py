"""`antiphon library models`, `embed` and `auto-embed`, wherever they act."""

from __future__ import annotations

import pytest

from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.organizations.errors import Forbidden
from domain.tenancy import READ
from entrypoints.api.documents.embedding import LibrarySettingsChange, NewEmbeddingModel, StartEmbedding
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.places import place_over

UNKNOWN = "00000000-0000-4000-8000-0000000000ff"


def test_a_model_is_tried_added_used_and_removed(place: Place) -> None:
    """What it is, and how long its vectors are, is known before anything is embedded with it."""
    assert list(place.embedding.models()) == []
    assert place.embedding.settings().model is None

    added = place.embedding.add(NewEmbeddingModel(model="scripted:one", name="mine", document_prefix="passage: "))
    assert (added.name, added.model, added.dimensions, added.is_in_use) == ("mine", "scripted:one", 16, False)
    assert place.embedding.change(LibrarySettingsChange(model="mine")).model == "mine"
    with pytest.raises(Conflict, match="in use"):
        place.embedding.remove("mine")
    assert place.embedding.change(LibrarySettingsChange(model="lexical-hash")).model == "lexical-hash"
    place.embedding.remove(added.id)

    [left] = place.embedding.models()
    assert (left.name, left.is_lexical, left.is_in_use) == ("lexical-hash", True, True)


@pytest.mark.parametrize(
    "words",
    [
        NewEmbeddingModel(model="nobody:knows"),
        NewEmbeddingModel(model="anthropic:claude-haiku-4-5", api_key=""),
        NewEmbeddingModel(model="local:../etc"),
        NewEmbeddingModel(model="llm:nobody/knows"),
        NewEmbeddingModel(model="lexical-hash", query_prefix="query: "),
        NewEmbeddingModel(model="openai-compatible:x", api_key=""),
        NewEmbeddingModel(model="openai-compatible:x", base_url="http://169.254.169.254/v1", api_key=""),
    ],
)
def test_what_can_not_be_used_is_refused_before_it_is_stored(place: Place, words: NewEmbeddingModel) -> None:
    """A model that does not work would fail every document, each by itself."""
    with pytest.raises(InvalidInput):
        place.embedding.add(words)
    assert list(place.embedding.models()) == []


def test_a_name_is_taken_once(place: Place) -> None:
    """`models use NAME` means one."""
    place.embedding.add(NewEmbeddingModel(model="scripted:one"))
    with pytest.raises(Conflict, match="--name"):
        place.embedding.add(NewEmbeddingModel(model="scripted:one"))


def test_unknown_models_are_not_found(place: Place) -> None:
    """Each of the moves says so, and changes nothing."""
    for attempt in (
        lambda: place.embedding.change(LibrarySettingsChange(model="nobody")),
        lambda: place.embedding.remove("nobody"),
        lambda: place.embedding.start(StartEmbedding(model="nobody")),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert place.embedding.settings().auto_embed


def test_new_documents_are_embedded_by_themselves_or_not(place: Place) -> None:
    """One organization's choice."""
    assert not place.embedding.change(LibrarySettingsChange(auto_embed=False)).auto_embed
    assert not place.embedding.settings().auto_embed
    assert place.embedding.change(LibrarySettingsChange(auto_embed=True)).auto_embed


def test_embedding_is_a_job(place: Place) -> None:
    """Accepted once for one key, and refused where nothing could come of it."""
    with pytest.raises(Conflict, match="models use lexical-hash"):
        place.embedding.start(StartEmbedding())
    place.embedding.change(LibrarySettingsChange(model="lexical-hash"))

    started = place.embedding.start(StartEmbedding(waiting=True), idempotency_key="nightly")

    assert started.kind == "document_embedding"
    assert place.embedding.start(StartEmbedding(waiting=True), idempotency_key="nightly").id == started.id
    with pytest.raises(NotFound):
        place.embedding.start(StartEmbedding.model_validate({"documents": [UNKNOWN]}))


def test_who_may_only_look_changes_nothing(antiphon: Antiphon) -> None:
    """At a server; who operates the database may do everything."""
    with place_over(antiphon, at="server", scopes=frozenset({READ})) as place:
        assert list(place.embedding.models()) == []
        for attempt in (
            lambda: place.embedding.add(NewEmbeddingModel(model="scripted:one")),
            lambda: place.embedding.change(LibrarySettingsChange(auto_embed=False)),
            lambda: place.embedding.start(StartEmbedding()),
        ):
            with pytest.raises(Forbidden):
                attempt()


def test_every_change_of_models_is_in_the_audit_log(place: Place) -> None:
    """Where an organization's documents are sent to is worth knowing later."""
    place.embedding.add(NewEmbeddingModel(model="scripted:one"))
    place.embedding.change(LibrarySettingsChange(model="scripted:one", auto_embed=False))

    actions = [entry.action for entry in place.audit.newest(20)]

    assert {"embedding_model.added", "embedding_model.used", "library.set"} <= set(actions)
