"""An API key opens exactly what it should, to whoever has all of it, and only while it is meant to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest

from domain.organizations.api_key import KeyState
from domain.organizations.errors import Unauthenticated
from domain.organizations.key_material import Peppers, key_text, new_key_text
from domain.organizations.organization import Role
from domain.tenancy import READ, WRITE
from tests.unit.organizing import US, Office


def test_a_key_says_who_asks_and_what_they_may_do() -> None:
    """The context is all that the services behind the door ever see."""
    office = Office()
    issued = office.key_for("ada@example.com", Role.MEMBER, scopes={READ})

    tenant = office.authentication.authenticate(issued.text)

    assert (tenant.organization_id, tenant.user_id) == (US.organization_id, issued.key.user_id)
    assert tenant.scopes == {READ}


@pytest.mark.parametrize(
    "forged",
    [
        lambda _: "",
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text[: text.rindex("_")],
        lambda text: text + "\n",
        lambda text: text.upper(),
        lambda text: f"{text.partition('_')[0]}_{'a' * 12}_{text[-43:]}",
        lambda _: new_key_text().whole,
        lambda text: "antiphon_" + "\N{ARABIC-INDIC DIGIT TWO}" * 12 + text[21:],
        lambda _: "x" * 100_000,
    ],
    ids=["nothing", "last-letter", "no-secret", "line-end", "capitals", "unknown-prefix", "another", "digits", "long"],
)
def test_what_differs_from_the_key_in_anything_opens_nothing(forged: Callable[[str], str]) -> None:
    """Also when it is nearly right: a prefix is no secret."""
    office = Office()
    issued = office.key_for("ada@example.com", Role.MEMBER)

    with pytest.raises(Unauthenticated):
        office.authentication.authenticate(forged(issued.text))


def test_an_expired_key_opens_nothing_from_that_moment_on() -> None:
    """At the moment itself it is over."""
    office = Office()
    issued = office.key_for("ada@example.com", Role.MEMBER, lifetime=timedelta(seconds=60))
    office.clock.advance(59)
    office.authentication.authenticate(issued.text)
    office.clock.advance(1)

    with pytest.raises(Unauthenticated):
        office.authentication.authenticate(issued.text)


def test_a_revoked_key_opens_nothing_at_once() -> None:
    """Whoever revokes a key has a reason."""
    office = Office()
    issued = office.key_for("ada@example.com", Role.MEMBER)
    office.keys.revoke(US, issued.key.prefix)

    with pytest.raises(Unauthenticated):
        office.authentication.authenticate(issued.text)


def test_a_lower_role_bounds_the_keys_that_were_made_before() -> None:
    """A key must not outlive the rights of its user."""
    office = Office()
    issued = office.key_for("ada@example.com", Role.MEMBER, scopes={READ, WRITE})
    office.members.add(US, "ada@example.com", role=Role.VIEWER)

    assert office.authentication.authenticate(issued.text).scopes == {READ}


def test_a_key_without_anything_left_to_do_opens_nothing() -> None:
    """A writer's key whose user may only read now is no key any more."""
    office = Office()
    issued = office.key_for("ada@example.com", Role.MEMBER, scopes={WRITE})
    office.members.add(US, "ada@example.com", role=Role.VIEWER)

    with pytest.raises(Unauthenticated):
        office.authentication.authenticate(issued.text)


def test_the_last_use_is_written_at_most_once_a_minute() -> None:
    """A write a request would cost more than the request, and lock SQLite for everybody."""
    office = Office()
    issued = office.key_for("ada@example.com", Role.MEMBER)
    seen = []
    for seconds in (0, 59, 1):
        office.clock.advance(seconds)
        office.authentication.authenticate(issued.text)
        [listed] = office.keys.all(US)
        seen.append(listed.key.last_used_at)

    assert seen == [issued.key.created_at, issued.key.created_at, office.clock.now()]


def test_a_stolen_table_of_peppered_keys_can_not_be_checked_without_the_pepper() -> None:
    """The master key is not in the database."""
    office = Office(peppers=Peppers.of(b"m" * 32))
    issued = office.key_for("ada@example.com", Role.MEMBER)
    thief = attrs.evolve(office.authentication, peppers=Peppers())
    elsewhere = attrs.evolve(office.authentication, peppers=Peppers.of(b"n" * 32))

    for door in (thief, elsewhere):
        with pytest.raises(Unauthenticated):
            door.authenticate(issued.text)
    office.authentication.authenticate(issued.text)


def test_a_key_moves_to_the_newest_pepper_when_it_is_used() -> None:
    """So the old master key can be thrown away once its keys have been used."""
    office = Office()
    issued = office.key_for("ada@example.com", Role.MEMBER)
    both = attrs.evolve(office.authentication, peppers=Peppers.of(b"new" * 9))
    both.authenticate(issued.text)

    [listed] = office.keys.all(US)
    assert listed.key.seal.pepper_id == both.peppers.newest != ""
    both.authenticate(issued.text)


def test_no_text_of_a_key_shows_its_secret() -> None:
    """Values end up in tracebacks and logs."""
    office = Office(peppers=Peppers.of(b"m" * 32))
    issued = office.key_for("ada@example.com", Role.MEMBER)
    text = key_text(issued.text)
    assert text is not None
    told = repr((issued, office.keys.all(US), office.authentication, text, office.audit.page(US)))

    assert text.secret not in told
    assert issued.key.seal.digest not in told
    assert repr(b"m" * 32)[2:-1] not in told


def test_a_key_whose_pepper_is_gone_is_listed_as_locked() -> None:
    """Whoever took the old master key away too early must see which keys that cost."""
    office = Office(peppers=Peppers.of(b"old" * 9))
    issued = office.key_for("ada@example.com", Role.MEMBER)
    without = attrs.evolve(office.keys, peppers=Peppers.of(b"new" * 9))

    assert (office.keys.state(issued.key), without.state(issued.key)) == (KeyState.ACTIVE, KeyState.LOCKED)
    assert without.state(without.revoke(US, issued.key.id).key) is KeyState.REVOKED
