"""What VADER knows of a chunk of text by itself; its lexicon files are read from the installed package."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from custservice.sentiment.tokens import plain

#: Words of rules of their own.
TELL_TALES = frozenset(
    {"no", "or", "nor", "never", "so", "this", "without", "doubt", "least", "kind", "but", "at", "very"}
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The word lists of VADER."""

    valence: dict[str, float]
    emoji: dict[str, str]
    boosters: dict[str, float]
    negators: frozenset[str]
    idioms: dict[str, float]
    emoji_pattern: re.Pattern[str]
    #: One word of every phrase that rules speak of.
    phrase_words: frozenset[str]
    #: All words that some rule names.
    named: frozenset[str]


class Word:
    """All that VADER asks of a chunk of text by itself."""

    __slots__ = (
        *("booster", "emoji", "emphasis", "in_lexicon", "in_phrase", "is_upper"),
        *("lower", "negates", "tells", "text", "valence"),
    )

    def __init__(self, chunk: str) -> None:
        rules = rules_of_vader()
        self.text = chunk
        self.emoji = self.emphasis = False
        if chunk.isascii() and chunk.isalpha():
            text = chunk
        else:
            token = chunk if chunk.isascii() else plain(chunk)
            stripped = token.strip(string.punctuation)
            text = token if len(stripped) <= 2 else stripped
            self.emoji = not chunk.isascii() and rules.emoji_pattern.search(token) is not None
            self.emphasis = "!" in token or "?" in token
        lower = self.lower = text.lower()
        self.is_upper = text.isupper()
        self.in_lexicon = lower in rules.valence
        self.valence = rules.valence.get(lower, 0.0)
        self.booster = rules.boosters.get(lower, 0.0)
        self.negates = lower in rules.negators or "n't" in lower
        #: Whether phrases that have a valence of their own, or boost, may hold it.
        self.in_phrase = lower in rules.phrase_words
        #: Whether it may change the valence of a word near it, or its own hangs on its neighbours.
        self.tells = (
            self.negates
            or self.booster != 0
            or (self.is_upper and self.in_lexicon)
            or self.in_phrase
            or lower in TELL_TALES
        )


@cache
def rules_of_vader() -> Rules:
    """Return the lexicon and the word lists of the installed package."""
    original = import_module("vaderSentiment.vaderSentiment")
    analyzer = original.SentimentIntensityAnalyzer()
    negators = frozenset(original.NEGATE)
    phrases = [phrase.split() for phrase in (*original.SPECIAL_CASES, *original.BOOSTER_DICT)]
    phrase_words = frozenset(
        max(phrase, key=len) for phrase in phrases if len(phrase) > 1 or phrase[0] in original.SPECIAL_CASES
    )
    named = frozenset(analyzer.lexicon).union(original.BOOSTER_DICT, negators, phrase_words, TELL_TALES)
    return Rules(
        analyzer.lexicon,
        analyzer.emojis,
        original.BOOSTER_DICT,
        negators,
        original.SPECIAL_CASES,
        re.compile("[" + "".join(map(re.escape, analyzer.emojis)) + "]"),
        phrase_words,
        named,
    )


class _Memo(dict[str, Word]):
    """Chunk to word, filled as texts are read."""

    def __missing__(self, chunk: str) -> Word:
        word = Word(chunk)
        if len(self) < 300_000 and len(chunk) < 60:
            self[chunk] = word
        return word


WORDS = _Memo()
