"""The lexicon as plain tables: symbols, a trie over them, and what a token is.

A *symbol* is a number: a word, a stem, a class, or a set of these that one step of a path allows. A token type
carries all symbols that fit it, so a step of the trie is a lookup, and each lookup is done once per kind of token.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from custservice.sentiment.lexicon import Group, Lexicon
from custservice.sentiment.patterns import ANY, Path, Step
from custservice.sentiment.tokens import words_of

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


#: How often common English words stand in a text, roughly, against 1 for any other word. It decides speed alone.
_FREQUENT = {
    word: cost
    for cost, words in (
        (400, "the and a to was of i in is it for we"),
        (150, "with that were on at very but not our this they have are had be as my you so"),
        (60, "no from all there if would or an out which when will can been us one me just up more get has only good"),
        (40, "great time do did could their about what also some food service staff your by he she her place never"),
        (20, "even after other before again back really first ever than well then because any here nice go got them"),
        (20, "much over room best too like made make who ask asked take took two came went always always still down"),
        (10, "how his next most where way people into night day little away around off off every few didn't wait"),
        (10, "hour minutes come want know said told find left better need check order table bar drink clean free"),
        (10, "seating drinks flight lounge airport stay apartment location house host restaurant experience 's"),
        (10, "bad worth long nothing didn area small right better own use used lot quite each being should must those"),
    )
    for word in words.split()
}


@dataclass(slots=True)
class Start:
    """What the paths anchored at a kind of token ask of its neighbours, remembered per kind of neighbour."""

    #: Paths of this one word.
    single: tuple[int, ...]
    #: Nodes to step from, to the right and to the left, each with how many words may be skipped first.
    nodes: tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]
    #: For each way, by a neighbour's number: the nodes it leads to, with the skip that allows it.
    known: tuple[dict[int, tuple[tuple[int, int], ...]], dict[int, tuple[tuple[int, int], ...]]]
    #: How far away a neighbour may be, to the right and to the left; 0 where none is asked for.
    reach: tuple[int, int]


@dataclass(slots=True)
class TokenType:
    """A kind of token: all that is known of a word wherever it stands."""

    number: int
    word: str
    bits: int
    symbols: frozenset[int]
    #: The driver or topic that an evaluation of this word speaks of.
    target: str | None
    #: The class a phrase gave it in place of its own.
    phrase: str = ""
    start: Start | None = None
    phrase_start: Start | None = None


@dataclass(slots=True)
class Trie:
    """Paths that share their beginnings, each read from its anchor: first rightwards, then leftwards.

    Node 0 is the root. A node's ``turn`` leads to the steps left of the anchor; 0 means there is none.
    """

    edges: list[dict[int, int]] = field(default_factory=lambda: [{}])
    gaps: list[list[tuple[int, int]]] = field(default_factory=lambda: [[]])
    turns: list[int] = field(default_factory=lambda: [0])
    accepts: list[list[int]] = field(default_factory=lambda: [[]])
    steps: list[dict[int, tuple[int, ...]]] = field(default_factory=lambda: [{}])

    def add(self, symbols: Sequence[int], anchor: int, accepted: int) -> None:
        """Add a path with the place of its anchor; a negative symbol is a gap of so many words."""
        node = self._follow(0, symbols[anchor:])
        if anchor:
            if not self.turns[node]:
                self.turns[node] = self._new()
            node = self._follow(self.turns[node], symbols[anchor - 1 :: -1])
        self.accepts[node].append(accepted)

    def start(self, token: TokenType) -> Start | None:
        """Return what can begin at a token, or None."""
        starts = self.step(0, token)
        if not starts:
            return None
        right = [item for node in starts for item in self._exits(node)]
        left = [item for node in starts if self.turns[node] for item in self._exits(self.turns[node])]
        reach = tuple(max((width + 1 for width, _ in items), default=0) for items in (right, left))
        single = tuple(accepted for node in starts for accepted in self.accepts[node])
        return Start(single, (tuple(right), tuple(left)), ({}, {}), (reach[0], reach[1]))

    def _exits(self, node: int) -> list[tuple[int, int]]:
        return [*([(0, node)] if self.edges[node] else []), *self.gaps[node]]

    def neighbours(self, start: Start, way: int, token: TokenType) -> tuple[tuple[int, int], ...]:
        """Return the nodes that a neighbour leads to, with the skip that allows it."""
        found = tuple((width, after) for width, node in start.nodes[way] for after in self.step(node, token))
        start.known[way][token.number] = found
        return found

    def _follow(self, node: int, symbols: Iterable[int]) -> int:
        for symbol in symbols:
            if symbol < 0:
                node = self._gap(node, -symbol)
            elif symbol in self.edges[node]:
                node = self.edges[node][symbol]
            else:
                after = self.edges[node][symbol] = self._new()
                node = after
        return node

    def _gap(self, node: int, width: int) -> int:
        for known, after in self.gaps[node]:
            if known == width:
                return after
        after = self._new()
        self.gaps[node].append((width, after))
        return after

    def _new(self) -> int:
        self.edges.append({})
        self.gaps.append([])
        self.turns.append(0)
        self.accepts.append([])
        self.steps.append({})
        return len(self.edges) - 1

    def step(self, node: int, token: TokenType) -> tuple[int, ...]:
        """Return the nodes that a token leads to, remembered per kind of token."""
        known = self.steps[node]
        if token.number in known:
            return known[token.number]
        edges = self.edges[node]
        if len(edges) < len(token.symbols):
            found = tuple(after for symbol, after in edges.items() if symbol in token.symbols)
        else:
            found = tuple(edges[symbol] for symbol in token.symbols if symbol in edges)
        known[token.number] = found
        return found


class Tables:
    """A compiled lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.trie, self.phrases = Trie(), Trie()
        #: For each path number its group and the place of its pattern in the group.
        self.paths: list[tuple[Group, int, Path]] = []
        self.phrase_paths: list[tuple[str, Path]] = []
        self._numbers: dict[str | frozenset[str], int] = {}
        self._parents: dict[int, list[int]] = defaultdict(list)
        self._stems: dict[str, int] = {}
        self._costs: dict[frozenset[str], float] = {}
        self._types: dict[tuple[str, bool, str], TokenType] = {}
        self._words: set[str] = set()
        self._add_classes()
        self._add_phrases()
        self._add_groups()
        self._bit_of = {self._atom(f"<{name}>"): bit for name, bit in BITS.items()}
        self.token_types = _Memo(self)

    def _add_classes(self) -> None:
        for name, words in self.lexicon.words.items():
            owner = self._atom(f"<{name}>")
            for word in words:
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
                self.phrases.add(self._symbols(path), self.anchor(path), len(self.phrase_paths))
                self.phrase_paths.append((name, path))

    def _add_groups(self) -> None:
        for group in self.lexicon.groups.values():
            for path, pattern in zip(group.paths, group.pattern_of, strict=True):
                self.trie.add(self._symbols(path), self.anchor(path), len(self.paths))
                self.paths.append((group, pattern, path))

    def anchor(self, path: Path) -> int:
        """Return the place of the step that fewest words fit: matching starts there."""
        costs = [self._cost(step) for step in path]
        return costs.index(min(costs))

    def _cost(self, step: Step) -> float:
        if isinstance(step, int):
            return math.inf
        known = self._costs.get(step)
        if known is None:
            known = self._costs[step] = sum(self._atom_cost(atom) for atom in step)
        return known

    def _atom_cost(self, atom: str) -> float:
        if atom == ANY:
            return 10_000
        if atom.startswith("<") and len(atom) > 1:
            return 30 + sum(map(self._atom_cost, self.lexicon.words.get(atom[1:-1], ())))
        return _FREQUENT.get(atom, 1)

    def _symbols(self, path: Path) -> list[int]:
        return [-step if isinstance(step, int) else self._symbol(step) for step in path]

    def _symbol(self, step: frozenset[str]) -> int:
        if len(step) == 1:
            return self._atom(next(iter(step)))
        number = self._numbers.get(step)
        if number is None:
            number = self._numbers[step] = len(self._numbers)
            for atom in step:
                self._parents[self._atom(atom)].append(number)
        return number

    def _atom(self, atom: str) -> int:
        number = self._numbers.get(atom)
        if number is None:
            number = self._numbers[atom] = len(self._numbers)
            if atom.endswith("*") and len(atom) > 1:
                self._stems[atom[:-1]] = number
            else:
                self._words.add(atom)
        return number

    def token_type(self, word: str, capital: bool = False, phrase: str = "") -> TokenType:
        """Return the type of a word; ``phrase`` is the class a phrase gives it in place of its own classes."""
        # All words the lexicon does not know are alike: the tables stay small however many texts are read.
        if not self._is_known(word):
            word = _stand_in(word)
        key = (word, capital, phrase)
        known = self._types.get(key)
        if known is None:
            known = self._types[key] = self._new_type(word, capital, phrase)
        return known

    def variant(self, token: TokenType, phrase: str) -> TokenType:
        """Return a token's type inside a phrase, where it loses its own classes for the phrase's."""
        return self.token_type(token.word, False, phrase)

    def _is_known(self, word: str) -> bool:
        return word in self._words or any(word[:n] in self._stems for n in range(1, min(len(word), 20) + 1))

    def _new_type(self, word: str, capital: bool, phrase: str) -> TokenType:
        fitting = [self._atom(ANY)] if phrase in ENTITIES else self._fitting(word, capital, phrase)
        symbols = self._closure(fitting, stop_at_classes=bool(phrase))
        if phrase:
            symbols |= self._closure([self._atom(f"<{phrase}>")])
        bits = sum(bit for symbol, bit in self._bit_of.items() if symbol in symbols)
        token = TokenType(len(self._types), word, bits, symbols, self._target(word, symbols), phrase)
        token.start = self.trie.start(token)
        token.phrase_start = None if phrase else self.phrases.start(token)
        return token

    def _fitting(self, word: str, capital: bool, phrase: str) -> list[int]:
        found = [self._numbers[word]] if word in self._numbers else []
        found += [self._stems[word[:n]] for n in range(1, min(len(word), 20) + 1) if word[:n] in self._stems]
        if word[:1].isalnum():
            found.append(self._atom(ANY))
            if word[0].isdigit():
                found.append(self._atom("<number>"))
            if word == "xly":
                found.append(self._atom("<adverb>"))
            if capital and word not in self._words:
                found.append(self._atom("<cap>"))
        return found

    def _closure(self, symbols: Iterable[int], *, stop_at_classes: bool = False) -> frozenset[int]:
        classes = self._class_numbers if stop_at_classes else frozenset()
        seen: set[int] = set()
        waiting = list(symbols)
        while waiting:
            symbol = waiting.pop()
            if symbol not in seen and symbol not in classes:
                seen.add(symbol)
                waiting.extend(self._parents.get(symbol, ()))
        return frozenset(seen)

    @property
    def _class_numbers(self) -> frozenset[int]:
        return frozenset(n for a, n in self._numbers.items() if isinstance(a, str) and a[0] == "<" and len(a) > 1)

    def _target(self, word: str, symbols: frozenset[int]) -> str | None:
        if word in self.lexicon.targets and self._atom("<target>") in symbols:
            return self.lexicon.targets[word]
        for name in ("service", "staff", "name"):
            if self._atom(f"<{name}>") in symbols:
                return "general"
        for name in (*_THINGS, "others"):
            if self._atom(f"<{name}>") in symbols:
                return f"topic_{name}"
        return None

    @property
    def known_words(self) -> set[str]:
        """Every word that the lexicon names."""
        return self._words


def _stand_in(word: str) -> str:
    if word[:1].isdigit():
        return "0"
    if word.endswith("ly") and len(word) > 4:
        return "xly"
    return "x" if word[:1].isalnum() else ""


class _Memo(dict[str, tuple[TokenType, ...]]):
    """Surface token to token types, filled as texts are read."""

    def __init__(self, tables: Tables) -> None:
        super().__init__()
        self._tables = tables

    def __missing__(self, surface: str) -> tuple[TokenType, ...]:
        tables = self._tables
        words = words_of(surface, tables.lexicon.spelling, tables.known_words)
        capital = surface[0].isupper() and not surface.isupper()
        found = tuple(tables.token_type(word, capital) for word in words)
        if len(self) < 500_000 and len(surface) < 100:
            self[surface] = found
        return found
