"""The Python client where it hands in a file whose answer may be lost."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from entrypoints.api.documents.rfps import ImportWords
from tests.unit.test_client import BROKEN, Answer, Far

RFP = {
    "id": "r", "name": "tender.csv", "form": "csv", "file_hash": "h", "questions": 1, "columns": [],
    "created_at": "2026-03-01T12:00:00Z", "created_by": "ada", "states": {"open": 1},
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_a_questionnaire_is_handed_in_again_under_one_key(broken: Callable[[], Answer]) -> None:
    """The server knows the request again by it; without one, a lost answer would mean two RFPs."""
    made = httpx.Response(201, json=RFP)
    far = Far([broken(), made, made])
    far.client().rfps.add("tender.csv", b"Question,Answer\nWhy?,\n", ImportWords())
    far.client().rfps.add("tender.csv", b"Question,Answer\nWhy?,\n", ImportWords())

    first, second, other = (request.headers["Idempotency-Key"] for request in far.asked)
    assert first == second != other
