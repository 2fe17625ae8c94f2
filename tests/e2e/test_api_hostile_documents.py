"""What hostile callers send to the resources of test execution: refused by a problem, quickly, with nothing stored."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from time import monotonic

import httpx
import pytest

from tests.api.serving import serving
from tests.e2e.command_line import CommandLine

QUICK_S = 60.0
"""Generous for a machine that does other work; each of these attacks wants minutes, hours, or all memory."""

OK_TEST = {"id": "a", "prompt": "Hi?", "metrics": [{"contains": "x"}]}
TARGET = {"kind": "http", "url": "http://127.0.0.1:1/"}
DEEP = 100_000
HUGE = "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMF0"
"""The cursor of the number 10^28, which no database holds."""


@pytest.fixture(scope="module")
def client(shared_cli: CommandLine) -> Iterator[httpx.Client]:
    """A client of a server that the tests of this module share: one that an attack kills fails them all."""
    with serving(shared_cli) as server:
        server.client.timeout = httpx.Timeout(QUICK_S)
        yield server.client


def refused(answer: httpx.Response, *, among: tuple[int, ...] = (400, 404, 411, 413, 415, 422)) -> None:
    """Assert that the answer is a problem of the caller's, in its one form."""
    assert answer.status_code in among, (answer.status_code, answer.text[:500])
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    assert "/tmp/" not in answer.text


def document(**more: object) -> dict[str, object]:
    """Return a document that would be accepted, changed by *more*."""
    return {"name": "attack", "target": TARGET, "tests": [OK_TEST], **more}


def upload(client: httpx.Client, content: bytes | str, *, media: str = "application/yaml") -> httpx.Response:
    """Send a file."""
    return client.post("/v1/test-sets", params={"name": "attack"}, content=content, headers={"Content-Type": media})


def bomb() -> str:
    """Return YAML of 500 bytes that stands for 10^9 values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{no}: &a{no} [{', '.join([f'*a{no - 1}'] * 10)}]" for no in range(1, 9)]
    return "\n".join((*lines, "tests: *a8"))


def zipped() -> bytes:
    """Return an archive whose only file would come to lie elsewhere."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../../../tmp/attack.yaml", "tests: []")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("media", "content"),
    [
        ("application/yaml", bomb()),
        ("application/yaml", "tests: !!python/object/apply:os.system ['true']"),
        ("application/yaml", "[" * DEEP),
        ("application/yaml", "- " * DEEP),
        ("application/yaml", "? " * 5000 + "a"),
        ("application/yaml", "tests: \x00"),
        ("application/yaml", b"\xff\xfe\x00"),
        ("application/yaml", "a: &a {<<: *a}"),
        ("application/yaml", "tests: [{prompt: x, variables: {n: 1e999999}}]"),
        ("application/json", "[" * DEEP),
        ("application/json", '{"tests": ' + '{"a":' * DEEP),
        ("application/json", '{"tests": [{"prompt": "\\ud800"}]}'),
        ("application/json", '{"tests": [{"prompt": "\\u0000"}]}'),
        ("application/json", '{"tests": [{"prompt": "x", "repeats": 1' + "0" * 5000 + "}]}"),
        ("application/json", '{"tests": [{"prompt": "x", "repeats": 1000000000}]}'),
        ("application/json", '{"tests": [{"prompt": "x", "threshold": NaN}]}'),
        ("application/json", '{"tests": [], "tests": []}'),
        ("application/json", ""),
        ("application/x-ndjson", '{"prompt": ' + "[" * DEEP + "\n"),
        ("text/csv", 'prompt\n"' + "x" * 1_000_000),
        ("text/csv", "prompt," * 50_000 + "\n"),
        ("application/yaml", zipped()),
        ("application/zip", zipped()),
        ("multipart/form-data; boundary=" + "b" * 5000, "--x"),
    ],
)
def test_a_file_that_attacks_its_reader_is_refused(client: httpx.Client, media: str, content: bytes | str) -> None:
    """Bombs, nesting, bytes that are no text, numbers without end: none costs the server more than a refusal."""
    begun = monotonic()

    refused(upload(client, content, media=media))

    assert monotonic() - begun < QUICK_S


@pytest.mark.parametrize("media", ["application/json", "text/csv", "multipart/form-data; boundary=x"])
def test_a_file_without_end_is_cut_off(client: httpx.Client, media: str) -> None:
    """Nobody fills the disk: what is larger than allowed is refused while it comes."""

    def endless() -> Iterator[bytes]:
        for _ in range(2_000):
            yield b"x" * 65_536

    with suppress(httpx.WriteError):  # the server has answered and hung up before all was sent
        refused(client.post("/v1/test-sets", content=endless(), headers={"Content-Type": media}))


FILE_NAMES = ("../../etc/passwd.yaml", "..\\..\\x.json", "/etc/shadow", "a\x00.yaml", "x" * 10_000 + ".yaml", ".yaml")


@pytest.mark.parametrize("name", FILE_NAMES)
def test_a_file_name_is_no_path(client: httpx.Client, shared_cli: CommandLine, name: str) -> None:
    """Whatever it says, nothing is written but to a folder of the server's own choice."""
    answer = client.post("/v1/test-sets", files={"file": (name, json.dumps(document()).encode())})

    assert answer.status_code in (201, 422), answer.text
    assert not list(shared_cli.folder.glob("**/*passwd*"))


PATTERNS = (
    "(((((a{1,500}){1,500}){1,500}){1,500}){1,500})",
    "(" * 20_000,
    "a" * 1_000_000,
    "(?:" * 500 + ")*" * 500,
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_that_is_hard_to_compile_is_no_attack(client: httpx.Client, pattern: str) -> None:
    """An expression is compiled when it is checked, in the server's process."""
    begun = monotonic()

    answer = client.post("/v1/test-runs", json={"document": document(), "metrics": [{"regex": pattern}]})

    assert answer.status_code < 500, answer.text[:500]
    assert monotonic() - begun < QUICK_S


@pytest.mark.parametrize(
    "said",
    [
        {"document": document(tests=[{"prompt": "{{ x | no_such_filter }}", "variables": {"x": 1}}])},
        {"document": document(tests=[{"prompt": "{% for a in range(10**9) %}"}])},
        {"document": document(target={**TARGET, "body": {"a": "{{ self.__init__.__globals__ }}"}}), "tags": ["x"]},
        {"document": document(tests=[{"prompt": "x", "metrics": [{"javascript": "while(true){"}]}])},
        {"document": document(tests=[{"prompt": "x", "metrics": [{"python": "__import__('os').system('true')"}]}])},
        {"document": document(target={"kind": "python", "module": "os", "function": "system"})},
        {"document": document(target={"kind": "python", "module": "/etc/passwd", "function": "x"})},
        {"document": document(tests="file:///etc/passwd")},
        {"document": document(prompts=["file:///etc/passwd"])},
        {"document": document(), "targets": [{"kind": "http", "url": "file:///etc/passwd"}]},
        {"document": document(), "targets": [{"kind": "http", "url": "http://a\r\nHost: b"}]},
        {"document": document(), "targets": [{"kind": "http", "url": "http://a", "headers": {"A": "b\r\nC: d"}}]},
        {"document": document(), "targets": [{"kind": "http", "url": "http://${PATH}"}] * 101},
        {"document": document(), "metrics": [{"is-json": {"$ref": "http://127.0.0.1:1/schema"}}] * 1001},
        {"document": document(), "options": {"concurrency": 10**30}},
        {"document": document(), "options": {"max_cost_usd": 10**30}},
        {"document": document(), "options": {"deadline_s": "1e400"}},
        {"document": document(), "options": {"__class__": {}}},
        {"document": document(name="a\nb")},
        {"document": document(name="x" * 10_000)},
        {"document": document(tests=[{**OK_TEST, "id": "x" * 10_000}])},
        {"document": document(tests=[OK_TEST] * 3)},
        {"test_set_id": "../../../etc/passwd"},
        {"test_set_id": "00000000-0000-4000-8000-000000000000'; DROP TABLE job; --"},
        [],
        "x",
        None,
    ],
)
def test_a_run_that_attacks_is_refused(client: httpx.Client, said: object) -> None:
    """Templates, scripts, files, headers, numbers: refused when the run is asked for, and not when it runs."""
    refused(client.post("/v1/test-runs", json=said))


NO_JSON = (
    b"{",
    b'{"document": ' + b"[" * DEEP,
    b'{"document": ' + b'{"a":' * DEEP,
    b"\xff\xfe",
    b'{"tags": ["\\ud800"]}',
    b"\x00",
)


@pytest.mark.parametrize("content", NO_JSON)
@pytest.mark.parametrize("path", ["/v1/test-runs", "/v1/test-configurations", "/v1/targets/check", "/v1/targets/probe"])
def test_a_body_that_is_no_json_is_refused(client: httpx.Client, path: str, content: bytes) -> None:
    """The parser of each route stands between the network and the program."""
    refused(client.post(path, content=content, headers={"Content-Type": "application/json"}))


@pytest.mark.parametrize(
    "after", ["x", "W10", "WyJhIl0", "eyJhIjogMX0", "WzFlNDAwXQ", "W1sxXV0", "////", HUGE, "=" * 400]
)
def test_a_forged_cursor_is_refused(client: httpx.Client, after: str) -> None:
    """A cursor is a position and no query; what is none is said to be none."""
    stored = upload(client, json.dumps(document()), media="application/json").json()["id"]

    for path in ("/v1/test-sets", f"/v1/test-sets/{stored}/tests", "/v1/test-configurations"):
        answer = client.get(path, params={"after": after})
        assert answer.status_code in (200, 422), answer.text


def test_a_schema_is_never_fetched(client: httpx.Client) -> None:
    """A `$ref` in a metric would have the server call wherever its author likes."""
    said = {"document": document(), "metrics": [{"is-json": {"$ref": "http://127.0.0.1:1/schema.json"}}]}

    assert client.post("/v1/test-runs", json=said).status_code in (202, 422)


def test_the_server_still_serves(client: httpx.Client) -> None:
    """The last test of the module: whatever came before, the next caller is answered."""
    assert client.get("/v1/metrics").status_code == 200
    assert client.post("/v1/test-runs", json={"document": document()}).status_code == 202
