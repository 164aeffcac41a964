"""Who or what a statement is about: the noun an adjective belongs to, the doer of an act.

There is no grammar here, only the order of words and their classes: an adjective looks right for the noun it
stands before ("friendly lounge staff"), else left over a linking verb for its subject ("staff at the desk were
very friendly"), else for a noun beside it ("Staff friendly").
"""

from __future__ import annotations

from custservice.sentiment.scene import (
    ADJECTIVE,
    ADVERB,
    AND,
    AUX,
    BREAK,
    CAP,
    COMMA,
    DET,
    ELSEWHERE,
    EVERYONE,
    IF,
    LINK,
    NOT,
    NOUN,
    OPENERS,
    OTHERS,
    OURS,
    PEOPLE,
    PREP,
    REL,
    SELF,
    STAFF,
    SUBJECT,
    TARGET,
    THEY,
    THING,
    WISH,
    Scene,
)

_FILLER = ADVERB | DET | ADJECTIVE | NOT
_BE = frozenset(
    ["was", "were", "been", "being", "be", "is", "are", "am", "get", "got", "gets", "getting", "feel", "felt"]
)
_SUBJECT_PRONOUNS = {"i", "we", "he", "she", "they"}
_CONTRAST = {"but", "yet", "although", "though", "albeit", "if"}
_QUANTITIES = {
    "lot",
    "lots",
    "number",
    "bunch",
    "couple",
    "majority",
    "handful",
    "plenty",
    "rest",
    "part",
    "none",
}
_WHEN = {"when", "while", "as", "whenever", "after", "before", "if", "once"}
_OWN = {"the", "his", "her", "their", "our", "my"}
_HAVE = {"has", "have", "had"}
_NO_ONE = {"nobody", "one", "none", "single"}
_MAX_WALK = 14
#: Words of no class ("Filipino", "young") that may stand between an adjective and its noun.
_MAX_UNKNOWN = 2


def noun_after(scene: Scene, place: int, *, crossing: bool = True) -> list[int]:
    """Return the heads of the noun phrase that the adjective before ``place`` belongs to, or nothing.

    Without ``crossing`` no more adjectives are looked for after "and" or a comma: "was prompt, overall great stay".
    """
    bits, total, unknown = scene.bits, len(scene.bits), 0
    while place < total:
        here = bits[place]
        if place in scene.inner and (not here & NOUN or place - 1 in scene.inner):
            return []
        if here & NOUN:
            return _noun_run(scene, place)
        if here & (AND | COMMA):
            if not crossing:
                return []
            after = place + 1
            if after < total and bits[after] & AND:
                after += 1
            if after >= total or not (scene.is_adjective(after) or _is_listed(scene, after)):
                return []
        elif not scene.is_adjective(place):
            possessive = unknown and scene.words[place] == "'s"
            if not possessive and here & (BREAK | LINK | AUX | PREP | DET | REL | SUBJECT | NOT):
                return []
            if unknown == _MAX_UNKNOWN and not possessive:
                return []
            unknown += 1
        place += 1
    return []


def _is_listed(scene: Scene, place: int) -> bool:
    """Whether an unknown word stands in a list of adjectives: "friendly, walkable neighborhood"."""
    bits = scene.bits
    if bits[place] or place + 1 >= len(bits):
        return False
    return bool(bits[place + 1] & (NOUN | COMMA | AND)) or scene.is_adjective(place + 1)


def _noun_run(scene: Scene, place: int) -> list[int]:
    """Return the heads of "lounge staff", "food and service", "service, food and staff", "the host's response"."""
    bits, total = scene.bits, len(scene.bits)
    heads: list[int] = []
    while place < total and bits[place] & NOUN:
        while place + 1 < total and _goes_on(scene, place + 1):
            place += 1
        if place + 1 < total and scene.words[place + 1] == "'s":
            if place + 2 >= total or not bits[place + 2] & NOUN:
                return heads
            place += 2
            continue
        heads.append(place)
        joint = place + 1
        while joint < total and bits[joint] & (AND | COMMA | DET):
            joint += 1
        if joint == place + 1 or joint >= total or joint in scene.cues:
            break
        # ", and the host helped us" opens a clause; "and service" is one more noun, whatever follows but a verb.
        apart = bits[joint - 1] & DET and not bits[joint - 1] & AND
        if (apart and not _ends_phrase(scene, joint + 1)) or (joint + 1 < total and bits[joint + 1] & (LINK | AUX)):
            break
        place = joint
    return heads


def _goes_on(scene: Scene, place: int) -> bool:
    """Whether a noun belongs to the one before it: "lounge staff", but not "staff it" nor "service this"."""
    here = scene.bits[place]
    return bool(here & NOUN) and not here & DET and scene.words[place] != "it" and place not in scene.cues


def _ends_phrase(scene: Scene, place: int) -> bool:
    """Whether a noun phrase can end before ``place``: no verb follows that would make it a subject."""
    if place >= len(scene.bits):
        return True
    return bool(scene.bits[place] & (BREAK | COMMA | AND | PREP | NOUN | CAP)) and place not in scene.cues


def subject_before(scene: Scene, place: int) -> list[int]:
    """Return the heads of the subject of the predicate adjective at ``place``, or nothing."""
    bits = scene.bits
    at = place - 1
    while at >= 0 and (bits[at] & (_FILLER | AND | COMMA) or at in scene.cues):
        if bits[at] & DET and at + 1 < place and bits[at] & NOUN:
            break
        at -= 1
    if at < 0:
        return []
    if bits[at] & (LINK | WISH) or scene.words[at] in _HAVE:
        while at >= 0 and bits[at] & (LINK | AUX | ADVERB | NOT | WISH):
            at -= 1
        if at >= 0 and bits[at] & (AND | COMMA) and not (at and bits[at - 1] & BREAK):
            # "Janet gave clear instructions and was friendly": the clause's first subject is meant.
            first = clause_subject(scene, at)
            return [] if first is None or bits[first] & TARGET else [first]
        return subject_at(scene, at)
    if bits[at] & (NOUN | EVERYONE) and _adjoins(scene, at, place):
        return subject_at(scene, at)
    if any(bits[k] & COMMA for k in range(at + 1, place)) and not bits[at] & (BREAK | PREP | DET):
        # "The hosts are great people, always available": the subject before the comma goes on.
        first = clause_subject(scene, at + 1)
        return [first] if first is not None and bits[first] & OURS else []
    if bits[at] & BREAK and at > 0 and bits[at - 1] & NOUN and scene.words[at] in ":-–—":
        return [at - 1]
    if (
        bits[at] & BREAK
        and scene.words[at] in _CONTRAST
        and not any(b & DET and not b & ADVERB for b in bits[at + 1 : place])
    ):
        # "The staff are polite but terribly slow": the subject before "but" goes on.
        first = clause_subject(scene, at)
        return [] if first is None else [first]
    if bits[at] & (BREAK | IF) and at > 1 and bits[at - 1] & COMMA and bits[at - 2] & PEOPLE:
        # "my waitress, though nice, ..."
        return [at - 2]
    return []


def _adjoins(scene: Scene, at: int, place: int) -> bool:
    """Whether only adverbs and adjectives stand between a noun and the word it may be the subject of."""
    between = range(at + 1, place)
    return all(scene.is_adjective(k) or scene.bits[k] & (ADVERB | NOT | AND | COMMA) for k in between) and not (
        place > at + 1 and scene.bits[at + 1] & (AND | COMMA)
    )


def subject_at(scene: Scene, at: int) -> list[int]:
    """Walk left from a verb and return the heads of its subject, past relative clauses and "at the desk"."""
    bits, walked = scene.bits, 0
    heads: list[int] = []
    modifier: list[int] = []
    if scene.words[at] == "who" and at > 1 and bits[at - 1] & COMMA and bits[at - 2] & (PEOPLE | OTHERS):
        # "greeted by a waiter, who ..."
        return [at - 2]
    noun = at - 1 if at > 0 and bits[at] & REL else at
    who = _antecedent(scene, noun - 1) if noun > 0 and not bits[noun] else None
    if who is not None:
        return [who]
    if noun > 0 and not bits[noun] and scene.words[noun - 1] == "'s":
        return []
    if noun > 0 and not bits[noun] and bits[noun - 1] & (DET | ADJECTIVE) and not bits[noun - 1] & REL:
        # A noun that no class knows ("the stew was cold").
        return []
    while at >= 0 and walked < _MAX_WALK:
        here = bits[at]
        walked += 1
        if here & SUBJECT:
            if at + 1 < len(bits) and bits[at + 1] & REL and walked > 1 and not here & SELF:
                if scene.words[at + 1] != "who" or not here & THING:
                    return [at]
                at -= 1
                continue
            before = _before_phrase(scene, at)
            if (
                before > 0
                and bits[before] & PREP
                and scene.words[before] == "with"
                and here & STAFF
                and not heads
                and (not bits[at + 1] & (LINK | AUX | WISH) or scene.words[at + 1] == "being")
            ):
                return [at]
            if before > 0 and bits[before] & PREP and not _is_part_of(scene, before):
                modifier, at = modifier or [at], before - 1
                continue
            if here & SELF and at > 0 and bits[at - 1] & (NOUN | REL | EVERYONE) and not heads:
                at -= 1
                continue
            who = _antecedent(scene, before) if here & THING and not heads else None
            if who is not None:
                return [who]
            heads = [*heads, at]
            if len(heads) == 1 and bits[before] & COMMA and scene.words[before + 1] in _OWN:
                return heads
            if before >= 1 and bits[before] & (AND | COMMA) and bits[before - 1] & NOUN and not here & (THEY | SELF):
                at = before - 1
                continue
            return heads
        if here & BREAK:
            break
        if modifier and here & NOT and scene.words[at] in _NO_ONE:
            return heads
        at -= 1
    return heads or modifier


def _antecedent(scene: Scene, verb: int) -> int | None:
    """Return whom a clause with "who" is about, where the thing after ``verb`` is its object: "who took our order"."""
    for at in range(verb, max(verb - 5, 0), -1):
        if scene.words[at] == "who":
            return at - 1 if scene.bits[at - 1] & SUBJECT else None
        if scene.bits[at] & (BREAK | SUBJECT | LINK):
            return None
    return None


def _is_part_of(scene: Scene, at: int) -> bool:
    """Whether "of" follows a word such as "all" or "some": what comes after it is the subject itself."""
    before = scene.words[at - 1]
    return scene.words[at] == "of" and (
        bool(scene.bits[at - 1] & (DET | EVERYONE | ADJECTIVE | NOT)) or before in _QUANTITIES
    )


def _before_phrase(scene: Scene, at: int) -> int:
    """Return the place left of the noun phrase that ends at ``at``: article, adjectives, nouns, head."""
    bits = scene.bits
    if bits[at] & (THEY | SELF):
        return at - 1
    at -= 1
    unknown, described = 0, False
    while at >= 0:
        here = bits[at]
        if here & DET and not here & PREP:
            while at >= 0 and bits[at] & DET:
                at -= 1
            return at
        if here & (PREP | BREAK | COMMA | AND | REL | LINK | AUX):
            return at
        if here & NOUN:
            # "plenty of seating available staff": a noun before an adjective belongs to another phrase.
            if described:
                return at
        else:
            described = True
            unknown += not (here & _FILLER or at in scene.cues)
            if unknown > _MAX_UNKNOWN:
                return at
        at -= 1
    return at


def object_after(scene: Scene, place: int) -> list[int]:
    """Return the heads of the object of the verb before ``place``: "loved the staff", "thanks to our hosts"."""
    bits, total, unknown = scene.bits, len(scene.bits), 0
    while place < total:
        here = bits[place]
        if here & (NOUN | THEY):
            if scene.words[place] == "her" and place + 1 < total and (bits[place + 1] & NOUN or not bits[place + 1]):
                # "loved her place": the thing is loved.
                place += 1
                continue
            heads = _noun_run(scene, place) if here & NOUN else [place]
            # "appreciated him helping us", "loved how Liz helped": what counts is named after it.
            return heads if heads and _ends_phrase(scene, heads[-1] + 1) else []
        if here & (BREAK | REL | COMMA | LINK | AND | SELF):
            return []
        if not here & (DET | PREP | ADVERB | ADJECTIVE):
            unknown += 1
            if unknown > _MAX_UNKNOWN or scene.words[place] in ("how", "when", "what"):
                return []
        place += 1
    return []


def doer_before(scene: Scene, place: int) -> list[int]:
    """Return the places of whoever does what the verb at ``place`` says, or nothing."""
    bits, words = scene.bits, scene.words
    at = place - 1
    infinitive = False
    while at >= 0 and bits[at] & (ADVERB | AUX | NOT | LINK | WISH):
        infinitive = infinitive or words[at] in ("to", "without")
        at -= 1
    if at < 0 or bits[at] & BREAK or _is_passive(scene, at + 1, place):
        return []
    if bits[at] & (AND | COMMA) or (infinitive and not bits[at] & (SELF | OURS)):
        first = clause_subject(scene, at + 1)
        return [] if first is None else [first]
    return subject_at(scene, at) if bits[at] & (SUBJECT | REL) else []


def _is_passive(scene: Scene, start: int, verb: int) -> bool:
    """Whether "we were ignored" rather than "we ignored" or "we were chatting"."""
    words = scene.words[start : verb + 1]
    if words[-1] in _BE and verb + 1 < len(scene.words):
        words.append(scene.words[verb + 1])
    return not _BE.isdisjoint(words) and not words[-1].endswith("ing") and words[-1] != "sorry"


def clause_subject(scene: Scene, at: int) -> int | None:
    """Return the subject that a verb left of ``at`` has: it does what comes after "and" or "to" as well.

    That is the nearest pronoun of a subject, or the nearest noun phrase that opens a clause.
    """
    bits, guest = scene.bits, None
    at -= 1
    while at >= 0 and not bits[at] & BREAK:
        here = bits[at]
        if here & NOUN and _owns(scene, at):
            at -= 1
            continue
        if scene.words[at] in _SUBJECT_PRONOUNS:
            # "welcomed me when I came, and made sure": whoever did the first also did the last.
            if not (here & SELF and at and scene.words[at - 1] in _WHEN):
                return at
            guest = at if guest is None else guest
        if here & (NOUN | EVERYONE):
            before = _before_phrase(scene, at)
            opens = before < 0 or bits[before] & (BREAK | COMMA | AND | REL) or scene.words[before] in OPENERS
            if opens and (here & OURS or before < 0 or not bits[before] & (AND | COMMA)):
                return at
        at -= 1
    return guest


def _owns(scene: Scene, at: int) -> bool:
    """Whether the noun at ``at`` owns the next one: "Linda's home", but not "Linda's lovely"."""
    after = at + 2
    if scene.words[at + 1 : after] != ["'s"] or after >= len(scene.bits) or after in scene.cues:
        return False
    return not scene.bits[after] or bool(scene.bits[after] & THING)


def is_elsewhere(scene: Scene, place: int) -> bool:
    """Whether the clause that holds ``place`` has another business as its subject: "other hotels have nicer staff"."""
    if not scene.seen & ELSEWHERE:
        return False
    first = clause_subject(scene, place)
    return first is not None and bool(scene.bits[first] & ELSEWHERE) and not (first and scene.bits[first - 1] & PREP)
