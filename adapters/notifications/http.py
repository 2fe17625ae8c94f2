"""Webhooks over HTTP: one signed POST, no redirects, no body of the answer beyond the start of an error."""

from __future__ import annotations

import http.client
from collections.abc import Mapping, Sequence
from datetime import datetime
from time import perf_counter

from attrs import frozen

from adapters.http.deadline import Deadline
from adapters.http.environment import EnvironmentValues
from adapters.http.exchange import HttpConnections, Reply, Request
from adapters.http.failures import is_timeout, network_failure, status_failure
from adapters.http.guard import STRICT, AddressGuard
from adapters.http.url import Url
from domain.jobs.errors import InvalidInput, ItemFailure, TransientFailure
from domain.notifications.delivery import Answer
from domain.notifications.event import body_of
from domain.notifications.signature import signed_headers
from domain.notifications.webhook import Webhook

TIMEOUT_S = 10.0
GONE = 410
RECEIVER = "the receiver"
"""What messages call it: an address may hold a token of somebody's."""

_MAX_BYTES = 4096
_HEADERS = {"User-Agent": "antiphon-webhooks", "Accept": "*/*", "Content-Type": "application/json"}


@frozen(kw_only=True)
class HttpCarrier:
    """
    `Carrier` that posts JSON; *timeout_s* bounds the whole call, from the look-up of the name to the answer.

    *guard* judges the receiver's address, when it is given and again at each connection.
    """

    timeout_s: float = TIMEOUT_S
    guard: AddressGuard = STRICT

    def check(self, url: str) -> None:
        """Refuse what is no http or https URL, or has an address that may not be called."""
        self.guard.check(_parsed(url).host)

    def carry(self, webhook: Webhook, *, event: Mapping[str, object], secrets: Sequence[str], now: datetime) -> Answer:
        """Post the event, once; whatever goes wrong is an answer."""
        body = body_of(dict(event))
        signed = signed_headers(body, message_id=str(event["id"]), timestamp=int(now.timestamp()), secrets=secrets)
        request_headers = {**_HEADERS, **signed}
        values = EnvironmentValues({})
        for secret in secrets:
            values.add_secret(secret)
        began = perf_counter()
        try:
            url = _parsed(webhook.url)
            request = Request(method="POST", path=url.path({}), headers=request_headers, body=body)
            connections = HttpConnections(url, size=0, guard=self.guard)
            reply = connections.exchange(request, deadline=Deadline.after(self.timeout_s), max_bytes=_MAX_BYTES)
        except InvalidInput as error:
            return Answer(error=f"{RECEIVER}: {error}", took_s=perf_counter() - began)
        except (OSError, http.client.HTTPException, ValueError) as error:
            took_s = perf_counter() - began
            if is_timeout(error):
                return Answer(error=f"{RECEIVER}: no complete answer within {self.timeout_s:g} s", took_s=took_s)
            return Answer(error=str(network_failure(error, call=RECEIVER, values=values)), took_s=took_s)
        return _answer(reply, values=values, now=now, took_s=perf_counter() - began)


def _parsed(url: str) -> Url:
    return Url.parse(url, field="url", shown=url)


def _answer(reply: Reply, *, values: EnvironmentValues, now: datetime, took_s: float) -> Answer:
    if reply.is_success:
        return Answer(status=reply.status, took_s=took_s)
    failure: ItemFailure = status_failure(reply, call=RECEIVER, values=values, now=now)
    return Answer(
        status=reply.status,
        error=str(failure),
        took_s=took_s,
        retry_after_s=failure.retry_after_s if isinstance(failure, TransientFailure) else None,
        is_gone=reply.status == GONE,
    )
