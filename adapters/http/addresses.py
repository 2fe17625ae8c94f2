"""
Which addresses may be called: public ones, private ones where the operator allows it, and some never.

Python's `is_global` alone is no answer: it is true for multicast, and for IPv6 addresses that a gateway turns into
IPv4 ones, loopback among them (64:ff9b::7f00:1 is 127.0.0.1). So what is public is named here: of IPv6 only 2000::/3 is
given out for that (RFC 4291), and within it some ranges are tunnels.
"""

from __future__ import annotations

import functools
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from attrs import frozen

from domain.jobs.errors import BrokenSettings

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


_GLOBAL_UNICAST = IPv6Network("2000::/3")
# They give keys to whoever asks (AWS, Google, Azure, Alibaba, Oracle); some have private or even public numbers.
_METADATA = _networks("169.254.169.254", "fd00:ec2::254", "168.63.129.16", "100.100.100.200", "192.0.0.192")
_PRIVATE = (
    (_networks("127.0.0.0/8", "::1/128"), "a loopback address"),
    (_networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"), "a private address"),
)
_REFUSED = (
    (_networks("0.0.0.0/8", "::/128"), "an unspecified address"),
    (_networks("169.254.0.0/16", "fe80::/10"), "a link-local address"),
    (_networks("224.0.0.0/4", "ff00::/8"), "a multicast address"),
    (_networks("240.0.0.0/4"), "a reserved address"),
    # IPv4-mapped and -compatible, NAT64 (RFC 6052, 8215), 6to4, Teredo: an IPv4 address in disguise.
    (
        _networks("::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"),
        "an address that stands for another one",
    ),
)


@frozen(kw_only=True)
class AddressRules:
    """
    What may be called beside public addresses: all private ones, or the *ranges* that the operator has named.

    A range that is named may be called whatever it is, except that an address that stands for an IPv4 one is judged as
    that, too, and that the metadata services of clouds must be named one by one, as single addresses.
    """

    allows_private: bool = False
    ranges: tuple[Network, ...] = ()

    def refusal(self, address: str) -> str:
        """Return what the address is, if it may not be called; empty where it may."""
        return _refusal(self, address)

    @classmethod
    def parse(cls, text: str, *, name: str) -> AddressRules:
        """
        Read `true`, `false`, or ranges between commas (`10.0.0.0/8, fd00::/8`).

        Raises:
            BrokenSettings: the setting *name* holds something else.
        """
        if text.lower() in ("true", "false"):
            return cls(allows_private=text.lower() == "true")
        try:
            return cls(ranges=_networks(*text.replace(",", " ").split()))
        except ValueError as exc:
            raise BrokenSettings(
                f"{name}={text!r}: {exc}; expected true, false, or ranges such as 10.0.0.0/8,fd00::/8"
            ) from exc


PUBLIC_ONLY = AddressRules()
THIS_NETWORK = AddressRules(allows_private=True)


@functools.lru_cache(maxsize=4096)  # of a pure function: the address that is connected to is judged each time
def _refusal(rules: AddressRules, text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return "no address"
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return "an address of one network card"
    if _is_within(address, _METADATA):
        is_named = any(_is_within(address, (each,)) for each in rules.ranges if each.num_addresses == 1)
        return "" if is_named else "the metadata service of a cloud"
    if _is_within(address, rules.ranges):
        inner = _inner(address)
        return "" if inner is None else rules.refusal(str(inner))
    private = _first(_PRIVATE, address)
    return ("" if rules.allows_private else private) if private else _first(_REFUSED, address) or _not_public(address)


def _first(kinds: tuple[tuple[tuple[Network, ...], str], ...], address: Address) -> str:
    return next((what for networks, what in kinds if _is_within(address, networks)), "")


def _not_public(address: Address) -> str:
    """Return what remains: documentation, benchmarks, and all that was never given out."""
    is_public = address.is_global and (address.version == 4 or address in _GLOBAL_UNICAST)
    return "" if is_public else "an address that is not public"


def _is_within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _inner(address: Address) -> IPv4Address | None:
    """Return the IPv4 address that a gateway would call for this one."""
    if isinstance(address, IPv4Address):
        return None
    if address in IPv6Network("64:ff9b::/96"):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
