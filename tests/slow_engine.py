"""A slow reading of the lexicon, straight from its text: every pattern at every token, without tables or shortcuts.

It shares nothing with the engine but the lexicon, the words of a token and the rule which word of a path is its
anchor, and what a token is inside a phrase.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from custservice.sentiment.compiled import ENTITIES, Tables
from custservice.sentiment.lexicon import Lexicon
from custservice.sentiment.patterns import Path
from custservice.sentiment.tokens import TOKEN, words_of

Match = tuple[int, tuple[int, ...]]
THINGS = ("product", "place", "price", "waiting", "facilities", "location", "policy")


@dataclass(frozen=True)
class Word:
    """A token as the oracle sees it."""

    text: str
    capital: bool = False
    #: The class that a phrase gave it in place of its own.
    phrase: str = ""


class Oracle:
    def __init__(self, tables: Tables) -> None:
        self.lexicon: Lexicon = tables.lexicon
        self.anchor = tables.anchor
        self.paths = [path for group in self.lexicon.groups.values() for path in group.paths]
        self.phrases = [(name, path) for name, paths in self.lexicon.phrases.items() for path in paths]
        atoms = {a for path in [*self.paths, *(p for _, p in self.phrases)] for step in path for a in atoms_of(step)}
        named = {word for words in self.lexicon.words.values() for word in words}
        self.known = {a for a in atoms | named | set(self.lexicon.targets) if len(a) == 1 or a[-1] != "*"}
        self.stems = {atom for atom in atoms | named if len(atom) > 1 and atom[-1] == "*"}
        # The answers are remembered, no more: nothing is sorted, indexed or joined beforehand.
        self.is_in = cache(self._is_in)
        self.fits_step = cache(self._fits_step)

    def _is_in(self, word: str, name: str) -> bool:
        if name == "thing" and any(self.is_in(word, kind) for kind in THINGS):
            return True
        if name == "person":
            return any(self.is_in(word, kind) for kind in ("staff", "they", "name"))
        if name == "target" and word in self.lexicon.targets:
            return True
        if name == "number" and word[:1].isdigit():
            return True
        return any(fits_spelling(word, member) for member in self.lexicon.words.get(name, ()))

    def fits(self, word: Word, atom: str) -> bool:
        if atom == "_":
            return word.phrase in ENTITIES or word.text[:1].isalnum()
        if len(atom) > 1 and atom[0] == "<":
            return self._is_of_class(word, atom[1:-1])
        return word.phrase not in ENTITIES and fits_spelling(word.text, atom)

    def _is_of_class(self, word: Word, name: str) -> bool:
        if word.phrase:
            wider = (
                {"thing"}
                if word.phrase in THINGS
                else {"person"}
                if word.phrase in ("staff", "they", "name")
                else set()
            )
            return name in {word.phrase, *wider}
        if name == "cap":
            return word.capital and word.text[:1].isalnum() and word.text not in self.known
        # An adverb that the lexicon does not know is still one.
        unknown = word.text not in self.known and not any(fits_spelling(word.text, stem) for stem in self.stems)
        if name == "adverb" and unknown and word.text.endswith("ly") and len(word.text) > 4 and word.text[0].isalpha():
            return True
        return self.is_in(word.text, name)

    def _fits_step(self, word: Word, step: frozenset[str]) -> bool:
        return any(self.fits(word, atom) for atom in step)

    def words(self, sentence: str) -> list[Word]:
        """Return the tokens of a sentence before phrases are joined."""
        found = []
        for surface in TOKEN.findall(sentence):
            capital = surface[0].isupper() and not surface.isupper()
            found += [Word(word, capital) for word in words_of(surface, self.lexicon.spelling, self.known)]
        return found

    def line(self, sentence: str) -> list[Word]:
        """Return the tokens with the longest phrases marked and those of someone or something joined."""
        words = self.words(sentence)
        found = list(self.matches(words, [path for _, path in self.phrases]))
        taken: set[int] = set()
        gone: set[int] = set()
        for number, places in sorted(found, key=lambda match: (-len(match[1]), match[1])):
            if taken & set(places):
                continue
            taken |= set(places)
            name = self.phrases[number][0]
            for at in places[:-1]:
                words[at] = Word(words[at].text, phrase="adverb")
            words[places[-1]] = Word(words[places[-1]].text, phrase=name)
            if name in ENTITIES:
                gone |= set(range(places[0], places[-1]))
        return [word for at, word in enumerate(words) if at not in gone]

    def matches(self, words: Sequence[Word], paths: Sequence[Path] | None = None) -> Iterator[Match]:
        """Yield for every path and every place of its anchor the match that reaches out least."""
        breaks = [self.fits(word, "<break>") or self.fits(word, "<comma>") for word in words]
        for number, path in enumerate(self.paths if paths is None else paths):
            anchor = self.anchor(path)
            steps = [step for step in path if not isinstance(step, int)]
            if not all(any(self.fits_step(word, step) for word in words) for step in steps):
                continue
            held = sum(not isinstance(step, int) for step in path[:anchor])
            nearest: dict[int, tuple[int, ...]] = {}
            for first in range(len(words)):
                for places in self.rows(words, breaks, path, first):
                    best = nearest.get(places[held])
                    if best is None or reach(places, held) < reach(best, held):
                        nearest[places[held]] = places
            assert all(len(places) == len(steps) for places in nearest.values())
            yield from ((number, places) for places in nearest.values())

    def rows(self, words: Sequence[Word], breaks: list[bool], path: Path, at: int) -> Iterator[tuple[int, ...]]:
        """Yield all rows of places, from ``at`` on, that fit a path."""
        step, rest = path[0], path[1:]
        assert not isinstance(step, int)
        if at >= len(words) or not self.fits_step(words[at], step):
            return
        if not rest:
            yield (at,)
            return
        width, rest = (rest[0], rest[1:]) if isinstance(rest[0], int) else (0, rest)
        for skipped in range(width + 1):
            if any(breaks[at + 1 : at + 1 + skipped]):
                return
            yield from ((at, *more) for more in self.rows(words, breaks, rest, at + 1 + skipped))


def reach(places: tuple[int, ...], held: int) -> tuple[list[int], list[int]]:
    """Order matches with one anchor: by how far each word to the right stands, then each to the left."""
    return list(places[held + 1 :]), [-place for place in places[:held][::-1]]


def atoms_of(step: frozenset[str] | int) -> frozenset[str]:
    return frozenset() if isinstance(step, int) else step


def fits_spelling(word: str, atom: str) -> bool:
    return word == atom or (len(atom) > 1 and atom[-1] == "*" and atom[:-1] == word[: len(atom) - 1])
