"""
Which request a piece of work came from, for whoever follows it through logs and traces.

It decides nothing: work without an origin runs like any other.
"""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Origin:
    """*request_id* as the caller was told it; *trace*: the W3C `traceparent` of the request. Empty: there is none."""

    request_id: str = ""
    trace: str = ""


UNKNOWN = Origin()
"""Of work that nobody follows: started from the command line, or by the installation itself."""
