"""What a server refuses, as an error of this machine."""

from __future__ import annotations

import json

from domain.jobs.errors import InvalidInput
from entrypoints.client_errors import error_from


def test_what_is_the_whole_refusal_is_not_said_twice() -> None:
    """A command prints the message and its problems; the same sentence below itself looks like two mistakes."""
    one = {"pointer": "/body", "detail": "it is wrong"}
    more = {"pointer": "/body/tags", "detail": "too many"}
    body = {"type": "urn:antiphon:problem:invalid-input", "status": 422, "detail": "it is wrong"}

    alone, both = (
        error_from(422, json.dumps({**body, "errors": errors}).encode(), asked="POST /v1/x")
        for errors in ([one], [one, more])
    )

    assert isinstance(alone, InvalidInput)
    assert isinstance(both, InvalidInput)
    assert (str(alone), alone.problems, both.problems) == ("it is wrong", (), ("/body/tags: too many",))
