"""An HTTP URL, checked and cut into what a call needs; `{{ name }}` in its path or query is filled at each call."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Self
from urllib.parse import SplitResult, quote, urlsplit

from attrs import field, frozen

from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure
from domain.jobs.item import Document

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
# Everything RFC 3986 reserves, and `%`: what is written in the specification is meant so.
AS_WRITTEN = ":/?#[]@!$&'()*+,;=%~"
_DEFAULT_PORTS = {"http": 80, "https": 443}


@frozen(kw_only=True)
class Url:
    """
    The parts of a URL.

    *pieces* make up path and query: fixed text at even places, names of variables between. They stay out of `repr`,
    since a key may stand in them.
    """

    scheme: str
    host: str = field(repr=False)
    port: int
    pieces: tuple[str, ...] = field(repr=False)

    @classmethod
    def parse(cls, text: str, *, field: str, shown: str) -> Self:
        """
        Check and cut *text*; messages show *shown* instead, which holds no secrets.

        Raises:
            InvalidInput: not an http or https URL that can be called.
        """
        try:
            parts = urlsplit(text.strip())
            host = (parts.hostname or "").encode("idna").decode("ascii")
            port = parts.port
        except ValueError:
            raise InvalidInput(f"{field}: {shown!r} is not a URL; expected http://host:port/path") from None
        problem = _problem(parts, host=host)
        if problem:
            raise InvalidInput(f"{field}: {shown!r} {problem}; expected http://host:port/path, or https")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        pieces = [
            piece if place % 2 else quote(piece, safe=AS_WRITTEN) for place, piece in enumerate(_VARIABLE.split(path))
        ]
        return cls(
            scheme=parts.scheme,
            host=host,
            port=_DEFAULT_PORTS[parts.scheme] if port is None else port,
            pieces=tuple(pieces),
        )

    def path(self, variables: Document) -> str:
        """
        Return path and query, the variables percent-encoded.

        Raises:
            PermanentFailure: bad_input: a variable has no value.
        """
        if len(self.pieces) == 1:
            return self.pieces[0]
        return "".join(
            _encoded(piece, variables=variables) if place % 2 else piece for place, piece in enumerate(self.pieces)
        )


def _problem(parts: SplitResult, *, host: str) -> str:
    if parts.scheme not in _DEFAULT_PORTS:
        return f"has the scheme {parts.scheme!r}" if parts.scheme else "has no scheme"
    if not host:
        return "has no host"
    if parts.username is not None:
        return "holds a user name; put credentials into an Authorization header"
    if re.search(r"[\s{}<>\\^`|\x00-\x1f\x7f]", host):
        return "has a host with characters that no host name has"
    if not _is_name(host) and not _is_plain_address(host):
        return "has a host that is an oddly written address; write it out, as 127.0.0.1 or [::1]"
    if "{{" in _VARIABLE.sub("", parts.path + parts.query):
        return "holds a template that is more than {{ name }}, which a URL can't"
    return ""


def _is_name(host: str) -> bool:
    """
    Return whether a host is looked up as a name.

    What ends in a number is an address to some and not to others: 2130706433, 0x7f.1 and 127.1 all are 127.0.0.1 to
    the system's look-up (WHATWG URL, "ends in a number").
    """
    last = host.rstrip(".").rpartition(".")[2]
    return ":" not in host and not re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last, flags=re.IGNORECASE)


def _is_plain_address(host: str) -> bool:
    try:
        address = IPv6Address(host) if ":" in host else IPv4Address(host)
    except AddressValueError:
        return False
    return isinstance(address, IPv4Address) or address.scope_id is None


def _encoded(name: str, *, variables: Document) -> str:
    if name not in variables:
        known = ", ".join(sorted(variables)) or "none"
        raise PermanentFailure(
            f"url: the variable {name!r} has no value; the test's variables are: {known}", kind=FailureKind.BAD_INPUT
        )
    return quote(str(variables[name]), safe="", errors="replace")
