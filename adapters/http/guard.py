"""
The guard before every address that users give: what a name leads to is judged, and nothing else is connected to.

A name is looked up once for a connection, all addresses it has are judged, and the connection is made to one of these
very addresses. Judging first and having a library look the name up again would let a name answer twice: publicly to the
judge, and 127.0.0.1 to the connection. A kept connection goes where it went when it was made.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address

from attrs import field, frozen

from adapters.http.addresses import PUBLIC_ONLY, THIS_NETWORK, AddressRules
from domain.jobs.errors import InvalidInput

AddressInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]
"""As the standard library's `getaddrinfo` returns it; an address comes first in the last part."""

HINT = "if it is meant, the operator of this installation can allow it with ANTIPHON_PRIVATE_TARGETS"


class AddressRefused(OSError):
    """A name leads to an address that may not be called; nothing was sent there."""


def look_up(host: str, port: int) -> Sequence[AddressInfo]:
    """Return what the system says of a name."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


@frozen(kw_only=True)
class AddressGuard:
    """Finds the addresses of a name that may be called; *resolve* is how names are looked up."""

    rules: AddressRules = PUBLIC_ONLY
    resolve: Callable[[str, int], Sequence[AddressInfo]] = field(default=look_up, repr=False)

    def addresses(self, host: str, port: int) -> Sequence[AddressInfo]:
        """
        Return the addresses of *host*.

        Raises:
            AddressRefused: one of them may not be called. A name that has such an address beside others is not to be
                trusted with any of them.
            OSError: the name can't be looked up.
        """
        found = self.resolve(host, port)
        for *_, address in found:
            what = self.rules.refusal(str(address[0]))
            if what:
                raise AddressRefused(f"its host leads to {what}, where nothing is sent; {HINT}")
        return found

    def check(self, host: str) -> None:
        """
        Refuse an address that is written out, before anything is called; a name is judged when it is looked up.

        Raises:
            InvalidInput: it may not be called.
        """
        try:
            ip_address(host)
        except ValueError:
            return
        what = self.rules.refusal(host)
        if what:
            raise InvalidInput(f"the URL's host is {what}, where nothing is sent; {HINT}")


STRICT = AddressGuard(rules=PUBLIC_ONLY)
"""What counts where nobody has said otherwise: forgetting to hand a guard on must not open a network."""
LOCAL = AddressGuard(rules=THIS_NETWORK)
"""For a machine of one's own."""
