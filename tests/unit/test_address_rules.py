"""Which addresses may be called: the rules, over the spellings and the ranges that attacks are made of."""

from __future__ import annotations

import pytest

from adapters.http.addresses import PUBLIC_ONLY, THIS_NETWORK, AddressRules
from adapters.http.url import Url
from domain.jobs.errors import BrokenSettings, InvalidInput

PUBLIC = ["93.184.216.34", "1.1.1.1", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001::2"]
PRIVATE = [
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "::1",
    "fc00::1", "fd12:3456::1",
]  # fmt: skip
NEVER = [
    "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "224.0.0.1", "239.255.255.255", "255.255.255.255",
    "240.0.0.1", "192.0.2.1", "198.18.0.1", "::", "fe80::1", "fe80::1%eth0", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1", "2002:7f00:1::",
    "2001:0:53aa:64c:0:fbff:ab54:9c0e", "2001:db8::1", "fec0::1", "4000::1", "fd00:ec2::254", "168.63.129.16",
    "100.100.100.200", "192.0.0.192", "no address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_called(address: str) -> None:
    """Targets are somewhere on the internet, mostly."""
    assert PUBLIC_ONLY.refusal(address) == ""
    assert THIS_NETWORK.refusal(address) == ""


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_for_who_allows_them(address: str) -> None:
    """On a laptop the bot under test runs there, too; what is behind a server's firewall is not for tenants."""
    assert PUBLIC_ONLY.refusal(address) != ""
    assert THIS_NETWORK.refusal(address) == ""


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_called(address: str) -> None:
    """Nobody tests a bot there; metadata services give away the machine's credentials, also on one's own machine."""
    assert PUBLIC_ONLY.refusal(address) != ""
    assert THIS_NETWORK.refusal(address) != ""


@pytest.mark.parametrize(
    ("ranges", "address", "may"),
    [
        ("10.1.0.0/16", "10.1.2.3", True),
        ("10.1.0.0/16", "10.2.2.3", False),
        ("10.1.0.0/16, fd00::/8", "fd00::1", True),
        ("10.1.0.0/16", "127.0.0.1", False),
        ("10.1.0.0/16", "8.8.8.8", True),
        ("169.254.0.0/16", "169.254.1.1", True),
        ("169.254.0.0/16", "169.254.169.254", False),
        ("0.0.0.0/0 ::/0", "169.254.169.254", False),
        ("169.254.169.254", "169.254.169.254", True),
        ("64:ff9b::/96", "64:ff9b::808:808", True),
        ("64:ff9b::/96", "64:ff9b::7f00:1", False),
        ("64:ff9b::/96,127.0.0.0/8", "64:ff9b::7f00:1", True),
        ("::/0", "::ffff:10.0.0.1", False),
        ("::/0", "2002:0a00:0001::", False),
    ],
)
def test_an_operator_names_ranges(ranges: str, address: str, may: bool) -> None:
    """One network of test machines may be opened without opening everything behind the firewall."""
    rules = AddressRules.parse(ranges, name="ANTIPHON_PRIVATE_TARGETS")

    assert (rules.refusal(address) == "") is may


@pytest.mark.parametrize("text", ["yes", "10.0.0.1/8", "10.0.0.0/33", "localhost", "10.0.0.0/8;fd00::/8"])
def test_what_is_no_range_is_refused(text: str) -> None:
    """A typo must not silently open or close a network."""
    with pytest.raises(BrokenSettings, match="ANTIPHON_PRIVATE_TARGETS"):
        AddressRules.parse(text, name="ANTIPHON_PRIVATE_TARGETS")


@pytest.mark.parametrize(
    "host",
    [
        "2130706433", "017700000001", "0x7f000001", "0x7f.1", "0x7F.0.0.1", "127.1", "127.0.1", "0177.0.0.1",
        "127.0.0.1.", "127.0.0.01", "1.2.3.4.5", "256.1.1.1", "[::1%25lo]", "[fe80::1%eth0]", "[::1", "[1.2.3.4]",
        "１２７.1", "127。1", "①②⑦.1", "0x", "a.0x7f", "99999999999",
    ],
)  # fmt: skip
def test_oddly_written_addresses_are_refused(host: str) -> None:
    """They are addresses to one program and names to the next: what one judges, another would call."""
    with pytest.raises(InvalidInput, match="url:"):
        Url.parse(f"http://{host}/", field="url", shown="http://.../")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "bot.example", "1password.example", "x1", "a.b1"])
def test_plain_addresses_and_names_are_read(host: str) -> None:
    """The rule against odd spellings must not refuse names that have digits in them."""
    assert Url.parse(f"http://{host}/", field="url", shown="u").host == host.strip("[]")
