"""/v1/documents: handing in over a form, and what else only HTTP has."""

from __future__ import annotations

import pytest

from domain.embedding.library_document import DocumentId
from entrypoints.container import Antiphon
from tests.api.calling import THEM, US, Api
from tests.contract.library_building import make_visible

FILE = {"file": ("handbook.md", b"# Words", "text/markdown")}


def add(api: Api, name: str = "handbook.md", content: bytes = b"# Words") -> str:
    """Hand a file in; return the document's id."""
    answer = api.post("/v1/documents", files={"file": (name, content)})
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["id"])


def test_a_form_brings_a_file_and_its_name(api: Api) -> None:
    """As curl -F file=@handbook.md sends it; a new document is 201, all else 200."""
    created = api.post("/v1/documents", files=FILE)
    again = api.post("/v1/documents", files=FILE)
    renamed = api.post("/v1/documents", files=FILE, params={"name": "other.md"})

    assert [answer.status_code for answer in (created, again, renamed)] == [201, 200, 201]
    assert created.headers["Location"] == f"/v1/documents/{created.json()['id']}"
    assert (created.json()["location"], created.json()["media_type"]) == ("handbook.md", "text/markdown")
    assert (again.json()["change"], renamed.json()["location"]) == ("unchanged", "other.md")
    assert api.get(created.headers["Location"]).json() == {
        name: value for name, value in created.json().items() if name != "change"
    }


@pytest.mark.parametrize(
    ("request_", "status", "pointer"),
    [
        ({"content": b"words", "headers": {"Content-Type": "text/plain"}}, 415, None),
        ({"json": {}}, 415, None),
        ({"content": b"--x", "headers": {"Content-Type": "multipart/form-data"}}, 422, "/body"),
        ({"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 422, None),
        ({"files": {"other": ("a.md", b"words")}}, 422, "/body/file"),
        ({"data": {"file": "words"}, "files": {"other": ("a", b"")}}, 422, "/body"),
        ({"files": {"file": ("a.md", b"")}}, 422, ""),
        ({"files": {"file": ("", b"words")}}, 422, None),
        ({"files": FILE, "params": {"name": "x" * 2001}}, 422, "/query/name"),
    ],
)  # fmt: skip
def test_what_is_no_form_with_a_file_is_refused(
    api: Api, request_: dict[str, object], status: int, pointer: str | None
) -> None:
    """And nothing is stored of it."""
    answer = api.post("/v1/documents", **request_)

    assert answer.status_code == status, answer.text
    if pointer is not None:
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert api.get("/v1/documents").json()["items"] == []


def test_documents_come_in_pages(api: Api) -> None:
    """Each once, the newest first."""
    for no in range(5):
        add(api, f"{no}.md")

    names, after = [], None
    while True:
        page = api.get("/v1/documents", params={"limit": 2, **({"after": after} if after else {})}).json()
        names.append([one["location"] for one in page["items"]])
        after = page["next"]
        if after is None:
            break

    assert names == [["4.md", "3.md"], ["2.md", "1.md"], ["0.md"]]


def test_chunks_come_in_pages(api: Api, antiphon: Antiphon) -> None:
    """In their order, with where each stands in the text."""
    document_id = add(api)
    make_visible(antiphon.library.store, antiphon.library.reviewing.get(US, DocumentId(document_id)), text="x" * 25)

    first = api.get(f"/v1/documents/{document_id}/chunks", params={"limit": 2}).json()
    second = api.get(f"/v1/documents/{document_id}/chunks", params={"limit": 2, "after": first["next"]}).json()

    assert [(one["start"], one["end"]) for one in first["items"] + second["items"]] == [(0, 10), (10, 20), (20, 25)]
    assert second["next"] is None


def test_a_decision_needs_no_body_and_takes_no_other(api: Api, antiphon: Antiphon) -> None:
    """`curl -X POST .../approve` is enough; a slip in a field is not ignored."""
    document_id = add(api)
    make_visible(antiphon.library.store, antiphon.library.reviewing.get(US, DocumentId(document_id)))

    assert api.post(f"/v1/documents/{document_id}/approve").json()["is_approved"] is True
    assert api.post(f"/v1/documents/{document_id}/approve", json={"generation": 2}).status_code == 409
    assert api.post(f"/v1/documents/{document_id}/approve", json={"generatoin": 1}).status_code == 422
    assert api.post(f"/v1/documents/{document_id}/reject", json={"generation": 0}).status_code == 422


def test_the_same_name_in_another_organization_is_another_document(api: Api) -> None:
    """Nothing of one shows in the other, not even that the name is taken."""
    ours, theirs = add(api), add(api.acting_for(THEM))

    assert ours != theirs
    assert [one["id"] for one in api.acting_for(THEM).get("/v1/documents").json()["items"]] == [theirs]
    assert api.acting_for(THEM).get("/v1/documents", params={"id": ours[:8]}).json()["items"] == []


def test_a_name_is_shown_and_never_a_path(api: Api) -> None:
    """What a client calls its file opens nothing on the server."""
    document_id = add(api, "../../etc/passwd", b"words")

    assert api.get(f"/v1/documents/{document_id}").json()["location"].endswith("etc/passwd")
