"""What turns a statement round, or makes it none: negation, wishes, conditions, questions."""

from __future__ import annotations

from custservice.sentiment.compiled import BITS
from custservice.sentiment.scene import (
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
    REL,
    SELF,
    SERVICE,
    SUBJECT,
    TARGET,
    THEY,
    THING,
    Scene,
)
from custservice.sentiment.scope import _before_phrase

IF, WISH, RAISING, ASKING = BITS["if"], BITS["wish"], BITS["raising"], BITS["asking"]
#: Negators that speak of who, and so reach over the whole clause.
_WHO = {"no", "none", "nobody", "noone", "nothing", "neither", "nowhere", "one", "single", "hardly"}
#: Negators that stay such inside a phrase ("did not even").
_WORDS = {"not", "no", "never", "nobody", "without"}
#: Words that turn "could not have been" and "never met" into the strongest praise or blame.
_MORE = {"more", "better", "worse", "such", "so", "as"}
_KINDER = {"better", "nicer", "superior"}
_NO_COMPARATIVES = {
    "over",
    "offer",
    "answer",
    "ever",
    "never",
    "after",
    "under",
    "either",
    "bother",
    "together",
    "water",
}
_BEST = {
    "been",
    "be",
    "met",
    "had",
    "seen",
    "experienced",
    "found",
    "encountered",
    "ask",
    "wish",
    "imagine",
    "felt",
}
_FOUND = {"find", "get", "meet", "see", "want", "have", "need", "ask", "experience", "encounter"}
#: Last words of the phrases that negate a whole clause, whatever its subject: "not once", "at no point".
_ANYWHERE = {"once", "point", "time", "stage"}
#: Words that open a fresh statement after "and": "not rude and very welcoming".
_FRESH = {
    "very",
    "extremely",
    "really",
    "so",
    "quite",
    "incredibly",
    "always",
    "absolutely",
    "super",
    "totally",
    "not",
}
_QUALITIES = ("ness", "ism", "esy", "manners")
#: Subjects that open a clause of their own, and the words after which they do not.
_PRONOUNS, _ASKED = {"i", "we", "they", "he", "she"}, {"if", "whether", "what", "how", "that"}
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
    word, after = scene.words[at], scene.bits[at + 1]
    if at + 1 < first and after & (DET | SUBJECT | LINK) and not after & ADVERB:
        return True
    if word in ("or", "nor", "/", "as"):
        return False
    return not listed or scene.words[at + 1] in _FRESH


def negator_of(
    scene: Scene, first: int, own: frozenset[int], *, listed: bool = False, praise: bool = True
) -> int | None:
    """Return the place of the negator that the statement starting at ``first`` stands under, or None.

    ``listed`` says that the statement is an adjective, which one "not" may reach together with others, ``praise``
    that "less" and "least" lower it; ``own`` holds the places the pattern itself matched: its own "not" is part of
    what it says. Two negators undo each other ("never failed to help").
    """
    bits, words = scene.bits, scene.words
    if any(bits[k] & NOT or words[k] in _WORDS for k in own):
        # "there was no question that they did not know": a negated main clause undoes the pattern's own negation.
        failed = next((k for k in range(first, max(own)) if words[k] == "to" and bits[k] & NOT), None)
        if failed is not None and (failed not in own or _is_undone(scene, first)):
            return failed
        rel = next((k for k in range(first - 1, -1, -1) if bits[k] & (REL | BREAK | COMMA)), 0)
        return _negated_noun(scene, rel) if rel and bits[rel] & REL else None
    if not scene.seen & NOT:
        return first - 1 if praise and _is_least(scene, first, own) else None
    inside = next((k for k in range(first, max(own)) if bits[k] & NOT and k not in own), None)
    if inside is not None:
        return inside
    at = _nearest(scene, first, own, listed=listed)
    if at is None and praise and _is_denied(scene, max(own)):
        return max(own) + 2
    if at is None:
        return first - 1 if praise and _is_least(scene, first, own) else None
    # "you will not find better staff" strengthens praise, and turns the blame that others are better.
    strengthens = _is_emphasis(scene, at, first, own) and (praise or _KINDER.isdisjoint(words[k] for k in own))
    return None if strengthens or _is_undone(scene, at) else at


def _nearest(scene: Scene, first: int, own: frozenset[int], *, listed: bool) -> int | None:
    """Return the nearest negator left of a statement that reaches it."""
    bits, words = scene.bits, scene.words
    crossed, inverted, skipped, verbs, reach = False, False, False, False, 0
    at, stop = first - 1, first - _MAX_REACH - 8
    while at >= 0 and at > stop:
        here = bits[at]
        if here & NOT and at not in own:
            if words[at] in _ANYWHERE and scene.tokens[at].phrase:
                # "not once did they", "at no point was anyone": the subject comes after the verb.
                return at if inverted or not crossed else None
            if skipped and words[at] not in _WHO:
                return None
            who = words[at] in _WHO and ((not crossed and first - at <= _MAX_NO) or _is_predicate(scene, first))
            near = not crossed and reach <= _MAX_REACH
            return at if who or near or inverted or bits[at + 1] & RAISING else None
        if here & COMMA and not listed and at not in own and _is_verb_list(scene, at):
            verbs, at = True, at - 1
            continue
        if at not in own and (here & BREAK or (here & COMMA and not _is_list_comma(scene, at))):
            return None
        if here & AND and _ends_reach(scene, at, first, listed):
            return None
        if here & LINK and crossed and not inverted:
            # A second verb with a subject of its own: the negator before it belongs to another statement.
            return None
        if here & SUBJECT and at not in own and not verbs:
            before = _before_phrase(scene, at)
            bare = not any(bits[k] & NOT for k in range(max(before, 0), at))
            if before > 0 and bits[before] & PREP and bare and (inverted or not crossed):
                # "none of the waiters at the desk": a noun after a preposition is no new subject.
                skipped, at = True, before - 1
                continue
            crossed = True
            inverted = inverted or (before >= 0 and bare and bool(bits[before] & (AUX | LINK)))
        if not here & (ADVERB | ADJECTIVE | AUX | LINK | DET | AND | COMMA):
            reach += 1
        at -= 1
    return None


def _is_list_comma(scene: Scene, at: int) -> bool:
    return bool(at) and (scene.is_adjective(at - 1) or _is_noun_list(scene, at))


def _is_verb_list(scene: Scene, at: int) -> bool:
    """Whether the comma stands in a list of verbs with "or": "never smiled, greeted us or said goodbye"."""
    words, bits = scene.words, scene.bits
    after = at + 2 if words[at + 1] in ("or", "nor") else at + 1
    if bits[after] & (SUBJECT | DET | LINK | AUX | BREAK | COMMA):
        return False
    for k in range(at + 1, len(words)):
        if bits[k] & BREAK or words[k] == "and":
            return False
        if words[k] in _PRONOUNS and words[k - 1] not in _ASKED:
            return False
        if words[k] in ("or", "nor"):
            return True
    return False


def _negated_noun(scene: Scene, rel: int) -> int | None:
    """Return the place of the "no" over the noun that a relative clause describes."""
    at = rel - 1
    while at >= 0 and rel - at <= _MAX_REACH and not scene.bits[at] & (BREAK | COMMA | SUBJECT & ~THING):
        if scene.words[at] in _WHO:
            return at if at and scene.bits[at - 1] & LINK else None
        at -= 1
    return None


def _is_undone(scene: Scene, at: int) -> bool:
    """Whether one more negator stands over that at ``at``: "never failed to", "did not leave without"."""
    bits, before = scene.bits, at - 1
    far = scene.words[at] == "without"
    while before >= 0 and at - before <= _MAX_REACH and not bits[before] & (BREAK | COMMA | SUBJECT):
        if bits[before] & NOT:
            return True
        if not far and not bits[before] & (ADVERB | AUX | LINK):
            return False
        before -= 1
    return False


def _is_denied(scene: Scene, last: int) -> bool:
    """Whether a quality is the subject of a "not": "good manners are not required", "courtesy does not exist"."""
    bits = scene.bits
    if last + 2 >= len(bits) or not (bits[last] & TARGET or scene.words[last].endswith(_QUALITIES)):
        return False
    return bool(bits[last + 1] & (AUX | LINK)) and bool(bits[last + 2] & NOT)


def _is_least(scene: Scene, first: int, own: frozenset[int]) -> bool:
    """Whether "least" or "less" lowers the word: "the least helpful clerk"."""
    if not first or len(own) > 1 or scene.words[first - 1] not in ("least", "less"):
        return False
    before = scene.words[first - 2] if first > 1 else ""
    return before not in ("at", "or", "no", "none", "not", "nothing", "much")


def _is_emphasis(scene: Scene, at: int, first: int, own: frozenset[int]) -> bool:
    """Whether "not" strengthens: "could not have been quicker", "never met such kind staff", "no kinder nurse"."""
    between = [scene.words[k] for k in range(at + 1, max(first, max(own) + 1))]
    higher = [word for k, word in enumerate(between, at + 1) if k in own and _is_comparative(scene, k)]
    before = scene.words[at - 1] if at else ""
    if before in ("can", "could") and "enough" in scene.words[at + 1 : at + _MAX_REACH]:
        # "cannot recommend him enough"
        return True
    if scene.words[at] == "nothing" and scene.words[at + 1 : at + 3] in (["short", "of"], ["less", "than"]):
        return True
    if not higher and not any(word in _MORE for word in between):
        return False
    if scene.words[at] == "no" and _is_comparative(scene, at + 1):
        return first + 1 < len(scene.bits) and bool(scene.bits[first + 1] & NOUN)
    if before in ("could", "can"):
        return True
    known = not _BEST.isdisjoint(between)
    if scene.words[at] == "never" or before in ("have", "has", "had"):
        return known
    # "you will not find better staff", "service does not come any better"
    if before in ("will", "would"):
        return not _FOUND.isdisjoint(between)
    return before in ("do", "does") and not {"come", "get"}.isdisjoint(between)


def _is_comparative(scene: Scene, place: int) -> bool:
    word = scene.words[place]
    if word in _MORE:
        return True
    return word.endswith("er") and word not in _NO_COMPARATIVES and not scene.bits[place] & (NOUN | ADVERB | NOT)


def wish_of(scene: Scene, first: int) -> int | None:
    """Return the place of "should", "could be more", "need to" over the statement, or None."""
    if not scene.seen & WISH:
        return None
    bits = scene.bits
    at = first - 1
    while at >= 0 and first - at <= 9:
        here = bits[at]
        if here & WISH and not (scene.words[at] in ("needs", "wishes") and at and bits[at - 1] & DET):
            ours = at and bits[at - 1] & SELF and scene.words[at] != "wish"
            return None if ours else at
        if here & (BREAK | COMMA):
            return None
        at -= 1
    return None


def condition_of(scene: Scene, first: int) -> int | None:
    """Return the place of the "if" whose clause holds the statement, or None."""
    if not scene.seen & IF:
        return None
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
    if "?" not in scene.words:
        return False
    after = next((k for k in range(last + 1, len(scene.bits)) if scene.bits[k] & (BREAK | COMMA)), None)
    return after is not None and scene.words[after] == "?"


__all__ = ["PREP", "condition_of", "negator_of", "question_over", "wish_of"]
