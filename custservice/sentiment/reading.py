"""Read one sentence: which patterns matched, what they are about, and what is left as mentions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from custservice.sentiment.compiled import Tables, TokenType
from custservice.sentiment.engine import find_matches
from custservice.sentiment.lexicon import TOPIC, Group
from custservice.sentiment.negation import condition_of, negator_of, question_over, wish_of
from custservice.sentiment.scene import (
    ADVERB,
    AND,
    AUX,
    COMMA,
    DET,
    LINK,
    NOUN,
    OTHERS,
    OURS,
    PEOPLE,
    SELF,
    TARGET,
    THEY,
    THING,
    Scene,
)
from custservice.sentiment.scope import doer_before, is_elsewhere, noun_after, object_after, subject_before
from custservice.sentiment.walk import Match

_OPPOSITE = {"praise": "blame", "blame": "praise"}
#: Words that stand for what was done: "it was rude", "this is unprofessional".
_ACTS = {
    "it",
    "this",
    "that",
    "everything",
    "way",
    "which",
    "behavior",
    "behaviour",
    "approach",
    "tone",
    "office",
    "company",
    "place",
    "firm",
    "practice",
}
#: Words that may stand for any thing.
_ANYTHING = {"it", "this", "that", "everything", "which", "experience", "stay", "all", "these", "they"}
#: What people say, and so shows how they are.
_TALK = {"communication", "communications", "communicator", "communicators", "response", "responses"}
_AT = {"at", "about", "in"}
#: Words left open in a pattern's match within which it is read as one phrase.
_MAX_JOINED = 1
#: Words that two behaviours may share.
_MAX_SHARED = 2
_MAX_EVIDENCE = 8
#: A driver, with "!" before it where something else is meant, and the place of the noun it is said of.
_Aim = tuple[str, int | None]
NOT_STAFF = "about something else"


@dataclass(slots=True)
class Finding:
    """One statement of a sentence, counted or vetoed; ``first`` and ``last`` are token places."""

    driver: str
    polarity: str
    first: int
    last: int
    group: Group
    path: int
    #: The places of the words that the pattern named.
    own: frozenset[int]
    #: The noun that the statement is about, where one was found.
    head: int | None = None
    #: Empty for a mention, else why the match is none.
    veto: str = ""
    #: What turned the polarity: "negated", "wish" or nothing.
    turned: str = ""


def read_sentence(tables: Tables, tokens: Sequence[TokenType], *, topics: bool = True) -> list[Finding]:
    """Return all findings of a sentence, vetoed ones included.

    Without ``topics`` those that bear on no behaviour are not read, which is quicker.
    """
    return read_matches(tables, tokens, find_matches(tables, tokens), topics=topics)


def read_matches(
    tables: Tables, tokens: Sequence[TokenType], matches: list[Match], *, topics: bool = True
) -> list[Finding]:
    """Return all findings of a sentence whose matches are known; see ``read_sentence``."""
    groups = tables.groups
    cues = [match for match in matches if not groups[match[0]].is_veto]
    if not cues or not (topics or True in [groups[path].is_of_staff for path, _ in cues]):
        return []
    vetoed = _vetoed(tables, matches) if len(cues) < len(matches) else set()
    scene = Scene(tokens)
    _mark_adjectives(tables, scene, cues)
    findings: list[Finding] = []
    for path, places in cues:
        if topics or groups[path].is_of_staff:
            findings += _findings(tables, scene, path, places, vetoed, topics)
    if not topics and findings:
        for path, places in cues:
            if not groups[path].is_of_staff and _bears_on(places, findings):
                findings += _findings(tables, scene, path, places, vetoed, True)
    return _settled(scene, _longest(findings)) if findings else []


def _mark_adjectives(tables: Tables, scene: Scene, cues: list[Match]) -> None:
    for path, places in cues:
        group = tables.groups[path]
        if group.is_word:
            scene.cues.update([place for place in places if not scene.bits[place] & NOUN])
            if group.about in ("person", "conduct"):
                scene.traits.update(places)
                if len(places) > 1:
                    scene.inner.update(places)


def _bears_on(places: tuple[int, ...], findings: list[Finding]) -> bool:
    """Whether what is said of a topic may decide if a finding counts: it is part of it, or judged by the same words."""
    return any(
        (len(places) > 1 and f.own.issubset(places))
        or (f.group.is_judgement and f.first <= places[0] and places[-1] <= f.last)
        for f in findings
    )


def _findings(
    tables: Tables, scene: Scene, path: int, places: tuple[int, ...], vetoed: set[int], topics: bool
) -> list[Finding]:
    """Return what one match says; judgements of topics in one word bear on no behaviour."""
    group = tables.groups[path]
    of_topics_alone = bool(vetoed) and vetoed.issuperset(places)
    if of_topics_alone and group.is_of_staff and not group.is_judgement:
        return []
    aims = _aims(scene, group, places[-1], _heads(scene, group, places[0], places[-1]))
    if of_topics_alone:
        # What looks like staff and is not may well be a topic ("slow wifi").
        aims = [aim for aim in aims if aim[0].startswith(TOPIC)]
    if not topics and len(places) == 1:
        aims = [aim for aim in aims if not aim[0].startswith(TOPIC)]
    return _read_cue(scene, group, path, places, aims) if aims else []


def mentions_of(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that count, each driver and polarity once, in the order of the sentence."""
    if not findings:
        return []
    kept: dict[tuple[str, str], Finding] = {}
    for finding in sorted([f for f in findings if not f.veto], key=attrgetter("first")):
        kept.setdefault((finding.driver, finding.polarity), finding)
    return list(kept.values())


def _longest(findings: list[Finding]) -> list[Finding]:
    """Drop findings whose words are all part of a longer one that is about staff."""
    if len(findings) == 1:
        return findings
    longer = [f for f in findings if f.veto != NOT_STAFF and len(f.own) > 1]
    if not longer:
        return findings
    return [f for f in findings if not any(_is_part(f, other) for other in longer)]


def _is_part(finding: Finding, other: Finding) -> bool:
    if not finding.own < other.own:
        return False
    if finding.group.is_judgement and finding.head is not None and other.group.is_of_staff and not other.veto:
        # "Zorblax was great at explaining": the longer one says what was great.
        return finding.head == other.head or finding.head < min(finding.own) or finding.head in other.own
    if finding.group.is_judgement:
        # "great location and service": that the location has a pattern of its own says nothing of the service.
        return finding.head is None or finding.head in other.own
    # Two behaviours may share a word when others stand between: "communicative and responds quickly".
    gap = max(other.own) - min(other.own) + 1 - len(other.own)
    return gap <= _MAX_JOINED or finding.driver == other.driver or len(finding.own) > _MAX_SHARED


def _vetoed(tables: Tables, matches: list[Match]) -> set[int]:
    return {
        place for path, places in matches if tables.groups[path].is_veto for place in range(places[0], places[-1] + 1)
    }


def _read_cue(scene: Scene, group: Group, path: int, places: tuple[int, ...], aims: list[_Aim]) -> list[Finding]:
    """Return the findings of a match for each driver that it speaks of."""
    first, last, own = places[0], places[-1], frozenset(places)
    of_staff = False in [driver.startswith("!") for driver, _ in aims]
    said = _how_said(scene, group, first, last, own) if of_staff else None
    findings = []
    for driver, head in aims:
        if said is None or driver.startswith("!"):
            findings.append(Finding(driver[1:], group.polarity, first, last, group, path, own, head, NOT_STAFF))
            continue
        polarity, turned, veto, negator = said
        begin, end = first, last
        for near in (negator, head):
            if near is not None and first - _MAX_EVIDENCE <= near <= last + _MAX_EVIDENCE:
                begin, end = min(begin, near), max(end, near)
        findings.append(Finding(driver, polarity, begin, end, group, path, own, head, veto, turned))
    return findings


def _how_said(
    scene: Scene, group: Group, first: int, last: int, own: frozenset[int]
) -> tuple[str, str, str, int | None]:
    """Return the polarity of a match, what turned it, what makes it none, and the place of its negator."""
    polarity, turned, veto = group.polarity, "", ""
    negator = _negator(scene, group, first, own) if group.negated != "keep" else None
    wish = wish_of(scene, first)
    if negator is not None and group.negated == "drop":
        veto = "negated"
    elif negator is not None and group.negated == "flip":
        polarity, turned = _OPPOSITE[polarity], "negated"
    elif negator is None and group.negated == "only" and wish is None:
        veto = "not negated"
    if wish is not None:
        polarity, turned = "blame", "wish"
    if question_over(scene, last):
        veto = "question"
    elif condition_of(scene, first) is not None:
        veto = "condition"
    elif is_elsewhere(scene, first):
        veto = "another business"
    return polarity, turned, veto, negator


def _negator(scene: Scene, group: Group, first: int, own: frozenset[int]) -> int | None:
    return negator_of(scene, first, own, listed=group.is_word, praise=group.polarity == "praise")


def _heads(scene: Scene, group: Group, first: int, last: int) -> list[int]:
    if group.about == "object":
        return object_after(scene, last + 1)
    if group.about == "anyone" and not group.is_judgement:
        return []
    if group.about in ("doer", "staff_doer"):
        return doer_before(scene, first)
    if group.about == "us":
        return subject_before(scene, first)
    if first and scene.words[first - 1] == "how" and last + 1 < len(scene.bits) and scene.bits[last + 1] & DET:
        return noun_after(scene, last + 2)
    # A phrase that ends in its own noun ("great communication") is no adjective of the next one.
    own_noun = last > first and scene.bits[last] & NOUN
    crossing = not _is_predicate(scene, first)
    right = [] if own_noun else noun_after(scene, last + 1, crossing=crossing)
    left = subject_before(scene, first)
    if right and not left:
        return right
    if right and left:
        after = max(right) + 1
        # "staff were friendly food was good": the noun on the right has a verb of its own.
        has_verb = after < len(scene.bits) and scene.bits[after] & (LINK | AUX)
        # "Staff friendly wifi good" against "nice staff good views", where the staff have their adjective.
        beside = first > 0 and scene.bits[first - 1] & OURS and first - 2 not in scene.cues
        # "staff were faultless food good": a predicate right after its verb, with no article, is no attribute.
        predicate = _follows_link(scene, first) and scene.bits[left[0]] & OURS and not scene.bits[right[-1]] & OURS
        # "my cousin is a patient nurse": a person who is no one of ours stays so, whatever the job.
        relative = scene.bits[left[0]] & OTHERS and _follows_link(scene, first, ADVERB | DET)
        if not crossing and not group.is_judgement:
            # "they were kind and polite great flat": so is one later in the list, if it is no word of things.
            predicate = scene.bits[left[0]] & OURS and not scene.bits[right[-1]] & OURS
        return left if has_verb or beside or predicate or relative else right
    return [] if _names_another(scene, first, last) else left


def _names_another(scene: Scene, first: int, last: int) -> bool:
    """Whether an unknown noun follows after an article: "they were an excellent resource"."""
    if last + 1 >= len(scene.bits) or scene.bits[last + 1] or not scene.words[last + 1]:
        return False
    at = first - 1
    while at >= 0 and scene.bits[at] & ADVERB and not scene.bits[at] & DET:
        at -= 1
    return at >= 0 and scene.words[at] in ("a", "an")


def _follows_link(scene: Scene, first: int, between: int = ADVERB) -> bool:
    at = first - 1
    while at >= 0 and scene.bits[at] & between:
        at -= 1
    return at >= 0 and bool(scene.bits[at] & LINK)


def _is_predicate(scene: Scene, first: int) -> bool:
    """Whether a list of adjectives follows a linking verb with no article between: "was prompt, helpful"."""
    at = first - 1
    while at >= 0 and (scene.is_adjective(at) or scene.bits[at] & (AND | COMMA)) and not scene.bits[at] & (LINK | DET):
        at -= 1
    return at >= 0 and bool(scene.bits[at] & LINK)


def _aims(scene: Scene, group: Group, last: int, heads: list[int]) -> list[_Aim]:
    """Return the drivers a match speaks of, with the noun; ``!driver`` where it speaks of something else."""
    if group.is_judgement:
        # "super helpful": here the word only strengthens another.
        return [] if scene.bits[last] & ADVERB and last + 1 in scene.cues else list(_judged(scene, heads))
    accepted = _is_about_staff(scene, group, last, heads)
    return [(group.driver if accepted else f"!{group.driver}", heads[0] if heads else None)]


def _is_about_staff(scene: Scene, group: Group, last: int, heads: list[int]) -> bool:
    about, bits = group.about, 0
    for head in heads:
        bits |= scene.bits[head]
    ours = bool(bits & OURS)
    if about in ("person", "conduct"):
        if ours or not heads or _is_passive(scene, last, heads):
            return True
        return any(_is_manner(scene, group, head) for head in heads)
    if about == "staff":
        return ours or (_is_passive(scene, last, heads) if heads else _is_beside_trait(scene, last))
    if about == "doer":
        return ours or not bits & (SELF | OTHERS | THING)
    if about == "us":
        return not bits & THING
    if about == "employee":
        return bool(bits & PEOPLE) or any(scene.words[head] in ("he", "she") for head in heads)
    if about == "staff_doer":
        return ours or (not heads and bool(scene.seen & OURS))
    if about == "thing":
        return not heads or any(_is_topic_of(scene, group, head) for head in heads)
    return True


def _is_passive(scene: Scene, last: int, heads: list[int]) -> bool:
    """Whether an adverb is said of guests alone: "we were promptly seated" tells how whoever did it was."""
    return scene.words[last].endswith("ly") and all(scene.bits[head] & SELF for head in heads)


def _is_topic_of(scene: Scene, group: Group, head: int) -> bool:
    """Whether a noun can have a topic's trait: "small" says something of a room, nothing of portions or time."""
    token = scene.tokens[head]
    return token.target == group.driver or (token.target is None and token.word in _ANYTHING)


def _is_manner(scene: Scene, group: Group, head: int) -> bool:
    """Whether a noun stands for how people are ("snooty attitude") or for what they did ("it was rude")."""
    token = scene.tokens[head]
    if scene.bits[head] & TARGET:
        return token.target != "explanation" or group.driver == "sincerity" or token.word in _TALK
    return group.about == "conduct" and token.word in _ACTS


def _is_beside_trait(scene: Scene, last: int) -> bool:
    """Whether "nice" stands in a list with a word for people: "so nice and helpful"."""
    bits, total = scene.bits, len(scene.bits)
    after, before = last + 1, last - 1
    while after < total and bits[after] & (AND | COMMA | ADVERB):
        after += 1
    while before >= 0 and (bits[before] & (AND | COMMA | ADVERB)):
        before -= 1
    return (after > last + 1 and after in scene.traits) or (before < last - 1 and before in scene.traits)


def _judged(scene: Scene, heads: list[int]) -> Iterator[_Aim]:
    for head in heads:
        if scene.bits[head] & THEY:
            plural_things = scene.words[head] == "they" and any(b & THING for b in scene.bits[:head])
            if not plural_things:
                yield "general", head
        elif scene.bits[head] & NOUN:
            target = scene.tokens[head].target
            if target:
                yield target, head


def _is_named_after(scene: Scene, judged: Finding, findings: list[Finding]) -> bool:
    """Whether what a person is good at comes next: "great at responding", "brilliant with her clear directions"."""
    start = judged.last + 1
    if judged.driver != "general" or judged.last >= len(scene.words) - 2 or scene.words[judged.last + 1] not in _AT:
        return False
    return any(start < f.first <= start + 3 and f.group.is_of_staff and not f.veto for f in findings)


def _settled(scene: Scene, findings: list[Finding]) -> list[Finding]:
    """Drop what another finding says better.

    A general judgement goes where the same words name a behaviour; a quality that is itself judged ("courtesy was
    not good") goes where the judgement says how it was.
    """
    judged = {(f.driver, f.head) for f in findings if f.group.is_judgement}
    if not judged:
        return findings
    named = {(f.first, f.last) for f in findings if not f.veto and not f.group.is_judgement}
    return [
        f
        for f in findings
        if not (f.group.is_judgement and ((f.first, f.last) in named or _is_named_after(scene, f, findings)))
        and not (f.group.is_word and not f.group.is_judgement and any((f.driver, place) in judged for place in f.own))
    ]
