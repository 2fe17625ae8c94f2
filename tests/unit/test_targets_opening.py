"""What is wrong with a target's specification is said when it is opened, by field."""

from __future__ import annotations

import pytest

from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure
from domain.test_execution.target import HttpTarget, Question, TargetSpec
from tests.contract.asking import chat_target, targets_of

TARGETS = targets_of({"SET": "value", "EMPTY": ""})


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (HttpTarget(url="localhost:9000/chat"), "url: 'localhost:9000/chat' has the scheme 'localhost'"),
        (HttpTarget(url="/chat"), "url: '/chat' has no scheme"),
        (HttpTarget(url="ftp://h/"), "url: 'ftp://h/' has the scheme 'ftp'"),
        (HttpTarget(url="http:///chat"), "has no host"),
        (HttpTarget(url="http://h:99999"), "is not a URL"),
        (HttpTarget(url="http://[::1/"), "is not a URL"),
        (HttpTarget(url=f"http://{'a' * 64}/"), "is not a URL"),
        (HttpTarget(url="http://my host/"), "no host name has"),
        (HttpTarget(url="http://{{ host }}/"), "no host name has"),
        (HttpTarget(url="http://me:pw@h/"), "Authorization header"),
        (HttpTarget(url="http://h/{{ a | upper }}"), "more than {{ name }}"),
        (HttpTarget(url="http://h/${UNSET}"), "url: the secret UNSET is not set"),
        (HttpTarget(url="http://h", headers={"X-Key": "${UNSET}"}), "headers.X-Key: the secret UNSET"),
        (HttpTarget(url="http://h", headers={"X-Key": "${EMPTY}"}), "EMPTY is empty"),
        (HttpTarget(url="http://h", headers={"X: Y": "a"}), "headers: 'X: Y' is not a header's name"),
        (HttpTarget(url="http://h", headers={"X": "a\r\nY: b"}), "headers.X: the value"),
        (HttpTarget(url="http://h", headers={"content-length": "3"}), "headers.content-length"),
        (HttpTarget(url="http://h", body={"a": ["x", "${UNSET}"]}), "body.a[1]: the secret UNSET"),
        (HttpTarget(url="http://h", response_path="a[x]"), "response_path: 'a[x]' can't be read from character 2"),
        (HttpTarget(url="http://h", method="GET /"), "method: 'GET /'"),
        (chat_target(base_url="h/v1", model="m"), "base_url: 'h/v1/chat/completions' has no scheme"),
        (chat_target(base_url="http://h", model="m", api_key="${UNSET}"), "api_key: the secret UNSET"),
    ],
)
def test_a_specification_that_cannot_work_is_refused(spec: TargetSpec, said: str) -> None:
    """One message before the run, with the field to mend, instead of one failure for each test."""
    with pytest.raises(InvalidInput) as caught:
        TARGETS.open(spec, connections=1)

    assert said in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://h", "HTTPS://H:8443/a?b=c#d", "http://[::1]:9000/", "http://bücher.example/ä b", "http://h/${SET}"]
)
def test_urls_that_can_be_called_are_taken(url: str) -> None:
    """Ports, IPv6, names beyond ASCII and values of the environment are all in use."""
    TARGETS.open(HttpTarget(url=url), connections=1).close()


@pytest.mark.parametrize("value", [float("nan"), object()])
def test_a_variable_that_is_no_json_is_bad_input(value: object) -> None:
    """YAML has dates and NaN; the request can't be written, and no further attempt changes that."""
    target = TARGETS.open(HttpTarget(url="http://h", body={"a": "{{ a }}"}), connections=1)

    with pytest.raises(PermanentFailure) as caught:
        target.ask(Question(prompt="x", variables={"a": value}), deadline_s=1)
    assert caught.value.kind is FailureKind.BAD_INPUT


def test_a_url_variable_without_a_value_is_named() -> None:
    """The message must say which name is wrong and which there are."""
    target = TARGETS.open(HttpTarget(url="http://h/{{ missing }}", body=None), connections=1)

    with pytest.raises(PermanentFailure, match=r"'missing' has no value; the test's variables are: a, prompt"):
        target.ask(Question(prompt="x", variables={"a": 1}), deadline_s=1)
