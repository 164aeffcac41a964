"""What turns a statement round, or makes it none: negation, wishes, conditions, questions."""

from __future__ import annotations

from custservice.sentiment.compiled import BITS
from custservice.sentiment.scope import (
    ADJECTIVE,
    ADVERB,
    AND,
    AUX,
    BREAK,
    COMMA,
    DET,
    LINK,
    NOT,
    NOUN,
    PEOPLE,
    PREP,
    SELF,
    SERVICE,
    SUBJECT,
    THEY,
    Scene,
)

IF, WISH, RAISING, ASKING = BITS["if"], BITS["wish"], BITS["raising"], BITS["asking"]
#: Negators that speak of who, and so reach over the whole clause.
_WHO = {"no", "none", "nobody", "noone", "nothing", "neither", "nowhere"}
#: Negators that stay such inside a phrase ("did not even").
_WORDS = {"not", "no", "never", "nobody", "without"}
#: Words that turn "could not have been" and "never met" into the strongest praise or blame.
_MORE = {"more", "better", "worse", "nicer", "friendlier", "kinder", "such", "so", "as", "warmer", "ruder", "slower"}
_BEST = {"been", "be", "met", "had", "seen", "experienced", "found", "encountered", "ask", "wish", "imagine", "felt"}
#: Words that open a fresh statement after "and": "not rude and very welcoming".
_FRESH = {"very", "extremely", "really", "so", "quite", "incredibly", "always", "absolutely", "super", "totally", "not"}
_MAX_REACH = 7
_MAX_CONDITION = 10
#: How far "no" reaches where no verb carries it on: "no friendly or helpful staff".
_MAX_NO = 5


def _is_predicate(scene: Scene, first: int) -> bool:
    """Whether a linking verb leads to the statement: "no one at the desk was friendly"."""
    at = first - 1
    while at >= 0 and scene.bits[at] & (ADVERB | ADJECTIVE | AND) and not scene.bits[at] & LINK:
        at -= 1
    return at >= 0 and bool(scene.bits[at] & (LINK | AUX))


def _is_noun_list(scene: Scene, at: int) -> bool:
    """Whether the comma stands in a list of nouns: "not a single host, waiter, or manager"."""
    bits, total = scene.bits, len(scene.bits)
    after = at + 2 if at + 1 < total and bits[at + 1] & AND else at + 1
    return bool(bits[at - 1] & NOUN) and after < total and bool(bits[after] & NOUN)


def _ends_reach(scene: Scene, at: int, first: int, listed: bool) -> bool:
    """Whether a new statement begins after "and": "did not smile and took ages" negates the smile alone."""
    word, after = scene.tokens[at].word, scene.bits[at + 1]
    if at + 1 < first and after & (DET | SUBJECT | LINK) and not after & ADVERB:
        return True
    if word in ("or", "nor", "/", "as"):
        return False
    return not listed or scene.tokens[at + 1].word in _FRESH


def negator_of(scene: Scene, first: int, own: frozenset[int], *, listed: bool = False) -> int | None:
    """Return the place of the negator that the statement starting at ``first`` stands under, or None.

    ``listed`` says that the statement is an adjective, which one "not" may reach together with others;
    ``own`` holds the places the pattern itself matched: its own "not" is part of what it says.
    """
    bits, tokens = scene.bits, scene.tokens
    if any(bits[k] & NOT or tokens[k].word in _WORDS for k in own):
        return None
    inside = next((k for k in range(first, max(own)) if bits[k] & NOT and k not in own), None)
    if inside is not None:
        return inside
    crossed, strong_stop = False, first - _MAX_REACH - 6
    at = first - 1
    reach = 0
    while at >= 0 and at > strong_stop:
        here = bits[at]
        if here & NOT and at not in own:
            who = tokens[at].word in _WHO and ((not crossed and first - at <= _MAX_NO) or _is_predicate(scene, first))
            if who or (not crossed and reach <= _MAX_REACH) or bits[at + 1] & RAISING:
                return None if _is_emphasis(scene, at, first, own) else at
            return None
        if here & BREAK and at not in own:
            return None
        if here & COMMA and not (at and (scene.is_adjective(at - 1) or _is_noun_list(scene, at))):
            return None
        if here & AND and _ends_reach(scene, at, first, listed):
            return None
        if here & LINK and crossed:
            # A second verb with a subject of its own: the negator before it belongs to another statement.
            return None
        if here & SUBJECT and at not in own:
            crossed = True
        if not here & (ADVERB | ADJECTIVE | AUX | LINK | DET | AND | COMMA):
            reach += 1
        at -= 1
    return None


def _is_emphasis(scene: Scene, at: int, first: int, own: frozenset[int]) -> bool:
    """Whether "not" strengthens: "could not have been more helpful", "never met such kind staff"."""
    between = [scene.tokens[k].word for k in range(at + 1, max(first, max(own) + 1))]
    compares = any(word in _MORE or (word.endswith("ier") and k + at + 1 in own) for k, word in enumerate(between))
    if not compares:
        return False
    before = scene.tokens[at - 1].word if at else ""
    if scene.tokens[at].word == "no" and {"better", "nicer", "friendlier", "kinder"} & set(between[:1]):
        return first + 1 < len(scene.bits) and bool(scene.bits[first + 1] & NOUN)
    if before in ("could", "can") or scene.tokens[at].word == "never":
        return bool(_BEST & set(between)) or before in ("could", "can")
    return bool(_BEST & set(between)) and before in ("have", "has", "had")


def wish_of(scene: Scene, first: int) -> int | None:
    """Return the place of "should", "could be more", "need to" over the statement, or None."""
    bits = scene.bits
    at = first - 1
    while at >= 0 and first - at <= 9:
        here = bits[at]
        if here & WISH:
            ours = at and bits[at - 1] & SELF and scene.tokens[at].word != "wish"
            return None if ours else at
        if here & (BREAK | COMMA):
            return None
        at -= 1
    return None


def condition_of(scene: Scene, first: int) -> int | None:
    """Return the place of the "if" whose clause holds the statement, or None."""
    bits = scene.bits
    at = first - 1
    while at >= 0 and first - at <= _MAX_CONDITION:
        if bits[at] & IF:
            # "asked the staff if ..." is a report, no condition.
            asked = any(bits[k] & ASKING for k in range(max(0, at - 6), at))
            return None if asked or _has_main_clause(scene, at, first) else at
        if bits[at] & (BREAK | COMMA):
            return None
        at -= 1
    return None


def _has_main_clause(scene: Scene, at: int, first: int) -> bool:
    """Whether a subject with its verb stands after the condition: "if you need help Scott will be there"."""
    bits = scene.bits
    return any(
        bits[k] & (PEOPLE | THEY | SERVICE) and bits[k + 1] & (AUX | LINK)
        for k in range(at + 3, min(first, len(bits) - 1))
    )


def question_over(scene: Scene, last: int) -> bool:
    """Whether the statement that ends at ``last`` is asked: a question mark ends its clause."""
    after = next((k for k in range(last + 1, len(scene.bits)) if scene.bits[k] & (BREAK | COMMA)), None)
    return after is not None and scene.tokens[after].word == "?"


__all__ = ["PREP", "condition_of", "negator_of", "question_over", "wish_of"]
