"""VADER's rules for one sentence, word by word: the readable form, for whatever ``vader_arrays`` leaves over."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from custservice.sentiment.tokens import plain
from custservice.sentiment.vader_words import WORDS, Word, rules_of_vader

CAPITALS, TURNED = 0.733, -0.74
BUT_BEFORE, BUT_AFTER = 0.5, 1.5
#: What "so" and "this" do to a word after a negation, and to some that stand after none.
STRENGTHENED = 1.25
#: Boosters fade with their distance from the word they boost.
FADE = (1.0, 0.95, 0.9)


class Scores(NamedTuple):
    """VADER's four numbers for one sentence."""

    compound: float
    positive: float
    neutral: float
    negative: float


_EMPTY, _NOTHING_SAID = Scores(0.0, 0.0, 0.0, 0.0), Scores(0.0, 0.0, 1.0, 0.0)


def score_words(words: Sequence[Word]) -> Scores:
    """Return the scores of a sentence."""
    if True in [word.emoji for word in words]:
        words = [WORDS[chunk] for chunk in _spell_emoji(plain(" ".join([word.text for word in words]))).split()]
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
    return _summed(valences, emphasis_of("".join([word.text for word in words if word.emphasis])))


def _spell_emoji(text: str) -> str:
    emoji, spelled, after_space = rules_of_vader().emoji, "", True
    for sign in text:
        if sign in emoji:
            spelled += ("" if after_space else " ") + emoji[sign]
            after_space = False
        else:
            spelled += sign
            after_space = sign == " "
    return spelled


def _is_modifier(words: Sequence[Word], place: int) -> bool:
    word = words[place]
    if word.booster:
        return True
    return word.lower == "kind" and place + 1 < len(words) and words[place + 1].lower == "of"


def _valence(words: Sequence[Word], place: int) -> float:
    word = words[place]
    capitals_count = False
    if True in [near.is_upper for near in words[place - 3 if place > 3 else 0 : place + 1]]:
        capitals_count = not all(word.is_upper for word in words)
    valence = word.valence
    if word.lower == "no" and place + 1 < len(words) and words[place + 1].in_lexicon:
        valence = 0.0
    if _under_no(words, place):
        valence = word.valence * TURNED
    if word.is_upper and capitals_count:
        valence += CAPITALS if valence > 0 else -CAPITALS
    for distance in range(min(3, place)):
        before = words[place - distance - 1]
        if before.in_lexicon:
            continue
        valence += _boost(before, valence, capitals_count) * FADE[distance]
        valence *= _negation(words, place, distance)
        if distance == 2:
            valence = _idioms(words, place, valence)
    return _least(words, place, valence)


def _under_no(words: Sequence[Word], place: int) -> bool:
    if place > 0 and words[place - 1].lower == "no":
        return True
    if place > 1 and words[place - 2].lower == "no":
        return True
    return place > 2 and words[place - 3].lower == "no" and words[place - 1].lower in ("or", "nor")


def _boost(word: Word, valence: float, capitals_count: bool) -> float:
    if not word.booster:
        return 0.0
    boost = -word.booster if valence < 0 else word.booster
    if word.is_upper and capitals_count:
        boost += CAPITALS if valence > 0 else -CAPITALS
    return boost


def _negation(words: Sequence[Word], place: int, distance: int) -> float:
    """Return what the word at that distance multiplies the valence by."""
    far = words[place - distance - 1]
    if distance == 0:
        return TURNED if far.negates else 1.0
    near = words[place - 1].lower
    middle = words[place - 2].lower if distance == 2 else near
    if distance == 1 and far.lower == "never" and near in ("so", "this"):
        return STRENGTHENED
    if distance == 2 and ((far.lower == "never" and middle in ("so", "this")) or near in ("so", "this")):
        return STRENGTHENED
    if far.lower == "without" and "doubt" in (middle, near):
        return 1.0
    return TURNED if far.negates else 1.0


def _idioms(words: Sequence[Word], place: int, valence: float) -> float:
    rules = rules_of_vader()
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


def _least(words: Sequence[Word], place: int, valence: float) -> float:
    if place == 0 or words[place - 1].lower != "least" or words[place - 1].in_lexicon:
        return valence
    if place > 1 and words[place - 2].lower in ("at", "very"):
        return valence
    return valence * TURNED


def _weigh_but(words: Sequence[Word], valences: list[float]) -> None:
    lower = [word.lower for word in words]
    if "but" in lower:
        weigh_but(valences, range(len(valences)), lower.index("but"))


def weigh_but(valences: list[float], places: Sequence[int], but: int) -> None:
    """Halve the valences of words before "but" and raise those that follow, equal ones as the original confuses them.

    Words of no valence may be left out: theirs stays nothing.
    """
    # The list changes while it is walked, and ``index`` finds the first equal valence: as in the original.
    for valence in valences:
        at = valences.index(valence)
        if places[at] < but:
            valences[at] = valence * BUT_BEFORE
        elif places[at] > but:
            valences[at] = valence * BUT_AFTER


def emphasis_of(text: str) -> float:
    """Return what the exclamation and question marks of a sentence add."""
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
