"""robots.txt: what a site asks of us is kept to."""

from __future__ import annotations

import pytest

from adapters.sources.robots import parse_robots


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /private", "/private/a", False),
        ("User-agent: *\nDisallow: /private", "/public", True),
        ("User-agent: *\nDisallow: /docs\nAllow: /docs/open", "/docs/open/a", True),
        ("User-agent: *\nDisallow: /docs\nAllow: /docs/open", "/docs/shut", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf?x", True),
        ("User-agent: *\nDisallow: /*/drafts/", "/x/drafts/a", False),
        ("User-agent: *\nDisallow: /a*b*c$", "/a-b-b-c", False),
        ("User-agent: *\nDisallow: /a*bc*bc$", "/abc", True),
        ("User-agent: *\nDisallow: /a%20b", "/a b", False),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("User-agent: other\nUser-agent: antiphon\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Antiphon/1.0\nAllow: /", "/a", True),
        ("user-AGENT:* # all\n disallow : /x # this", "/x", False),
        ("Disallow: /\nnonsense\n:::", "/a", True),
    ],
)
def test_rules_are_read_as_the_standard_says(rules: str, path: str, allowed: bool) -> None:
    """Wildcards, the longest rule, our own group before everybody's (RFC 9309)."""
    assert parse_robots(rules).allows(path) is allowed


def test_a_delay_that_is_asked_for_is_kept() -> None:
    """A site that asks for ten seconds between requests gets them."""
    assert parse_robots("User-agent: *\nCrawl-delay: 10").delay_s == 10
    assert parse_robots("User-agent: *\nCrawl-delay: soon").delay_s == 0


def test_a_hostile_rule_takes_no_time() -> None:
    """Patterns of others are matched by looking for pieces, not by an expression that tries everything."""
    rules = parse_robots("User-agent: *\nDisallow: /" + "*a" * 2000 + "$")

    assert rules.allows("/" + "a" * 1999 + "b")
