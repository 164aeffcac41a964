"""The lexicon as plain tables: symbols, a trie over them, and what a token is.

A *symbol* is a number: a word, a stem, a class, or a set of these that one step of a path allows. A token type
carries all symbols that fit it, so a step of the trie is a lookup, and each lookup is done once per kind of token.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np

from custservice.sentiment.chunk_tokens import ChunkTokens
from custservice.sentiment.lexicon import JUDGE, TOPIC, Group, Lexicon
from custservice.sentiment.patterns import ANY, Path, Step
from custservice.sentiment.rarity import Rarity
from custservice.sentiment.scan import Scan
from custservice.sentiment.tokens import words_of
from custservice.sentiment.trie import MAIN, MINOR, OF_NOUNS, Trie

#: What the scope rules must know of a word, one bit each; the names are classes of the lexicon.
_CLASSES = (
    *("staff", "they", "service", "everyone", "others", "self", "thing", "name", "target", "link", "aux", "adverb"),
    *(
        "not",
        "det",
        "prep",
        "and",
        "comma",
        "break",
        "rel",
        "if",
        "wish",
        "raising",
        "adjective",
        "cap",
        "asking",
        "elsewhere",
    ),
)
BITS = {name: 1 << number for number, name in enumerate(_CLASSES)}
_THINGS = ("product", "place", "price", "waiting", "facilities", "location", "policy")
#: Phrases that name someone or something: their words are no longer words of patterns ("wait staff" is no wait).
ENTITIES = {
    "staff",
    "service",
    "thing",
    "others",
    "product",
    "place",
    "price",
    "waiting",
    "facilities",
    "location",
}


@dataclass(slots=True)
class TokenType:
    """A kind of token: all that is known of a word wherever it stands."""

    #: Its place in ``Tables.types``.
    place: int
    #: Equal for words that all patterns take for the same.
    number: int
    word: str
    bits: int
    symbols: frozenset[int]
    #: The driver or topic that an evaluation of this word speaks of.
    target: str | None
    #: The class a phrase gave it in place of its own.
    phrase: str = ""
    #: Whether a judgement of it may speak of staff.
    is_of_staff: bool = False


class _Kind(NamedTuple):
    """What token types with the same symbols share; for the fields see there."""

    number: int
    bits: int
    symbols: frozenset[int]


_FACTS = [("kind", np.int64), ("bits", np.int64), ("of_staff", np.bool_)]


#: Stems are found by so many first letters and then by length.
_HEAD = 2


class Tables:
    """A compiled lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.trie, self.phrases = Trie(), Trie()
        #: For each path number its group and the place of its pattern in the group.
        self.paths: list[tuple[Group, int, Path]] = []
        self.groups: list[Group] = []
        self.phrase_paths: list[tuple[str, Path]] = []
        self._numbers: dict[str | frozenset[str], int] = {}
        self._symbol_of: dict[Step, int] = {}
        self._parents: dict[int, list[int]] = defaultdict(list)
        self._stems: dict[str, int] = {}
        self._rarity = Rarity(lexicon.words)
        #: Symbols that paths and rules ask for: the rest tells no word from another.
        self._asked: set[int] = set()
        self._kinds: dict[frozenset[int], _Kind] = {}
        self._types: dict[tuple[str, bool, str], TokenType] = {}
        #: All token types met so far, and the symbols of all their kinds.
        self.types: list[TokenType] = []
        self.kinds: list[frozenset[int]] = []
        self._words: set[str] = set()
        #: Numbers of the classes, and for each symbol all that it is a kind of, once asked for.
        self._classes: set[int] = set()
        self._ancestors: tuple[dict[int, frozenset[int]], ...] = ({}, {})
        self._add_classes()
        self._add_phrases()
        self._add_groups()
        self._bit_of = {self._atom(f"<{name}>"): bit for name, bit in BITS.items()}
        self._asked.update(self._bit_of, [self._atom(ANY)])
        self._target_of = [
            *((self._atom(f"<{name}>"), "general") for name in ("service", "staff", "name")),
            *((self._atom(f"<{name}>"), f"topic_{name}") for name in (*_THINGS, "others")),
        ]
        #: How long the stems are that words with these first letters may have.
        self._short_stems = sorted({len(stem) for stem in self._stems if len(stem) < _HEAD})
        self._stem_lengths = {
            head: sorted({*self._short_stems, *map(len, stems)})
            for head, stems in groupby(sorted(self._stems), key=lambda stem: stem[:_HEAD])
            if len(head) == _HEAD
        }
        self.token_types = Surfaces(self)
        self.chunks = ChunkTokens(self.token_types)
        #: What arrays hold of each token type.
        self.facts = np.zeros(0, _FACTS)
        self.scan, self.phrase_scan = Scan(self.trie, len(self._numbers)), Scan(self.phrases, len(self._numbers))

    def _add_classes(self) -> None:
        for name, words in self.lexicon.words.items():
            owner = self._atom(f"<{name}>")
            for word in sorted(words):
                self._parents[self._atom(word)].append(owner)
        thing = self._atom("<thing>")
        for name in _THINGS:
            self._parents[self._atom(f"<{name}>")].append(thing)
        target = self._atom("<target>")
        for word in self.lexicon.targets:
            self._parents[self._atom(word)].append(target)
        person = self._atom("<person>")
        for name in ("staff", "they", "name"):
            self._parents[self._atom(f"<{name}>")].append(person)

    def _add_phrases(self) -> None:
        for name, paths in self.lexicon.phrases.items():
            for path in paths:
                self.phrases.add(self._symbols(path), self._rarity.rarest(path), len(self.phrase_paths))
                self.phrase_paths.append((name, path))

    def _add_groups(self) -> None:
        for group in self.lexicon.groups.values():
            rank = OF_NOUNS if group.driver == JUDGE else MAIN if group.is_of_staff else MINOR
            for path, pattern in zip(group.paths, group.pattern_of, strict=True):
                self.trie.add(self._symbols(path), self._rarity.rarest(path), len(self.paths), rank)
                self.paths.append((group, pattern, path))
                self.groups.append(group)

    def anchor(self, path: Path) -> int:
        """Return the place of the step that fewest words fit: matching starts there."""
        return self._rarity.rarest(path)[0]

    def _symbols(self, path: Path) -> list[int]:
        known = self._symbol_of
        return [known[step] if step in known else self._symbol(step) for step in path]

    def _symbol(self, step: Step) -> int:
        """Return the number of a step met for the first time; a gap is less than 0."""
        if isinstance(step, int):
            number = -step
        elif len(step) == 1:
            number = self._atom(next(iter(step)))
        else:
            number = self._numbers[step] = len(self._numbers)
            for atom in sorted(step):
                self._parents[self._atom(atom)].append(number)
        self._asked.add(number)
        self._symbol_of[step] = number
        return number

    def _atom(self, atom: str) -> int:
        number = self._numbers.get(atom)
        if number is None:
            number = self._numbers[atom] = len(self._numbers)
            if atom.endswith("*") and len(atom) > 1:
                self._stems[atom[:-1]] = number
            elif atom[0] == "<" and len(atom) > 1:
                self._classes.add(number)
            else:
                self._words.add(atom)
        return number

    def token_type(self, word: str, capital: bool = False, phrase: str = "") -> TokenType:
        """Return the type of a word; ``phrase`` is the class a phrase gives it in place of its own classes."""
        # All words the lexicon does not know are alike: the tables stay small however many texts are read.
        if word not in self._words and not self._stems_of(word):
            word = _stand_in(word)
        # A capital tells something of words alone that are not named.
        key = (word, capital and word not in self._words, phrase)
        known = self._types.get(key)
        if known is None:
            known = self._types[key] = self._new_type(*key)
            self.types.append(known)
        return known

    def learn(self) -> None:
        """Bring the arrays up to the token types met so far."""
        new = self.types[len(self.facts) :]
        if not new:
            return
        facts = np.array([(token.number, token.bits, token.is_of_staff) for token in new], _FACTS)
        self.facts = np.append(self.facts, facts)
        self.scan.learn(self.kinds)
        self.phrase_scan.learn(self.kinds)

    def variant(self, token: TokenType, phrase: str) -> TokenType:
        """Return a token's type inside a phrase, where it loses its own classes for the phrase's."""
        return self.token_type(token.word, False, phrase)

    def _stems_of(self, word: str) -> list[int]:
        stems = self._stems
        lengths = self._stem_lengths.get(word[:_HEAD], self._short_stems)
        return [stems[word[:end]] for end in lengths if word[:end] in stems]

    def _new_type(self, word: str, capital: bool, phrase: str) -> TokenType:
        if phrase:
            fitting = [self._atom(ANY)] if phrase in ENTITIES else self._fitting(word, capital)
            symbols = frozenset().union(*(self._above(symbol, to_classes=False) for symbol in fitting))
            symbols |= self._above(self._atom(f"<{phrase}>"))
        else:
            symbols = frozenset().union(*[self._above(symbol) for symbol in self._fitting(word, capital)])
        kind = self._kind(symbols & self._asked)
        target = self._target(word, symbols)
        of_staff = bool(kind.bits & BITS["they"]) or not (target or TOPIC).startswith(TOPIC)
        return TokenType(len(self.types), kind.number, word, kind.bits, kind.symbols, target, phrase, of_staff)

    def _kind(self, symbols: frozenset[int]) -> _Kind:
        """Return what words with the same symbols have in common; most members of a class are alike."""
        known = self._kinds.get(symbols)
        if known is None:
            bits = sum([self._bit_of[symbol] for symbol in self._bit_of.keys() & symbols])
            known = self._kinds[symbols] = _Kind(len(self.kinds), bits, symbols)
            self.kinds.append(symbols)
        return known

    def _fitting(self, word: str, capital: bool) -> list[int]:
        found = [self._numbers[word]] if word in self._numbers else []
        found += self._stems_of(word)
        if word[:1].isalnum():
            found.append(self._atom(ANY))
            if word[0].isdigit():
                found.append(self._atom("<number>"))
            if word == f"{_UNKNOWN}ly":
                found.append(self._atom("<adverb>"))
            if capital and word not in self._words:
                found.append(self._atom("<cap>"))
        return found

    def _above(self, symbol: int, *, to_classes: bool = True) -> frozenset[int]:
        """Return a symbol with all that it is a kind of; inside a phrase a word is of no class."""
        if not to_classes and symbol in self._classes:
            return frozenset()
        ancestors = self._ancestors[to_classes]
        known = ancestors.get(symbol)
        if known is None:
            parents = [self._above(parent, to_classes=to_classes) for parent in self._parents.get(symbol, ())]
            known = ancestors[symbol] = frozenset((symbol,)).union(*parents)
        return known

    def _target(self, word: str, symbols: frozenset[int]) -> str | None:
        if word in self.lexicon.targets and self._atom("<target>") in symbols:
            return self.lexicon.targets[word]
        return next((target for symbol, target in self._target_of if symbol in symbols), None)

    @property
    def known_words(self) -> set[str]:
        """Every word that the lexicon names."""
        return self._words


#: A letter of no language in place of a word that the lexicon does not know: no pattern can name it.
_UNKNOWN = "ℵ"


def _stand_in(word: str) -> str:
    if word[:1].isdigit():
        return f"0{_UNKNOWN}"
    if word.endswith("ly") and len(word) > 4:
        return f"{_UNKNOWN}ly"
    return _UNKNOWN if word[:1].isalnum() else ""


#: Enough for any language's words; what is longer is remembered no more.
_MOST_REMEMBERED, _LONGEST_REMEMBERED = 300_000, 60


class Surfaces(dict[str, tuple[TokenType, ...]]):
    """Surface token to token types, filled as texts are read."""

    def __init__(self, tables: Tables) -> None:
        super().__init__()
        self._tables = tables

    def __missing__(self, surface: str) -> tuple[TokenType, ...]:
        tables = self._tables
        words = words_of(surface, tables.lexicon.spelling, tables.known_words)
        capital = surface[0].isupper() and not surface.isupper()
        found = tuple(tables.token_type(word, capital) for word in words)
        if len(self) < _MOST_REMEMBERED and len(surface) < _LONGEST_REMEMBERED:
            self[surface] = found
        return found
