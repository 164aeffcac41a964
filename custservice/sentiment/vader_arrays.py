"""VADER's rules for all sentences of a batch at once.

Only words of the lexicon have a valence; each is taken with the three words before it and one after. Sums run from left
to right as in the original, so that every printed digit agrees. Sentences with emoji, or with a word of a phrase that
has a valence of its own, are left to ``vader_sentence``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from custservice.sentiment.chunks import Chunks, Sentences
from custservice.sentiment.rows import Ints
from custservice.sentiment.vader_sentence import (
    CAPITALS,
    FADE,
    STRENGTHENED,
    TURNED,
    score_words,
    weigh_but,
)
from custservice.sentiment.vader_words import WORDS, rules_of_vader

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
#: What rules ask of a word, one bit each.
_ASKED = ("no", "or_nor", "never", "so_this", "without", "doubt", "least", "at_very", "but")
_BITS = {name: 1 << number for number, name in enumerate((*_ASKED, "known", "upper", "negates", "rare", "none"))}
_BIT_OF = {
    **{name: _BITS[name] for name in ("no", "never", "without", "doubt", "least", "but")},
    **dict.fromkeys(("or", "nor"), _BITS["or_nor"]),
    **dict.fromkeys(("so", "this"), _BITS["so_this"]),
    **dict.fromkeys(("at", "very"), _BITS["at_very"]),
}
_FACTS = [("valence", "f8"), ("booster", "f8"), ("bits", "i8"), ("exclamations", "f8"), ("questions", "f8")]
#: Below this a number is so near to the middle of two printed ones that rounding must be done by its exact value.
_NEARLY_HALF = 1e-6


class WordFacts:
    """What VADER knows of each chunk, by its number; the last row is that of no word."""

    def __init__(self) -> None:
        self.chunks = Chunks()
        self._no_word = np.array([(0.0, 0.0, _BITS["none"], 0, 0)], _FACTS)
        self._table = self._no_word

    def take_in(self) -> npt.NDArray[np.void]:
        """Return the facts of all chunks, those met since the last time among them."""
        rows = [_facts(chunk) for chunk in self.chunks.texts[len(self._table) - 1 :]]
        self._table = np.concatenate([self._table[:-1], np.array(rows, _FACTS), self._no_word])
        return self._table


def _facts(chunk: str) -> tuple[float, float, int, int, int]:
    if chunk.isascii() and chunk.isalpha() and chunk.lower() not in rules_of_vader().named:
        # Most words are no more to VADER than one word more.
        return (0.0, 0.0, _BITS["upper"] if chunk.isupper() else 0, 0, 0)
    word = WORDS[chunk]
    bits = _BIT_OF.get(word.lower, 0)
    if word.in_lexicon:
        bits |= _BITS["known"]
    if word.is_upper:
        bits |= _BITS["upper"]
    if word.negates:
        bits |= _BITS["negates"]
    if word.emoji or word.in_phrase:
        bits |= _BITS["rare"]
    marks = (word.text.count("!"), word.text.count("?")) if word.emphasis else (0, 0)
    return (word.valence, word.booster, bits, *marks)


@dataclass(frozen=True, slots=True)
class _Near:
    """The words at some distance from the words of the lexicon."""

    booster: Floats
    bits: Ints

    def has(self, name: str) -> Mask:
        return self.bits & _BITS[name] > 0


def score_sentences(sentences: Sentences, facts: npt.NDArray[np.void]) -> Floats:
    """Return compound, positive, neutral and negative of each sentence; shape (sentences, 4)."""
    chunks, first = sentences.chunks, sentences.first
    total = len(first) - 1
    if not total:
        return np.zeros((0, 4))
    sentence = np.repeat(np.arange(total), np.diff(first))
    bits = facts["bits"][chunks]
    hot = np.flatnonzero(bits & _BITS["known"])
    owner = sentence[hot]
    mixed = np.bincount(sentence[bits & _BITS["upper"] == 0], minlength=total) > 0
    valence = _valences(facts, chunks, hot, first[owner], first[owner + 1], mixed[owner])
    _weigh_buts(valence, hot, owner, np.flatnonzero(bits & _BITS["but"]), sentence)
    marks = [_sums(sentence, facts[name][chunks], total) for name in ("exclamations", "questions")]
    scores = _summed(valence, owner, np.diff(first), _emphasis(*marks))
    for at in np.unique(sentence[bits & _BITS["rare"] > 0]).tolist():
        scores[at] = score_words([WORDS[chunk] for chunk in sentences.words(at)])
    return scores


def _valences(facts: npt.NDArray[np.void], chunks: Ints, hot: Ints, begin: Ints, end: Ints, mixed: Mask) -> Floats:
    """Return the valence of each word of the lexicon, as its neighbours leave it."""

    def near(distance: int) -> _Near:
        place = hot + distance
        inside = (place >= begin) & (place < end)
        number = np.where(inside, chunks[np.clip(place, 0, len(chunks) - 1)], -1)
        return _Near(facts["booster"][number], facts["bits"][number])

    here, after = near(0), near(1)
    before = [near(-1), near(-2), near(-3)]
    valence = facts["valence"][chunks[hot]]
    under_no = before[0].has("no") | before[1].has("no") | (before[2].has("no") & before[0].has("or_nor"))
    valence = np.where(under_no, valence * TURNED, np.where(here.has("no") & after.has("known"), 0.0, valence))
    valence = _louder(valence, here.has("upper") & mixed, valence)
    for distance, word in enumerate(before):
        said = _negated(_boosted(valence, word, mixed, FADE[distance]), before, distance)
        # A word that has a valence of its own changes no other's.
        valence = np.where(word.has("known") | word.has("none"), valence, said)
    lowered = before[0].has("least") & ~before[0].has("known") & ~before[1].has("at_very")
    valence = np.where(lowered, valence * TURNED, valence)
    return np.where(here.booster != 0, 0.0, valence)


def _louder(valence: Floats, loud: Mask, sign: Floats) -> Floats:
    return np.where(loud, valence + np.where(sign > 0, CAPITALS, -CAPITALS), valence)


def _boosted(valence: Floats, word: _Near, mixed: Mask, fade: float) -> Floats:
    boost = np.where(valence < 0, -word.booster, word.booster)
    boost = _louder(boost, word.has("upper") & mixed, valence)
    return np.where(word.booster != 0, valence + boost * fade, valence)


def _negated(valence: Floats, before: list[_Near], distance: int) -> Floats:
    """Return the valences as the word at that distance turns or strengthens them."""
    word, near, middle = before[distance], before[0], before[max(distance - 1, 0)]
    factor = np.where(word.has("negates"), TURNED, 1.0)
    if distance > 0:
        factor = np.where(word.has("without") & (near.has("doubt") | middle.has("doubt")), 1.0, factor)
        strong = word.has("never") & middle.has("so_this")
        if distance == 2:
            strong |= near.has("so_this")
        factor = np.where(strong, STRENGTHENED, factor)
    return valence * factor


def _weigh_buts(valence: Floats, hot: Ints, owner: Ints, buts: Ints, sentence: Ints) -> None:
    """Change the valences of sentences with a "but" in place."""
    holders, at = np.unique(sentence[buts], return_index=True)
    begins, ends = (np.searchsorted(owner, holders, side) for side in ("left", "right"))
    for a, b, but in zip(begins.tolist(), ends.tolist(), buts[at].tolist(), strict=True):
        said = valence[a:b].tolist()
        weigh_but(said, hot[a:b].tolist(), but)
        valence[a:b] = said


def _emphasis(exclamations: Floats, questions: Floats) -> Floats:
    asked = np.where(questions <= 3, questions * 0.18, 0.96)
    return np.minimum(exclamations, 4) * 0.292 + np.where(questions > 1, asked, 0.0)


def _summed(valence: Floats, owner: Ints, sizes: Ints, emphasis: Floats) -> Floats:
    number = len(sizes)
    total = _sums(owner, valence, number)
    total = total + emphasis * np.sign(total)
    compound = np.clip(total / np.sqrt(total * total + 15), -1.0, 1.0)
    positive = _sums(owner, np.where(valence > 0, valence + 1, 0.0), number)
    negative = _sums(owner, np.where(valence < 0, 1 - valence, 0.0), number)
    more = positive > negative
    less = positive < negative
    positive, negative = np.where(more, positive + emphasis, positive), np.where(less, negative + emphasis, negative)
    neutral = sizes - _sums(owner, (valence != 0).astype(float), number)
    whole = positive + negative + neutral
    shares = (rounded(share / whole, 3) for share in (positive, neutral, negative))
    return np.column_stack([rounded(compound, 4), *shares])


def _sums(owner: Ints, values: Floats, total: int) -> Floats:
    # Added one by one from left to right, as nothing else in numpy is.
    return np.bincount(owner, values, total).astype(np.float64, copy=False)


def rounded(values: Floats, digits: int) -> Floats:
    """Return values as Python's ``round`` gives them, which numpy's own does not always.

    Examples
    --------
    >>> rounded(np.array([2.675, 0.0005]), 3).tolist() == [round(2.675, 3), round(0.0005, 3)]
    True
    """
    scaled = values * 10**digits
    found: Floats = np.rint(scaled) / 10**digits
    for at in np.flatnonzero(np.abs(np.abs(scaled - np.trunc(scaled)) - 0.5) < _NEARLY_HALF).tolist():
        found[at] = round(float(values[at]), digits)
    return found
