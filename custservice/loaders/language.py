"""Which reviews are in English: only those are read for mentions, the others are kept and counted.

Short praise looks like any language to a model that counts letter groups, so the model is asked last: text in
another script is told by its letters, text with enough plain English words is English, and for the rest the model
must prefer another widely written language by a clear margin. What stays undecided counts as English, because
taking a foreign "merci" for English costs one empty reading, while the reverse loses a review.
"""

from __future__ import annotations

import re

import pandas as pd

ENGLISH = "en"
UNDETERMINED = "und"
# Frequent English words that the other languages of the West do not write alike.
_ENGLISH = """
    the and were is are it its it's i i'm i've my our we you your they their he she his this that these
    there here with for from very would will had has have been be so but not all at by of to as if when which
    what who just really highly definitely again only get got everything anything nothing never always
    great good nice clean place stay stayed host hosts lovely friendly helpful awesome amazing wonderful beautiful
    comfortable cozy quiet easy close perfect excellent fantastic thanks thank loved love recommend recommended
    location house home room rooms apartment staff food time spot space responsive accommodating welcoming
    value well exactly described cute okay cool fun sweet best better yes needed felt made make back next
    night nights day days people experience lounge store order delivery customer waited waiting
    helped rude slow fast quick dirty bad worst terrible horrible worth money price don't didn't wasn't couldn't
    can't won't
"""
_ENGLISH_WORDS = frozenset(_ENGLISH.split())
# The languages worth telling apart; the model's other hundred mostly catch short English phrases.
_WIDELY_WRITTEN = """
    ar bg ca cs da de el en es et fa fi fr he hi hr hu id is it ja ko lt lv ms nl no pl pt ro ru sk sl sr sv th tr
    uk ur vi zh
"""
_LANGUAGES = frozenset(_WIDELY_WRITTEN.split())
_NAMES = {"english": "en", "eng": "en", "spanish": "es", "french": "fr", "german": "de", "italian": "it",
          "portuguese": "pt", "dutch": "nl", "chinese": "zh", "japanese": "ja", "russian": "ru"}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_MARKUP = re.compile(r"<[^>]{0,40}>|https?://\S+")
_FIRST_LETTER_BEYOND_LATIN = "\u0370"
#: So much of a text is enough to know its language.
_LOOK_AT = 500
#: With this share of English words the model is not asked.
_ENOUGH_ENGLISH = 0.35
#: By how much the model must prefer another language to English, per square root of bytes: without any English
#: word, and so much more for each share of them (loan words such as "host" stand in foreign reviews too).
_MARGIN, _MARGIN_PER_SHARE = 2.0, 30.0
#: Two words are too few for that margin, and one may be a name in any language.
_MARGIN_TWO_WORDS = 3.0

#: Languages of fewer reviews are counted and not named: the note stands on published pages.
_LEAST_NAMED = 5


def add_language(reviews: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return reviews with their ``language``, detected where the file does not tell it, and notes that count."""
    given = reviews["language"] if "language" in reviews else pd.Series(None, index=reviews.index, dtype="str")
    told = given.str.lower().str.extract(r"^([^-_]+)", expand=False).astype("str").replace(_NAMES)
    unknown = told.isna()
    found = pd.Series([detect_language(text) for text in reviews.loc[unknown, "text"]], dtype="str")
    language = told.fillna(found.set_axis(reviews.index[unknown])).astype("str")
    other = language[language != ENGLISH].value_counts()
    if other.empty:
        return reviews.assign(language=language), []
    most = ", ".join(f"{name} {count:,}" for name, count in other.head(6).items() if count >= _LEAST_NAMED)
    named = f" ({most})" if most else ""
    note = f"{other.sum():,} of {len(reviews):,} reviews are not in English{named}: they are not read for mentions."
    return reviews.assign(language=language), [note]


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of a text's language, ``"en"`` where it cannot be told.

    ``"und"`` is a text in a script that is not English, in a language that is not recognised.

    Examples
    --------
    >>> detect_language("Great host!"), detect_language("Le logement est très bien situé")
    ('en', 'fr')
    """
    start = _MARKUP.sub(" ", text[:_LOOK_AT])
    words = _WORD.findall(start)
    if not words:
        return ENGLISH
    letters = "".join(words)
    beyond = sum(char >= _FIRST_LETTER_BEYOND_LATIN for char in letters)
    if 2 * beyond > len(letters):
        return _other_script(start)
    english = sum(word.lower().replace("’", "'") in _ENGLISH_WORDS for word in words) / len(words)
    if len(words) == 1 or english >= _ENOUGH_ENGLISH:
        return ENGLISH
    scores = _scores(start)
    best = max(scores, key=scores.__getitem__)
    margin = (scores[best] - scores[ENGLISH]) / max(len(start.encode()), 1) ** 0.5
    least = (_MARGIN_TWO_WORDS if len(words) == 2 else _MARGIN) + _MARGIN_PER_SHARE * english
    return best if margin >= least else ENGLISH


def _other_script(text: str) -> str:
    scores = _scores(text)
    best = max(scores, key=scores.__getitem__)
    return UNDETERMINED if best == ENGLISH else best


def _scores(text: str) -> dict[str, float]:
    """Return the model's log score of each language we tell apart."""
    import py3langid

    return {name: float(score) for name, score in py3langid.rank(text) if name in _LANGUAGES}
