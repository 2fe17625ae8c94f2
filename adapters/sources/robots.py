"""
robots.txt, read as RFC 9309 says: the group of our own name, else that of `*`; of the rules that fit, the longest
counts.

Python's own parser knows no `*` and `$` in paths, which most sites' rules have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

from attrs import define, field, frozen

NAME = "antiphon"
MOST_BYTES = 500 * 1024
MOST_RULES = 5_000


@frozen(kw_only=True)
class Rule:
    """A path that may or may not be asked for; `*` is anything, and `$` the end."""

    path: str
    allows: bool

    def fits(self, path: str) -> bool:
        """Whether the rule speaks of a path."""
        whole = self.path.endswith("$")
        return _matches(self.path.removesuffix("$").split("*"), path, whole=whole)


@frozen(kw_only=True)
class Robots:
    """What a site asks of us."""

    rules: tuple[Rule, ...] = ()
    delay_s: float = 0.0

    def allows(self, path: str) -> bool:
        """Whether a path (with its query) may be asked for; what no rule speaks of, may."""
        plain = _normal(path)
        fitting = [rule for rule in self.rules if rule.fits(plain)]
        return not fitting or max(fitting, key=lambda rule: (len(rule.path), rule.allows)).allows


EVERYTHING = Robots()


@define
class _Group:
    names: list[str] = field(factory=list)
    rules: list[Rule] = field(factory=list)
    delay_s: float = 0.0
    is_open: bool = True


def parse_robots(text: str) -> Robots:
    """Return what a robots.txt says to us; lines that say nothing are passed over."""
    groups = list(_groups(text))
    ours = [group for group in groups if any(name != "*" and name in NAME for name in group.names)]
    chosen = ours or [group for group in groups if "*" in group.names]
    rules = [rule for group in chosen for rule in group.rules]
    return Robots(rules=tuple(rules[:MOST_RULES]), delay_s=max((group.delay_s for group in chosen), default=0.0))


def _groups(text: str) -> Iterator[_Group]:
    group = _Group()
    for line in text.splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        if not colon:
            continue
        name, value = name.strip().lower(), value.strip()
        if name == "user-agent":
            if not group.is_open:
                yield group
                group = _Group()
            group.names.append(value.lower().partition("/")[0])
        elif name in ("allow", "disallow", "crawl-delay"):
            group.is_open = False
            _add(group, name, value)
    yield group


def _add(group: _Group, name: str, value: str) -> None:
    if name == "crawl-delay":
        if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", value):
            group.delay_s = max(group.delay_s, float(value))
    elif value.startswith(("/", "*")):
        group.rules.append(Rule(path=_normal(value), allows=name == "allow"))


def _normal(path: str) -> str:
    """Return a path so that one that is written in another way compares equal."""
    return quote(unquote(path), safe="/*$?=&:@!'(),;+~%")


def _matches(pieces: list[str], path: str, *, whole: bool) -> bool:
    """Find the pieces between `*` one behind the other: no expression that a hostile file could make slow."""
    first, *rest = pieces
    if not path.startswith(first):
        return False
    at = len(first)
    for no, piece in enumerate(rest):
        if whole and no == len(rest) - 1:
            return len(path) - at >= len(piece) and path.endswith(piece)
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not whole or at == len(path)
