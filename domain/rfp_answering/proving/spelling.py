"""
Writing in words what is written in other words elsewhere: `twice`, `a dozen`, `around the clock`, `½`, `gdpr`.

Both sides of a comparison are respelled, so a phrase that is respelled awkwardly still equals itself.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from domain.rfp_answering.proving.spelled import plain, spelled_in
from domain.rfp_answering.proving.units import EXACT

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
_ORDERED = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|quarter|half|week|weekend|working day|business day)"
_FRACTION = re.compile(r"(?P<whole>(?<!\d)\d+\s?)?(?P<part>[¼-¾⅐-⅞])")
_FORMS = {form: name for name in _STANDARDS.split() for form in (name, f"{name}v")}
_STANDARD = {name: re.compile(rf"\b{name}(?=\d|v\d|\b)", re.IGNORECASE) for name in _STANDARDS.split()}
_RESPELLED: tuple[tuple[frozenset[str], re.Pattern[str], str], ...] = tuple(
    (frozenset(needed.split()), re.compile(pattern, re.IGNORECASE), words)
    for needed, pattern, words in (
        # one of the words that a text must hold, what is looked for then, what is written instead
        (
            "hours",
            r"\b(?:24|twenty-four) hours (?:a|per) day,?(?: and)? (?:7|seven) days (?:a|per) week\b",
            "24/7",
        ),
        ("round around", r"\b(?:a?round)[ -]the[ -]clock\b", "24/7"),
        ("x × *", r"\b24\s?[x×*]\s?7\b", "24/7"),
        ("type", r"\btype (?=[IVX\d])", "Type "),
        ("rd", r"\b3rd(?= part(?:y|ies)\b)", "third"),
        ("art", r"\bart\.\s?(?=\d)", "Article "),
        ("twice", r"\btwice\b", "2 times"),
        ("thrice", r"\bthrice\b", "3 times"),
        ("half", r"\bhalf an? (?=\w)", "0.5 "),
        ("half", r"\bhalf\b(?!-)", "0.5"),
        ("quarter", r"\ba quarter of (?:an? )?", "0.25 "),
        ("dozen", r"\b(?:a )?dozen\b", "12"),
        ("other", r"\bevery other\b", "every 2"),
        ("hourly", r"\b(?:hourly)\b", "every hour"),
        ("daily nightly", r"\b(?:daily|nightly)\b", "every day"),
        ("fortnightly", r"\bfortnightly\b", "every fortnight"),
        ("weekly", r"\b(?<!bi-)weekly\b", "every week"),
        ("monthly", r"\b(?<!bi-)monthly\b", "every month"),
        ("quarterly", r"\bquarterly\b", "every quarter"),
        ("annual annually yearly", r"\b(?:annual|annually|(?<!half-)yearly)\b", "every year"),
        ("first", rf"\bfirst(?= {_ORDERED}\b)", "1st"),
        ("second", rf"\bsecond(?= {_ORDERED}\b)", "2nd"),
        ("q", r"\bQ1\b", "1st quarter"),
        ("q", r"\bQ2\b", "2nd quarter"),
        ("q", r"\bQ([34])\b", r"\1th quarter"),
        ("stunde heure ndlich", r"\b(?:pro|je|par|jede|jeder) (?:stunde|heure)\b|\bstündlich\b", "every hour"),
        ("tag jour glich", r"\b(?:pro|je|par|jeden) (?:tag|jour)\b|\btäglich\b", "every day"),
        ("woche semaine chentlich", r"\b(?:pro|je|par|jede) (?:woche|semaine)\b|\bwöchentlich\b", "every week"),
        ("monat mois monatlich", r"\b(?:pro|je|par|jeden) (?:monat|mois)\b|\bmonatlich\b", "every month"),
        ("quartal trimestre hrlich", r"\b(?:pro|je|par) (?:quartal|trimestre)\b|\bvierteljährlich\b", "every quarter"),
        ("jahr an hrlich", r"\b(?:pro|je) jahr\b|\bpar an\b|\bjährlich\b", "every year"),
    )
)
_SIGNS = "×*"
_ORDINAL_WORD = re.compile(rf"\b(?:{'|'.join(_ORDINAL)})\b(?! part(?:y|ies)\b)", re.IGNORECASE)
_NEEDED = frozenset().union(*(needed for needed, _pattern, _words in _RESPELLED))


def respelled(text: str) -> str:
    """
    Return a folded text with rates, fractions and ordinals in one spelling, and known standards in capitals.

    No pattern is tried without one of its words: twenty of them cost a millisecond, and most texts hold none.
    """
    words = spelled_in(text).union(one for one in _SIGNS if one in text)
    if not text.isascii():
        text = _FRACTION.sub(_decimal, text)
    for needed, pattern, instead in _RESPELLED if words & _NEEDED else ():
        if words & needed:
            text = pattern.sub(instead, text)
    if words & _ORDINAL.keys():
        text = _ORDINAL_WORD.sub(lambda found: _ORDINAL[plain(found.group())], text)
    for name in {_FORMS[form] for form in words & _FORMS.keys()}:
        text = _STANDARD[name].sub(name.upper(), text)
    return text


def _decimal(found: re.Match[str]) -> str:
    part = Decimal(f"{unicodedata.numeric(found['part']):.4g}")
    return f"{EXACT.add(Decimal((found['whole'] or '0').strip()), part):f}"
