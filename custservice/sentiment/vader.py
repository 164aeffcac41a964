"""Sentiment per sentence: the scores of vaderSentiment 3.3.2, computed by table.

The rules are those of Hutto and Gilbert (2014) as vaderSentiment 3.3.2 applies them, quirks included, so that the
numbers agree to the last digit it prints; its lexicon files are read from the installed package. What a word does is
looked up once per kind of word, and only words with a valence are looked at with their neighbours.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module, resources
from typing import Any, NamedTuple

import pandas as pd

from custservice.errors import InputError, did_you_mean
from custservice.sentiment.batches import Texts, frame_of, run_batches
from custservice.sentiment.chunks import ending, pieces
from custservice.sentiment.tokens import plain

TYPES = {
    **{"text_id": "int64", "sentence": "Int64"},
    **dict.fromkeys(("compound", "positive", "neutral", "negative"), "float64"),
}
COLUMNS = tuple(TYPES)
_CAPITALS, _TURNED = 0.733, -0.74
_BUT_BEFORE, _BUT_AFTER = 0.5, 1.5
#: Boosters fade with their distance from the word they boost.
_FADE = (1.0, 0.95, 0.9)


#: Words of rules of their own.
_TELL_TALES = frozenset({"no", "or", "nor", "never", "so", "this", "without", "doubt", "least", "kind", "but"})


class Scores(NamedTuple):
    """VADER's four numbers for one sentence."""

    compound: float
    positive: float
    neutral: float
    negative: float


_EMPTY, _NOTHING_SAID = Scores(0.0, 0.0, 0.0, 0.0), Scores(0.0, 0.0, 1.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Rules:
    valence: dict[str, float]
    emoji: dict[str, str]
    boosters: dict[str, float]
    negators: frozenset[str]
    idioms: dict[str, float]
    emoji_pattern: re.Pattern[str]
    #: Words that rules speak of, and one word of every phrase they speak of.
    tell_tales: frozenset[str]


class _Word:
    """All that VADER asks of a chunk of text by itself."""

    __slots__ = (
        *("booster", "emoji", "emphasis", "end", "in_lexicon", "is_upper"),
        *("lower", "negates", "tells", "text", "valence"),
    )

    def __init__(self, chunk: str) -> None:
        rules = _rules()
        self.text, self.end = chunk, ending(chunk)
        token = chunk if chunk.isascii() else plain(chunk)
        stripped = token.strip(string.punctuation)
        text = token if len(stripped) <= 2 else stripped
        lower = self.lower = text.lower()
        self.emoji = not chunk.isascii() and rules.emoji_pattern.search(token) is not None
        self.emphasis = "!" in token or "?" in token
        self.is_upper = text.isupper()
        self.in_lexicon = lower in rules.valence
        self.valence = rules.valence.get(lower, 0.0)
        self.booster = rules.boosters.get(lower, 0.0)
        self.negates = lower in rules.negators or "n't" in lower
        #: Whether it may change the valence of a word near it, or its own hangs on its neighbours.
        self.tells = (
            self.negates or self.booster != 0 or (self.is_upper and self.in_lexicon) or (lower in rules.tell_tales)
        )


def score_sentiment(texts: Texts, engine: str = "vader", *, workers: int = 1) -> pd.DataFrame:
    """Score the sentiment of each sentence as vaderSentiment 3.3.2 does, or as NLTK's version of it.

    Curly quotes are made straight and markup white space first.

    Parameters
    ----------
    texts
        Texts; a list is numbered from 0.
    engine
        "vader", or "nltk" for the scores of NLTK's analyzer, for comparison with older work. They differ: NLTK gives a
        repeated word the context of its first occurrence, has no rule for "no" and leaves emoji out.
    workers
        How many processes share the work, which pays from some ten thousand texts on.

    Returns
    -------
    DataFrame
        One row per sentence: ``text_id``, ``sentence`` (from 0), ``compound`` (-1 to 1), and the shares
        ``positive``, ``neutral`` and ``negative``. A missing or empty text gives one row with missing values.

    Raises
    ------
    InputError
        There is no such engine, or ``workers`` is less than 1.

    References
    ----------
    Hutto and Gilbert (2014), VADER: A parsimonious rule-based model for sentiment analysis of social media text.

    Examples
    --------
    >>> score_sentiment(["Great staff. Awful food."])["compound"].tolist()
    [0.6249, -0.4588]
    """
    if engine not in _ENGINES:
        raise InputError(f"'{engine}' is no engine{did_you_mean(engine, _ENGINES)}.")
    return run_batches(partial(_batch, engine=engine), texts, workers)


def _batch(texts: list[Any], engine: str) -> pd.DataFrame:
    score = _ENGINES[engine]
    rows: list[tuple[Any, ...]] = []
    for place, text in enumerate(texts):
        missing = True
        for number, piece in enumerate(pieces(text, _MEMO) if isinstance(text, str) else ()):
            rows.append((place, number, *score(piece.parts)))
            missing = False
        if missing:
            rows.append((place, None, None, None, None, None))
    return frame_of(rows, TYPES)


def score_sentence(sentence: str) -> Scores:
    """Return VADER's scores of one sentence, after making curly quotes straight.

    Examples
    --------
    >>> score_sentence("The staff weren’t friendly").compound
    -0.3875
    """
    return _score([_MEMO[chunk] for chunk in sentence.split()])


def _score(words: Sequence[_Word]) -> Scores:
    if True in [word.emoji for word in words]:
        words = [_MEMO[chunk] for chunk in _spell_emoji(plain(" ".join([word.text for word in words]))).split()]
    hot = [place for place, word in enumerate(words) if word.in_lexicon]
    if not hot:
        return _NOTHING_SAID if words else _EMPTY
    tells = [word.tells for word in words]
    valences = [0.0] * len(words)
    for place in hot:
        if True not in tells[place - 3 if place > 3 else 0 : place + 3]:
            valences[place] = words[place].valence
        elif not _is_modifier(words, place):
            valences[place] = _valence(words, place)
    if True in tells:
        _weigh_but(words, valences)
    return _summed(valences, _emphasis("".join([word.text for word in words if word.emphasis])))


def _spell_emoji(text: str) -> str:
    emoji, spelled, after_space = _rules().emoji, "", True
    for sign in text:
        if sign in emoji:
            spelled += ("" if after_space else " ") + emoji[sign]
            after_space = False
        else:
            spelled += sign
            after_space = sign == " "
    return spelled


class _Memo(dict[str, _Word]):
    def __missing__(self, chunk: str) -> _Word:
        word = _Word(chunk)
        if len(self) < 300_000 and len(chunk) < 60:
            self[chunk] = word
        return word


_MEMO = _Memo()


def _is_modifier(words: Sequence[_Word], place: int) -> bool:
    word = words[place]
    if word.booster:
        return True
    return word.lower == "kind" and place + 1 < len(words) and words[place + 1].lower == "of"


def _valence(words: Sequence[_Word], place: int) -> float:
    word = words[place]
    capitals_count = False
    if True in [near.is_upper for near in words[place - 3 if place > 3 else 0 : place + 1]]:
        capitals_count = not all(word.is_upper for word in words)
    valence = word.valence
    if word.lower == "no" and place + 1 < len(words) and words[place + 1].in_lexicon:
        valence = 0.0
    if _under_no(words, place):
        valence = word.valence * _TURNED
    if word.is_upper and capitals_count:
        valence += _CAPITALS if valence > 0 else -_CAPITALS
    for distance in range(min(3, place)):
        before = words[place - distance - 1]
        if before.in_lexicon:
            continue
        valence += _boost(before, valence, capitals_count) * _FADE[distance]
        valence *= _negation(words, place, distance)
        if distance == 2:
            valence = _idioms(words, place, valence)
    return _least(words, place, valence)


def _under_no(words: Sequence[_Word], place: int) -> bool:
    if place > 0 and words[place - 1].lower == "no":
        return True
    if place > 1 and words[place - 2].lower == "no":
        return True
    return place > 2 and words[place - 3].lower == "no" and words[place - 1].lower in ("or", "nor")


def _boost(word: _Word, valence: float, capitals_count: bool) -> float:
    if not word.booster:
        return 0.0
    boost = -word.booster if valence < 0 else word.booster
    if word.is_upper and capitals_count:
        boost += _CAPITALS if valence > 0 else -_CAPITALS
    return boost


def _negation(words: Sequence[_Word], place: int, distance: int) -> float:
    """Return what the word at that distance multiplies the valence by."""
    far = words[place - distance - 1]
    if distance == 0:
        return _TURNED if far.negates else 1.0
    near = words[place - 1].lower
    middle = words[place - 2].lower if distance == 2 else near
    if distance == 1 and far.lower == "never" and near in ("so", "this"):
        return 1.25
    if distance == 2 and ((far.lower == "never" and middle in ("so", "this")) or near in ("so", "this")):
        return 1.25
    if far.lower == "without" and "doubt" in (middle, near):
        return 1.0
    return _TURNED if far.negates else 1.0


def _idioms(words: Sequence[_Word], place: int, valence: float) -> float:
    rules = _rules()
    three, two, one, here = (words[place - k].lower for k in (3, 2, 1, 0))
    after = [word.lower for word in words[place + 1 : place + 3]]
    for phrase in (f"{one} {here}", f"{two} {one} {here}", f"{two} {one}", f"{three} {two} {one}", f"{three} {two}"):
        if phrase in rules.idioms:
            valence = rules.idioms[phrase]
            break
    if after and f"{here} {after[0]}" in rules.idioms:
        valence = rules.idioms[f"{here} {after[0]}"]
    if len(after) == 2 and f"{here} {after[0]} {after[1]}" in rules.idioms:
        valence = rules.idioms[f"{here} {after[0]} {after[1]}"]
    for phrase in (f"{three} {two} {one}", f"{three} {two}", f"{two} {one}"):
        valence += rules.boosters.get(phrase, 0.0)
    return valence


def _least(words: Sequence[_Word], place: int, valence: float) -> float:
    if place == 0 or words[place - 1].lower != "least" or words[place - 1].in_lexicon:
        return valence
    if place > 1 and words[place - 2].lower in ("at", "very"):
        return valence
    return valence * _TURNED


def _weigh_but(words: Sequence[_Word], valences: list[float]) -> None:
    """Halve what stands before "but" and raise what follows, equal valences as vaderSentiment confuses them."""
    lower = [word.lower for word in words]
    if "but" not in lower:
        return
    but = lower.index("but")
    # The list changes while it is walked, and ``index`` finds the first equal valence: as in the original.
    for valence in valences:
        place = valences.index(valence)
        if place < but:
            valences[place] = valence * _BUT_BEFORE
        elif place > but:
            valences[place] = valence * _BUT_AFTER


def _emphasis(text: str) -> float:
    exclamations = min(text.count("!"), 4) * 0.292
    questions = text.count("?")
    if questions <= 1:
        return exclamations
    return exclamations + (questions * 0.18 if questions <= 3 else 0.96)


def _summed(valences: list[float], emphasis: float) -> Scores:
    said = [valence for valence in valences if valence]
    total = float(sum(said))
    total += emphasis if total > 0 else -emphasis if total < 0 else 0.0
    compound = max(-1.0, min(1.0, total / math.sqrt(total * total + 15)))
    positive = sum([valence + 1 for valence in said if valence > 0])
    negative = sum([1 - valence for valence in said if valence < 0])
    if positive > negative:
        positive += emphasis
    elif positive < negative:
        negative += emphasis
    neutral = len(valences) - len(said)
    whole = positive + negative + neutral
    return Scores(round(compound, 4), round(positive / whole, 3), round(neutral / whole, 3), round(negative / whole, 3))


@cache
def _rules() -> _Rules:
    original = import_module("vaderSentiment.vaderSentiment")
    analyzer = original.SentimentIntensityAnalyzer()
    phrases = [phrase.split() for phrase in (*original.SPECIAL_CASES, *original.BOOSTER_DICT)]
    return _Rules(
        analyzer.lexicon,
        analyzer.emojis,
        original.BOOSTER_DICT,
        frozenset(original.NEGATE),
        original.SPECIAL_CASES,
        re.compile("[" + "".join(map(re.escape, analyzer.emojis)) + "]"),
        _TELL_TALES.union(max(phrase, key=len) for phrase in phrases),
    )


def _score_by_nltk(words: Sequence[_Word]) -> Scores:
    scores = _nltk_analyzer().polarity_scores(plain(" ".join([word.text for word in words])))
    return Scores(scores["compound"], scores["pos"], scores["neu"], scores["neg"])


@cache
def _nltk_analyzer() -> Any:
    """Return NLTK's analyzer with the lexicon of vaderSentiment, which is the same; NLTK's own must be downloaded."""
    nltk_vader = import_module("nltk.sentiment.vader")
    lexicon = resources.files("vaderSentiment").joinpath("vader_lexicon.txt").read_text("utf-8")

    class Analyzer(nltk_vader.SentimentIntensityAnalyzer):  # type: ignore[misc, name-defined]
        # NLTK's loader refuses files outside its data folders, and hard links, which installers make.
        def __init__(self) -> None:
            self.lexicon_file = lexicon.strip()
            self.lexicon = self.make_lex_dict()
            self.constants = nltk_vader.VaderConstants()

    return Analyzer()


_ENGINES: Mapping[str, Callable[[Sequence[_Word]], Scores]] = {"vader": _score, "nltk": _score_by_nltk}
