"""
Asking one website: robots.txt first, at the pace of a guest, redirects within the site only.

Every connection goes through the guard, and is closed after its request: at one a second, keeping it open would only
hold it. Credentials never leave the host that they were given for.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from attrs import define, field, frozen

from adapters.http.deadline import Deadline
from adapters.http.environment import EnvironmentValues
from adapters.http.exchange import HttpConnections, Reply, Request
from adapters.http.failures import is_timeout, network_failure, status_failure, timeout_failure
from adapters.http.guard import AddressGuard
from adapters.http.url import Url
from adapters.sources.robots import EVERYTHING, MOST_BYTES, Robots, parse_robots
from adapters.sources.sitemap_files import unpacked
from domain.embedding.pacing import INTERVAL_S
from domain.embedding.source_ports import Pace
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure, TransientFailure

AGENT = "antiphon (documentation sync)"
MOST_REDIRECTS = 5
REQUEST_S = 30.0
_MOVED = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})


@frozen(kw_only=True)
class Page:
    """What a URL answered; *url* is where it was found in the end."""

    url: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@define(kw_only=True, eq=False)
class SiteClient:
    """Asks the website of *home*, an http or https URL."""

    home: str
    guard: AddressGuard
    values: EnvironmentValues = field(repr=False)
    authorization: str = field(default="", repr=False)
    pace: Pace
    now: Callable[[], datetime]
    interval_s: float = INTERVAL_S
    _open: dict[tuple[str, int], HttpConnections] = field(factory=dict, init=False)
    _robots: Robots | None = field(default=None, init=False)
    _lock: threading.RLock = field(factory=threading.RLock, init=False)

    def is_within(self, url: str) -> bool:
        """Whether a URL belongs to the site: the same host and port, and no step back from https to http."""
        try:
            ours, theirs = _origin(self.home), _origin(url)
        except ValueError:
            return False
        is_same = ours == theirs
        return is_same or (ours[0] == "http" and theirs == ("https", ours[1], 443) and ours[2] == 80)

    def allows(self, url: str, *, deadline_s: float = REQUEST_S) -> bool:
        """Whether the site lets us ask for a URL."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return self._rules(deadline_s).allows(path)

    def get(self, url: str, *, headers: Mapping[str, str], max_bytes: int, deadline_s: float) -> Page:
        """
        Return what the URL, or the one it redirects to, answers with 2xx or 304.

        Raises:
            PermanentFailure: it is not there, may not be asked for, leads out of the site, or is too large.
            TransientFailure: it may answer later.
            Deferred: the host may not be asked yet.
        """
        deadline = Deadline.after(min(deadline_s, REQUEST_S))
        for _ in range(MOST_REDIRECTS + 1):
            if not self.is_within(url):
                raise _outside(self.home, url)
            if not self.allows(url, deadline_s=deadline_s):
                raise PermanentFailure(f"{_shown(url)}: robots.txt asks not to read it", kind=FailureKind.REFUSED)
            reply = self._asked(url, headers=headers, max_bytes=max_bytes, deadline=deadline)
            if reply.status not in _MOVED:
                return self._page(url, reply, max_bytes=max_bytes)
            url = urljoin(url, reply.headers.get("Location", ""))
        raise PermanentFailure(f"{_shown(url)}: more than {MOST_REDIRECTS} redirects", kind=FailureKind.REFUSED)

    def _page(self, url: str, reply: Reply, *, max_bytes: int) -> Page:
        if not reply.is_complete:
            raise PermanentFailure(f"{_shown(url)}: it has more than {max_bytes:,} bytes", kind=FailureKind.TOO_LARGE)
        if reply.status in _GONE:
            raise PermanentFailure(f"{_shown(url)}: HTTP {reply.status}, though it is listed", kind=FailureKind.REFUSED)
        if reply.status != 304 and not reply.is_success:
            raise status_failure(reply, call=_shown(url), values=self.values, now=self.now())
        body = reply.body
        encoding = reply.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding in ("gzip", "x-gzip") and body:
            body = unpacked(body, shown=_shown(url), at_most=max_bytes)
        elif encoding not in ("", "identity") and body:
            raise PermanentFailure(
                f"{_shown(url)}: it is packed in a way that was not asked for", kind=FailureKind.BAD_ANSWER
            )
        found = {name.lower(): str(value) for name, value in reply.headers.items()}
        return Page(url=url, status=reply.status, headers=found, body=body)

    def _rules(self, deadline_s: float) -> Robots:
        with self._lock:  # whoever comes second waits for the answer of the first
            if self._robots is None:
                self._robots = self._read_robots(Deadline.after(min(deadline_s, REQUEST_S)))
                self.interval_s = max(self.interval_s, self._robots.delay_s)
            return self._robots

    def _read_robots(self, deadline: Deadline) -> Robots:
        url = urljoin(self.home, "/robots.txt")
        for _ in range(MOST_REDIRECTS + 1):
            reply = self._asked(url, headers={}, max_bytes=MOST_BYTES, deadline=deadline)
            if reply.status in _MOVED:
                url = urljoin(url, reply.headers.get("Location", ""))
                if not self.is_within(url):
                    return EVERYTHING
                continue
            if reply.status == 429 or reply.status >= 500:  # RFC 9309: then nothing may be asked for
                raise TransientFailure(
                    f"{_shown(url)}: HTTP {reply.status}; without it nothing else is asked for",
                    kind=FailureKind.SERVER_ERROR,
                )
            return parse_robots(reply.body.decode("utf-8", "replace")) if reply.is_success else EVERYTHING
        return EVERYTHING

    def _asked(self, url: str, *, headers: Mapping[str, str], max_bytes: int, deadline: Deadline) -> Reply:
        parsed = _parsed(url)
        connections = self._connections(parsed)
        self.pace(parsed.host, interval_s=self.interval_s)
        sent = {"User-Agent": AGENT, "Accept": "*/*", **headers}
        if self.authorization:
            sent["Authorization"] = self.authorization
        request = Request(method="GET", path=parsed.path({}), headers=sent, body=None)
        try:
            return connections.exchange(request, deadline=deadline, max_bytes=max_bytes)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if is_timeout(error):
                failure = timeout_failure(_shown(url), timeout_s=REQUEST_S, deadline_s=REQUEST_S + 1)
            else:
                failure = network_failure(error, call=_shown(url), values=self.values)
        raise failure

    def _connections(self, url: Url) -> HttpConnections:
        with self._lock:
            key = (url.scheme, url.port)
            if key not in self._open:
                self._open[key] = HttpConnections(url, size=0, guard=self.guard)
            return self._open[key]


def _parsed(url: str) -> Url:
    try:
        return Url.parse(url, field="url", shown=_shown(url))
    except InvalidInput as error:
        raise PermanentFailure(str(error), kind=FailureKind.BAD_INPUT) from error


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or {"https": 443}.get(parts.scheme, 80)


def _outside(home: str, url: str) -> PermanentFailure:
    return PermanentFailure(
        f"{_shown(url)}: it is not on {urlsplit(home).netloc}, where the source is; another site is another source",
        kind=FailureKind.REFUSED,
    )


def _shown(url: str) -> str:
    """Return a URL for messages: a query may hold a token."""
    return url.partition("?")[0][:300]
