"""`antiphon library add` and `library documents`, wherever they act."""

from __future__ import annotations

import attrs
import pytest

from domain.embedding.library_document import DocumentId, LibraryDocument, ReviewStatus
from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.organizations.errors import Forbidden
from entrypoints.api.documents.library import ReviewWords
from entrypoints.calls.documents import DocumentCalls
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.library_building import TEXT, make_visible, pieces
from tests.contract.places import a_key, client_over, place_over, told_twice

NAMES = ["a.md", 'quoted "a".md', "ä b/c;d.md", "100%20.md", "\N{SNOWMAN}.md", "x" * 300]


def shown(antiphon: Antiphon, document_id: str) -> LibraryDocument:
    """Make the newest content of a document visible, as embedding does."""
    document = antiphon.library.reviewing.get(antiphon.tenant, DocumentId(document_id))
    return make_visible(antiphon.library.store, document)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_handed_in_under_its_name(place: Place, antiphon: Antiphon, name: str) -> None:
    """Whatever is in the name, and whatever is in the file."""
    content = bytes(range(256))

    added = place.documents.add(name, content, media_type="text/markdown")

    assert (added.change, added.location, added.media_type) == ("created", name, "text/markdown")
    assert (added.size_bytes, added.review_status) == (256, ReviewStatus.PROCESSING)
    with antiphon.library.store.view(antiphon.tenant) as work:
        assert work.contents.get(DocumentId(added.id)) == content
    assert place.documents.add(name, content).change == "unchanged"
    assert place.documents.add(name, b"other").change == "updated"


def test_a_file_of_no_type_has_none(place: Place) -> None:
    """What a form must say is not taken for what somebody knew."""
    assert place.documents.add("a", b"words").media_type == ""


@pytest.mark.parametrize(("name", "content"), [("", b"x"), ("..\n", b"x"), ("x" * 2001, b"x"), ("a", b""), ("a", b" ")])
def test_what_can_not_be_a_document_is_refused(place: Place, name: str, content: bytes) -> None:
    """Nothing is stored of it."""
    with pytest.raises(InvalidInput):
        place.documents.add(name, content)
    assert list(place.documents.all()) == []


def test_a_file_that_is_too_large_is_refused(place: Place) -> None:
    """With the limit in the message."""
    with pytest.raises(InvalidInput, match="at most 25 MB"):
        place.documents.add("a.md", b"x" * 25_000_001)


def test_a_document_is_read_approved_rejected_and_removed(place: Place, antiphon: Antiphon) -> None:
    """The whole life of one."""
    added = place.documents.add("a.md", b"words")
    with pytest.raises(NotFound, match="processing"):
        place.documents.text(added.id)
    assert list(place.documents.chunks(added.id)) == []
    with pytest.raises(Conflict, match="still read"):
        place.documents.approve(added.id, ReviewWords())
    shown(antiphon, added.id)

    assert place.documents.text(added.id).text == TEXT
    assert [chunk.text for chunk in place.documents.chunks(added.id)] == [one.chunk.text for one in pieces(TEXT)]
    with pytest.raises(Conflict, match="generation 7"):
        place.documents.approve(added.id, ReviewWords(generation=7))
    approved = place.documents.approve(added.id, ReviewWords(generation=1))
    assert (approved.review_status, approved.is_approved) == (ReviewStatus.APPROVED, True)
    assert approved.reviewed_by == antiphon.tenant.user_id
    assert place.documents.reject(added.id, ReviewWords()).review_status is ReviewStatus.REJECTED
    place.documents.remove(added.id)
    for gone in (place.documents.get, place.documents.text, place.documents.remove):
        with pytest.raises(NotFound):
            gone(added.id)


def test_this_machine_reads_and_embeds_what_was_handed_in(antiphon: Antiphon) -> None:
    """Nobody else is there to do it; all at once, and each document says what became of it."""
    antiphon.embedding.models.use(antiphon.tenant, "lexical-hash")
    heard: list[int] = []
    with place_over(antiphon, at="here") as here:
        good, bad = here.documents.add("a.md", b"# Words"), here.documents.add("b.pdf", b"no PDF")

        here.documents.settle([good.id, bad.id], watch=heard.append)

        assert here.documents.get(good.id).review_status is ReviewStatus.PENDING
        assert here.documents.get(bad.id).failure == (
            "it is called a PDF file and is none: its first bytes are not those of one"
        )
    assert heard[-1] == 2


def test_without_a_model_what_was_handed_in_says_that_it_waits(antiphon: Antiphon) -> None:
    """A document that is processed by nobody would be waited for, for ever."""
    with place_over(antiphon, at="here") as here:
        added = here.documents.add("a.md", b"# Words")

        here.documents.settle([added.id], watch=lambda _: None)

        assert "no embedding model" in str(here.documents.get(added.id).failure)


def test_at_a_server_its_workers_are_waited_for(antiphon: Antiphon) -> None:
    """The command asks now and then, and one document at a time: a thousand would use up the key's requests."""
    with client_over(antiphon, key=a_key(antiphon)) as client:
        ids = [client.documents.add(name, b"words").id for name in ("a.md", "b.md")]
        pauses: list[float] = []

        def work(pause_s: float) -> None:
            pauses.append(pause_s)
            shown(antiphon, ids[len(pauses) - 1])

        heard: list[int] = []
        DocumentCalls(sender=attrs.evolve(client.sender, sleep=work)).settle(ids, watch=heard.append)

    assert pauses == [1.0, 1.0]
    assert heard == [0, 1, 2]


def test_documents_are_listed_by_status_and_by_the_start_of_the_id(place: Place, antiphon: Antiphon) -> None:
    """More of them than fit on a page of a server's."""
    ids = [place.documents.add(f"{no}.md", b"words").id for no in range(5)]
    shown(antiphon, ids[2])

    assert [one.location for one in place.documents.all()] == ["4.md", "3.md", "2.md", "1.md", "0.md"]
    assert [one.id for one in place.documents.all(status=ReviewStatus.PENDING)] == [ids[2]]
    assert [one.id for one in place.documents.all(id_prefix=ids[1])] == [ids[1]]
    assert list(place.documents.all(source_id="00000000-0000-4000-8000-00000000000a")) == []


@pytest.mark.parametrize("words", ["00000000-0000-4000-8000-0000000000ff"])
def test_one_that_is_not_there_is_not_found(place: Place, words: str) -> None:
    """In the same words, wherever it is asked for."""
    for asked in (place.documents.get, place.documents.text, place.documents.remove):
        with pytest.raises(NotFound):
            asked(words)


def test_who_may_only_read_changes_none(antiphon: Antiphon) -> None:
    """At a server the key's scopes decide."""
    document = antiphon_document(antiphon)
    with place_over(antiphon, at="server", scopes=frozenset({"read"})) as place:
        for attempt in (
            lambda: place.documents.add("b.md", b"words"),
            lambda: place.documents.approve(document.id, ReviewWords()),
            lambda: place.documents.remove(document.id),
        ):
            with pytest.raises(Forbidden, match="write"):
                attempt()
        assert [one.id for one in place.documents.all()] == [document.id]


def antiphon_document(antiphon: Antiphon) -> LibraryDocument:
    """Hand a document in and make it visible, beside every place."""
    with place_over(antiphon, at="here") as here:
        return shown(antiphon, here.documents.add("a.md", b"words").id)


def test_both_places_tell_the_same(antiphon: Antiphon) -> None:
    """To the last character."""
    document = antiphon_document(antiphon)

    for ask in (
        lambda place: place.documents.all(),
        lambda place: [place.documents.get(document.id)],
        lambda place: [place.documents.text(document.id)],
        lambda place: place.documents.chunks(document.id),
        lambda place: [place.documents.add("a.md", b"words")],
    ):
        here, there = told_twice(antiphon, ask)
        assert here == there
        assert here
