"""Rules of what targets are made of: Retry-After, paths into JSON, masking, chat messages."""

from __future__ import annotations

import json
import math
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adapters.http.environment import EnvironmentValues
from adapters.http.reading import storable
from adapters.http.retry_after import retry_after_s
from adapters.http.url import Url
from adapters.targets.model import messages_of
from adapters.targets.response_path import PathNotFound, ResponsePath
from domain.jobs.errors import InvalidInput

NOW = datetime(2025, 11, 21, 12, 0, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
STEPS = st.lists(st.text(max_size=6) | st.integers(-999, 999), max_size=5)


@given(seconds=st.integers(-(10**6), 10**9))
def test_seconds_are_taken_as_said_but_never_negative(seconds: int) -> None:
    """A negative wait would be a busy loop against a server that is overloaded."""
    assert retry_after_s(f" {seconds} ", now=NOW) == max(seconds, 0)


@given(offset_s=st.integers(-(10**7), 10**7), zone_h=st.integers(-12, 12))
def test_a_date_is_the_time_until_it_in_any_zone(offset_s: int, zone_h: int) -> None:
    """The server's clock speaks GMT and ours may not; the wait is the same."""
    moment = NOW + timedelta(seconds=offset_s)
    header = format_datetime(moment, usegmt=True)

    assert retry_after_s(header, now=NOW.astimezone(timezone(timedelta(hours=zone_h)))) == max(offset_s, 0)
    assert retry_after_s(moment.strftime("%a %b %d %H:%M:%S %Y"), now=NOW) == max(offset_s, 0)


def test_a_date_without_a_zone_is_universal_time_wherever_we_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a laptop in Tokyo the old form of a date must not mean nine hours earlier."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()

    waited = retry_after_s("Fri Nov 21 12:00:05 2025", now=NOW)
    monkeypatch.undo()
    time.tzset()
    assert waited == 5


@given(header=st.none() | st.text(max_size=40) | st.from_regex(r"[0-9,:; A-Za-z+-]{0,40}"))
def test_garbage_never_raises_and_never_waits_for_ever(header: str | None) -> None:
    """The header comes from anywhere; whatever it holds, the item's own retry rule stays in charge."""
    waited = retry_after_s(header, now=NOW)

    assert waited is None or (waited >= 0 and math.isfinite(waited))


@given(steps=STEPS)
def test_a_path_that_is_written_is_read_back(steps: list[str | int]) -> None:
    """Messages print paths; what they print must be what a user can write."""
    path = ResponsePath(tuple(steps))

    assert ResponsePath.parse(str(path)) == path


@pytest.mark.parametrize("text", [".a", "a..b", "a.", "a['b']c", "a[b]", "a[1", "a['b]", "a b", "[1.5]", "a[]"])
def test_a_text_that_is_no_path_is_refused(text: str) -> None:
    """A path that is read otherwise than it was meant picks the wrong answer in every test."""
    with pytest.raises(InvalidInput, match="response_path"):
        ResponsePath.parse(text)


@given(data=JSON, random=st.randoms(use_true_random=False))
def test_every_place_in_json_can_be_reached(data: object, random: Random) -> None:
    """Whatever keys a response has, there is a path to each value."""
    steps: list[str | int] = []
    place = data
    while isinstance(place, dict | list) and place:
        step = random.choice(list(place) if isinstance(place, dict) else list(range(len(place))))
        steps.append(step)
        place = place[step]

    assert ResponsePath.parse(str(ResponsePath(tuple(steps)))).pick(data) == place


@given(text=st.text(max_size=20) | st.from_regex(r"[a-z.\[\]'\"0-9\\ -]{0,20}", fullmatch=True), data=JSON)
def test_any_text_is_a_path_or_refused_and_any_path_picks_or_misses(text: str, data: object) -> None:
    """There is no third outcome, such as a crash in the middle of a run."""
    with suppress(InvalidInput, PathNotFound):
        ResponsePath.parse(text).pick(data)


@given(secret=st.text(min_size=4, max_size=30), before=st.text(max_size=400), after=st.text(max_size=20))
def test_an_excerpt_holds_no_secret_wherever_it_is_cut(secret: str, before: str, after: str) -> None:
    """Masking comes before cutting, or half a key would show at the cut."""
    assume(secret.strip() and not secret.isspace())
    values = EnvironmentValues({"KEY": secret})
    values.fill("${KEY}", field="api_key")

    hidden = values.mask(f"{before}{secret}{after}")
    assert secret not in hidden.replace("***", "")
    assert len(values.excerpt(f"{before}{secret}{after}")) <= 301
    assert values.excerpt(secret * 50).replace("*", "").strip("…") == ""


@given(text=st.text(alphabet=st.characters(exclude_categories=()), max_size=50))
def test_an_answer_can_always_be_stored(text: str) -> None:
    """JSON can spell half a character; every text that is one already stays as it is."""
    stored = storable(text)

    assert stored.encode("utf-8").decode("utf-8") == stored
    assert stored == text or any("\ud800" <= character <= "\udfff" for character in text)


@given(prompt=st.text(max_size=40) | JSON.map(json.dumps), system=st.text(max_size=5))
def test_a_chat_always_has_messages(prompt: str, system: str) -> None:
    """Whatever a prompt looks like, what is sent is a conversation."""
    messages = messages_of(prompt, system=system)

    assert messages
    assert all(message.role for message in messages)


@given(value=st.text(max_size=20) | st.integers())
def test_a_variable_stays_inside_its_place_in_a_url(value: object) -> None:
    """A test's text with `/`, `?` or a line break must not call another endpoint."""
    path = Url.parse("http://h/a?q={{ v }}&z=1", field="url", shown="").path({"v": value})

    head, tail = path.removeprefix("/a?q="), "&z=1"
    assert head.endswith(tail)
    assert not set(head.removesuffix(tail)) & set("/?&#= \r\n")


@pytest.mark.parametrize(
    "header", ["9" * 400, "Fri, 32 Nov 2025 12:00:00 GMT", "Fri, 21 Nov 99999 12:00:00 GMT", "1,2"]
)
def test_numbers_and_dates_beyond_all_bounds_say_nothing(header: str) -> None:
    """Found by hand: they overflow in one library or another."""
    assert retry_after_s(header, now=NOW) is None
