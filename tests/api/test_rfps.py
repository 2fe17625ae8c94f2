"""/v1/rfps: handing in over a form, starting stages once, and what else only HTTP has."""

from __future__ import annotations

import pytest

from entrypoints.container import Antiphon
from tests.api.calling import THEM, Api
from tests.contract.buyers_workbooks import security_questionnaire
from tests.contract.rfp_library import QUESTIONNAIRE, stock, use_a_model

FILE = {"file": ("tender.csv", QUESTIONNAIRE, "text/csv")}
OFFLINE = {"model": "offline"}


def add(api: Api, name: str = "tender.csv") -> str:
    """Hand the questionnaire in; return the RFP's id."""
    answer = api.post("/v1/rfps", files={"file": (name, QUESTIONNAIRE)})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture
def stocked(api: Api, antiphon: Antiphon) -> Api:
    """The API, called in the installation's own organization, whose library answers."""
    use_a_model(antiphon)
    stock(antiphon)
    return api.acting_for(antiphon.tenant)


def test_a_form_brings_a_questionnaire_and_its_name(api: Api) -> None:
    """As curl -F file=@tender.csv sends it; twice is two RFPs, since one may be answered anew from the start."""
    created = api.post("/v1/rfps", files=FILE, params={"answer_column": "Response"})
    again = api.post("/v1/rfps", files=FILE, params={"name": "other.csv"})
    preview = api.post("/v1/rfp-previews", files=FILE)

    assert [answer.status_code for answer in (created, again, preview)] == [201, 201, 200]
    assert created.headers["Location"] == f"/v1/rfps/{created.json()['id']}"
    assert (created.json()["name"], again.json()["name"]) == ("tender.csv", "other.csv")
    assert created.json()["columns"] == [
        {"table": "csv", "first_row": 2, "question": "B", "answer": "C", "section": "A"}
        | {"question_heading": "Question", "answer_heading": "Response", "section_heading": "Section"}
    ]
    found = api.get(created.headers["Location"]).json()
    assert {**created.json(), "answering": None, "review": None} == found
    assert len(preview.json()["questions"]) == 4


@pytest.mark.parametrize("name", ["../../etc/tender.csv", "C:\\tenders\\tender.csv", "/tender.csv"])
def test_a_download_is_called_by_no_path(api: Api, name: str) -> None:
    """A program that saves it under the name it is told would write where the sender of the questionnaire wants."""
    exported = api.get(f"/v1/rfps/{api.post('/v1/rfps', files=FILE, params={'name': name}).json()['id']}/export")

    assert exported.headers["Content-Disposition"] == "attachment; filename*=UTF-8''tender.csv"


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("tender.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("tender.XLSM", "application/vnd.ms-excel.sheet.macroEnabled.12"),
    ],
)
def test_a_file_is_downloaded_as_what_it_is(api: Api, name: str, media: str) -> None:
    """A workbook with macros that is named as one without is refused by the program that opens it."""
    content = security_questionnaire()
    created = api.post("/v1/rfps", files={"file": (name, content)})

    exported = api.get(f"/v1/rfps/{created.json()['id']}/export")

    assert exported.headers["Content-Type"] == media
    assert exported.headers["Content-Disposition"].endswith(name)
    assert exported.content == content


@pytest.mark.parametrize("path", ["/v1/rfps", "/v1/rfp-previews"])
@pytest.mark.parametrize(
    ("request_", "status", "pointer"),
    [
        ({"content": b"words", "headers": {"Content-Type": "text/csv"}}, 415, None),
        ({"json": {}}, 415, None),
        ({"content": b"--x", "headers": {"Content-Type": "multipart/form-data"}}, 422, "/body"),
        ({"files": {"other": FILE["file"]}}, 422, "/body/file"),
        ({"files": {"file": ("tender.csv", b"")}}, 422, ""),
        ({"files": {"file": ("tender.exe", b"MZ")}}, 422, ""),
        ({"files": {"file": ("tender.xlsx", b"PK\x03\x04broken")}}, 422, ""),
        ({"files": FILE, "params": {"name": "x" * 2001}}, 422, "/query/name"),
        ({"files": FILE, "params": {"question_column": "x" * 201}}, 422, "/query/question_column"),
        ({"files": FILE, "params": {"sheets": ["x" * 201]}}, 422, "/query/sheets/0"),
        ({"files": FILE, "params": {"answer_column": "Antwort"}}, 422, ""),
    ],
)
def test_what_is_no_form_with_a_questionnaire_is_refused(
    api: Api, path: str, request_: dict[str, object], status: int, pointer: str | None
) -> None:
    """And nothing is stored of it."""
    answer = api.post(path, **request_)

    assert answer.status_code == status, answer.text
    if pointer is not None:
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert api.get("/v1/rfps").json()["items"] == []


def test_lists_come_in_pages(api: Api) -> None:
    """RFPs the newest first, questions in their order; a page says where the next one begins."""
    ids = [add(api, f"{no}.csv") for no in range(3)]

    first = api.get("/v1/rfps", params={"limit": 2}).json()
    second = api.get("/v1/rfps", params={"limit": 2, "after": first["next"]}).json()
    assert [one["id"] for one in first["items"] + second["items"]] == ids[::-1]
    assert second["next"] is None
    path = f"/v1/rfps/{ids[0]}/answers"
    first = api.get(path, params={"limit": 3}).json()
    second = api.get(path, params={"limit": 3, "after": first["next"]}).json()
    assert [one["no"] for one in first["items"] + second["items"]] == [1, 2, 3, 4]
    assert second["next"] is None


def test_a_stage_is_started_once_by_one_key(stocked: Api, antiphon: Antiphon) -> None:
    """A lost answer costs nothing; another request under the key is refused, and so is a second job of any stage."""
    path = f"/v1/rfps/{add(stocked)}"
    key = {"Idempotency-Key": "once"}

    first = stocked.post(f"{path}/answering", json=OFFLINE, headers=key)
    again = stocked.post(f"{path}/answering", json=OFFLINE, headers=key)
    other = stocked.post(f"{path}/answering", json={**OFFLINE, "passages": 2}, headers=key)
    second = stocked.post(f"{path}/answering")
    beside = stocked.post(f"{path}/review", json=OFFLINE)
    removal = stocked.request("DELETE", path)

    assert [one.status_code for one in (first, again, other, second, beside, removal)] == [202, 202, 422, 409, 409, 409]
    assert first.json()["id"] == again.json()["id"]
    assert first.headers["Location"] == f"/v1/jobs/{first.json()['id']}"
    assert second.json()["type"] == "urn:antiphon:problem:already-running"
    assert beside.json()["type"] == "urn:antiphon:problem:conflict"
    for refused in (second, beside, removal):
        assert first.json()["id"] in refused.json()["detail"]
    antiphon.jobs.cancel(antiphon.tenant, antiphon.jobs.find(antiphon.tenant, first.json()["id"]))
    assert stocked.request("DELETE", path).status_code == 204
    assert stocked.post(f"{path}/answering", json=OFFLINE, headers=key).json()["id"] == first.json()["id"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"modle": "offline"}, "/body/modle"),
        ({"questions": [0]}, "/body/questions/0"),
        ({"questions": [1.5]}, "/body/questions/0"),
        ({"passages": 51}, "/body/passages"),
        ({"own_names": [""]}, "/body/own_names/0"),
        ({"options": {"concurrency": 0}}, "/body/options/concurrency"),
        ({"model": "nonsense"}, "/body"),
        ({"questions": [5]}, "/body"),
        ([], "/body"),
    ],
)
def test_a_slip_is_named_where_it_is(stocked: Api, body: object, pointer: str) -> None:
    """What nobody knows would be believed."""
    path = f"/v1/rfps/{add(stocked)}/answering"

    answer = stocked.post(path, json=body)

    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("path", ["approvals", "library-documents", "answering", "review"])
@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        (b"{", "/body"),
        (b"not json", "/body"),
        (b"[]", "/body"),
        (b'"all"', "/body"),
        (b'{"kind": "approved"}', "/body/kind"),
        (b"\xff", "/body"),
    ],
)
def test_a_body_that_says_something_else_is_no_consent(api: Api, path: str, content: bytes, pointer: str) -> None:
    """Whoever sends a body believes that it is heard; approving all in spite of it is what nobody asked for."""
    where = f"/v1/rfps/{add(api)}/{path}"

    answer = api.post(where, content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)


def test_a_body_that_says_nothing_is_as_good_as_none(api: Api) -> None:
    """Clients of many a language send one with every POST."""
    path = f"/v1/rfps/{add(api)}"

    empty, none = api.post(f"{path}/approvals", json={}), api.post(f"{path}/approvals")

    assert (empty.status_code, none.status_code) == (200, 200)


@pytest.mark.parametrize("no", ["0", "-1", "x", "99999999999999999999"])
def test_a_number_that_no_question_has_is_refused(api: Api, no: str) -> None:
    """Before it reaches a database."""
    assert api.get(f"/v1/rfps/{add(api)}/answers/{no}").status_code == 422


def test_the_same_file_in_another_organization_is_another_rfp(api: Api) -> None:
    """Nothing of one shows in the other."""
    ours, theirs = add(api), add(api.acting_for(THEM))

    assert [one["id"] for one in api.acting_for(THEM).get("/v1/rfps").json()["items"]] == [theirs]
    assert api.acting_for(THEM).get("/v1/rfps", params={"id": ours[:8]}).json()["items"] == []
    assert api.acting_for(THEM).get(f"/v1/rfps/{ours}/answers/1").status_code == 404
