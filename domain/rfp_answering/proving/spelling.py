"""
Writing in words what is written in other words elsewhere: `twice`, `a dozen`, `around the clock`, `½`, `gdpr`.

Both sides of a comparison are respelled, so a phrase that is respelled awkwardly still equals itself.
"""

from __future__ import annotations

import re
import unicodedata

_STANDARDS = """
aes aicpa ansi bsi ccpa cis cmmc cobit csa cve cvss dkim dmarc dora dpa dss eidas fedramp ferpa fido fips gdpr hipaa
hitrust hmac hsts iec ietf irap iso itil kms ldap mfa mtls nda nist oauth oidc owasp pci pgp pki rfc rpo rsa rto saml
scim sftp sha sla smime soc sox spf ssae ssh ssl sso stig tisax tls totp vpn waf wcag xss
"""
_ORDINALS = (
    "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth "
    "seventeenth eighteenth nineteenth twentieth"
)
_ORDINAL = {word: f"{number}th" for number, word in enumerate(_ORDINALS.split(), start=3)}
_FRACTION = re.compile(r"(?P<whole>\d+\s?)?(?P<part>[¼-¾⅐-⅞])")
_STANDARD = re.compile(rf"\b(?:{'|'.join(_STANDARDS.split())})(?=\d|v\d|\b)", re.IGNORECASE)
_RESPELLED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"\b(?:24|twenty-four) hours (?:a|per) day,?(?: and)? (?:7|seven) days (?:a|per) week\b", "24/7"),
        (r"\b(?:a?round)[ -]the[ -]clock\b", "24/7"),
        (r"\b24\s?[x×*]\s?7\b", "24/7"),
        (r"\btype (?=[IVX\d])", "Type "),
        (r"\b3rd(?= part(?:y|ies)\b)", "third"),
        (r"\bart\.\s?(?=\d)", "Article "),
        (r"\btwice\b", "2 times"),
        (r"\bthrice\b", "3 times"),
        (r"\bhalf an? (?=\w)", "0.5 "),
        (r"\bhalf\b(?!-)", "0.5"),
        (r"\ba quarter of (?:an? )?", "0.25 "),
        (r"\b(?:a )?dozen\b", "12"),
        (r"\bevery other\b", "every 2"),
        (r"\b(?:hourly)\b", "every hour"),
        (r"\b(?:daily|nightly)\b", "every day"),
        (r"\bfortnightly\b", "every fortnight"),
        (r"\b(?<!bi-)weekly\b", "every week"),
        (r"\b(?<!bi-)monthly\b", "every month"),
        (r"\bquarterly\b", "every quarter"),
        (r"\b(?:annual|annually|(?<!half-)yearly)\b", "every year"),
    )
)
_LETTERS = re.compile(r"[a-z]+|[¼-¾⅐-⅞×]")
_SPELLED = """
round twice thrice half quarter dozen other hourly daily nightly fortnightly weekly monthly quarterly annual annually
yearly hours x × type rd art ¼ ½ ¾ ⅐ ⅑ ⅒ ⅓ ⅔ ⅕ ⅖ ⅗ ⅘ ⅙ ⅚ ⅛ ⅜ ⅝ ⅞
"""
_RESPELLED_WORDS = frozenset(
    [*_SPELLED.split(), *_ORDINAL, *(form for name in _STANDARDS.split() for form in (name, f"{name}v"))]
)
"""A text without any of these is respelled already: most are, and twenty patterns cost a millisecond."""
_ORDINAL_WORD = re.compile(rf"\b(?:{'|'.join(_ORDINAL)})\b(?! part(?:y|ies)\b)", re.IGNORECASE)


def respelled(text: str) -> str:
    """Return a folded text with rates, fractions and ordinals in one spelling, and known standards in capitals."""
    if _RESPELLED_WORDS.isdisjoint(_LETTERS.findall(text.lower())):
        return text
    text = _FRACTION.sub(_decimal, text)
    for pattern, words in _RESPELLED:
        text = pattern.sub(words, text)
    text = _ORDINAL_WORD.sub(lambda found: _ORDINAL[found.group().lower()], text)
    return _STANDARD.sub(lambda found: found.group().upper(), text)


def _decimal(found: re.Match[str]) -> str:
    value = int(found["whole"] or 0) + unicodedata.numeric(found["part"])
    return f"{value:.4g}"
