"""Numbers in words: all of English below a hundred, and those of German and French that contracts are full of."""

from __future__ import annotations

ONES = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen"
)
TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_IN_ENGLISH = {word: value for value, word in enumerate(ONES.split("|"))} | {
    word: 10 * tens for tens, word in enumerate(TENS.split("|"), start=2)
}
_IN_OTHERS = {
    "zwei": 2,
    "drei": 3,
    "vier": 4,
    "fünf": 5,
    "sechs": 6,
    "sieben": 7,
    "acht": 8,
    "neun": 9,
    "zehn": 10,
    "elf": 11,
    "vierzig": 40,
    "fünfzig": 50,
    "sechzig": 60,
    "siebzig": 70,
    "achtzig": 80,
    "neunzig": 90,
    "hundert": 100,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
    "zwölf": 12,
    "zwanzig": 20,
    "dreissig": 30,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
    "onze": 11,
    "douze": 12,
    "quinze": 15,
    "vingt": 20,
    "trente": 30,
}
"""Of German and French, in small letters: those below a hundred that contracts are full of."""

VALUES = {**_IN_OTHERS, **_IN_ENGLISH}
"""What each word in small letters says (`dreissig` is `dreißig`)."""
OTHERS = "|".join([*_IN_OTHERS, "dreißig"])
TIMES = {
    **dict.fromkeys(["k", "thousand", "tausend"], 1_000),
    **dict.fromkeys(["million", "mio", "mn", "m", "millionen"], 10**6),
    **dict.fromkeys(["billion", "bn", "mrd", "milliarde", "milliarden", "milliard", "milliards"], 10**9),
}
