"""A sentence as the scope and negation rules see it: bits for the classes of its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from custservice.sentiment.compiled import BITS, TokenType

STAFF, THEY, SERVICE, EVERYONE = BITS["staff"], BITS["they"], BITS["service"], BITS["everyone"]
OTHERS, SELF, THING, NAME, TARGET = BITS["others"], BITS["self"], BITS["thing"], BITS["name"], BITS["target"]
LINK, AUX, ADVERB, NOT = BITS["link"], BITS["aux"], BITS["adverb"], BITS["not"]
DET, PREP, AND, COMMA, BREAK = BITS["det"], BITS["prep"], BITS["and"], BITS["comma"], BITS["break"]
REL, ADJECTIVE, CAP, ELSEWHERE = BITS["rel"], BITS["adjective"], BITS["cap"], BITS["elsewhere"]

WISH, IF = BITS["wish"], BITS["if"]
PEOPLE = STAFF | NAME
NOUN = PEOPLE | SERVICE | THING | OTHERS | TARGET | ELSEWHERE
SUBJECT = NOUN | THEY | SELF | EVERYONE
OURS = PEOPLE | SERVICE | THEY | EVERYONE
#: Words that open a clause with its subject next.
OPENERS = {
    "when",
    "if",
    "that",
    "as",
    "because",
    "since",
    "while",
    "so",
    "then",
    "but",
    "where",
    "although",
    "though",
}
#: Verbs that tell a name from a common noun at the start, and those that no single person has.
_SINGULAR, _PLURAL = {"was"}, {"are", "were", "have", "do", "look", "seem"}


@dataclass(slots=True)
class Scene:
    """A sentence as the scope rules see it."""

    tokens: Sequence[TokenType]
    #: Places of words that a praise or blame pattern matched: they count as adjectives in lists.
    cues: set[int] = field(default_factory=set)
    #: Those of them that are traits of people.
    traits: set[int] = field(default_factory=set)
    #: Words of traits of several words ("willing to help"): no noun after them is theirs.
    inner: set[int] = field(default_factory=set)
    bits: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    #: The bits of all its words: what no word has needs no search.
    seen: int = 0

    def __post_init__(self) -> None:
        self.bits = [token.bits for token in self.tokens]
        self.words = [token.word for token in self.tokens]
        self.seen = reduce(or_, self.bits, 0)
        if "however" in self.words:
            self._open_clauses()
        if "where" in self.words:
            self._mend_were()
        if self.seen & CAP:
            self._name_people()

    def _open_clauses(self) -> None:
        """Let "however the staff ..." open a clause; "the staff however were ..." does not."""
        for place, word in enumerate(self.words[:-1]):
            if word == "however" and self.bits[place + 1] & (DET | SUBJECT):
                self.bits[place] = BREAK

    def _mend_were(self) -> None:
        """Read "the staff where rude" as "were"."""
        for place, word in enumerate(self.words[1:], 1):
            if word == "where" and self.bits[place - 1] & (STAFF | EVERYONE | THEY):
                self.bits[place] = LINK

    def _name_people(self) -> None:
        """Take an unknown word with a capital for a name where it does something: "and Zorblax was kind"."""
        bits, words = self.bits, self.words
        for place, here in enumerate(bits[:-1]):
            if here == CAP and words[place + 1 : place + 3] in (["and", "his"], ["and", "her"]):
                bits[place] = CAP | NAME
            if here != CAP or not bits[place + 1] & (LINK | AUX) or words[place + 1] in _PLURAL:
                continue
            # "the Ritz was", "at Ritz is", "Grand Ritz was": a name of a place or a part of one.
            inside = place and (bits[place - 1] & (COMMA | AND | REL) or words[place - 1] in OPENERS)
            # Any word has a capital at the start: "Signage is poor", but "Zorblax was lovely".
            opening = words[place + 1] in _SINGULAR and (not place or bits[place - 1] & BREAK)
            if inside or opening:
                bits[place] = CAP | NAME

    def is_adjective(self, place: int) -> bool:
        """Whether a word can be part of a list of adjectives."""
        return place in self.cues or bool(self.bits[place] & (ADJECTIVE | ADVERB))
