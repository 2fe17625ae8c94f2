"""No spelling of an address that is not public leads to a call, whatever the system's look-up makes of it."""

from __future__ import annotations

import contextlib
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

from hypothesis import given
from hypothesis import strategies as st

from adapters.http.addresses import PUBLIC_ONLY, AddressRules
from adapters.http.guard import STRICT, AddressGuard, AddressInfo, AddressRefused
from adapters.http.url import Url
from domain.jobs.errors import InvalidInput

INNER = ["127.0.0.1", "10.0.0.5", "169.254.169.254", "192.168.0.1", "172.16.3.4", "100.64.1.1", "0.0.0.0"]
inner = st.one_of(
    st.sampled_from(INNER).map(IPv4Address),
    st.integers(0, 2**24 - 1).map(lambda low: IPv4Address(0x7F000000 | low)),
    st.integers(0, 2**24 - 1).map(lambda low: IPv4Address(0x0A000000 | low)),
)


@st.composite
def spellings(draw: st.DrawFn) -> str:
    """Return one of the many ways to write an address that is not public."""
    number = int(draw(inner))
    parts = [(number >> shift) & 0xFF for shift in (24, 16, 8, 0)]
    forms = [
        str(number),
        hex(number),
        f"0{number:o}",
        ".".join(draw(st.sampled_from([str(part), hex(part), f"0{part:o}", f"{part:04o}"])) for part in parts),
        f"{parts[0]}.{number & 0xFFFFFF}",
        f"{parts[0]}.{parts[1]}.{number & 0xFFFF}",
        f"[::ffff:{IPv4Address(number)}]",
        f"[::{IPv4Address(number)}]",
        f"[64:ff9b::{IPv4Address(number)}]",
        f"[{IPv6Address((0x2002 << 112) | (number << 80))}]",
        f"[{IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF))}]",
        f"{IPv4Address(number)}.",
        str(IPv4Address(number)),
    ]
    return draw(st.sampled_from(forms))


@given(spellings())
def test_no_spelling_of_an_inner_address_is_called(host: str) -> None:
    """Refused as a URL, or by the guard before a connection; never handed to the network."""
    try:
        url = Url.parse(f"http://{host}/", field="url", shown="u")
        STRICT.check(url.host)
    except InvalidInput:
        return
    with contextlib.suppress(AddressRefused, socket.gaierror):
        STRICT.addresses(url.host, 80)
        raise AssertionError(f"{host} would have been called")


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_what_may_be_called_is_public_by_pythons_own_count(address: IPv4Address | IPv6Address) -> None:
    """The rules may be stricter than the standard library's, and never laxer."""
    if PUBLIC_ONLY.refusal(str(address)) == "":
        assert address.is_global
        assert not address.is_multicast
        assert not any((address.is_private, address.is_loopback, address.is_link_local, address.is_reserved))


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)), st.sampled_from(["10.0.0.0/8", "fd00::/8", "true"]))
def test_allowing_more_refuses_nothing_that_was_allowed(address: object, more: str) -> None:
    """An operator who opens a range must not close another one by it."""
    opened = AddressRules.parse(more, name="X")

    if PUBLIC_ONLY.refusal(str(address)) == "":
        assert opened.refusal(str(address)) == ""


@given(st.lists(st.ip_addresses(v=4), min_size=1, max_size=5))
def test_one_bad_address_condemns_the_name(addresses: list[IPv4Address]) -> None:
    """A name with a public and an inner address would lead inside at the second try."""
    answer = [_info(str(address)) for address in addresses]
    guard = AddressGuard(rules=PUBLIC_ONLY, resolve=lambda _host, _port: answer)

    are_fine = all(PUBLIC_ONLY.refusal(str(ip_address(str(address)))) == "" for address in addresses)
    try:
        assert guard.addresses("name.example", 80) == answer
    except AddressRefused:
        assert not are_fine
    else:
        assert are_fine


def _info(address: str) -> AddressInfo:
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
