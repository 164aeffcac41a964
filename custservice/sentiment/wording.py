"""The words of sentences as numbered features: words, their beginnings and classes, pairs, words by their clause.

Nouns for staff count as one word, so that what was learned of waiters holds for nurses; so do nouns for service,
numbers, and capitalised words that are no words otherwise: names. Words that mean alike share a class
(``classes.toml``), and each stands once more with what its clause speaks of: staff, service, a name, the writer, or
none of these, and once more after a word that denies it. Sentences of a batch are read at once, as arrays; so are
their parts, which mostly tell one thing each.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import chain, groupby
from typing import NamedTuple

import numpy as np

from custservice.sentiment.chunks import Chunks
from custservice.sentiment.compiled import BITS, Tables
from custservice.sentiment.rows import Ints, places_of
from custservice.sentiment.tokens import TOKEN, words_of

_STAFF, _SERVICE = "<staff>", "<service>"
#: Classes of words that are one word here.
_SYMBOLS = ((_STAFF, BITS["staff"] | BITS["name"]), (_SERVICE, BITS["service"]))
NAME, _NUMBER, _START, _END = "<name>", "<number>", "<s>", "</s>"
#: Where clauses part.
_CUTS = (",", ".", ";", ":", "!", "?", "-", "–", "—", "but", "although", "however", "though", "while")
#: Where the parts of a sentence part, which are smaller: "kind and quick" are two.
_PARTS = (*_CUTS, "and", "because", "so", "when", "who", "yet")
#: What a clause speaks of: the first of these that one of its words tells, else the last.
_ABOUT = {"S": (_STAFF, "they", "he", "she"), "V": (_SERVICE,), "N": (NAME,), "I": ("we", "i"), "O": ()}
#: Words that deny what follows them in their clause, up to so many tokens on.
_NOT = (
    *("not", "no", "never", "none", "nobody", "noone", "nothing", "nor", "neither", "nowhere", "cannot", "without"),
    *("hardly", "barely", "scarcely", "rarely", "seldom", "lack", "lacks", "lacked", "lacking"),
    *("zero", "less", "far", "anything"),
)
_REACH = 6
#: Letters of the beginning of a word.
_BEGINNING = 5
#: Places of a table for each pair in it; and 2 to the power of 64 by the golden ratio, as hashes take it.
_ROOM, _GOLDEN = 4, np.uint64(0x9E3779B97F4A7C15)
#: A capitalised word: what it is if it is a word, else a name.
CAPITAL = "^"
#: Before the name of a class.
_CLASS = "="


@cache
def classes() -> Mapping[str, str]:
    """Return the class of each word that has one.

    Examples
    --------
    >>> classes()["grumpy"] == classes()["surly"] != classes()["cheerful"]
    True
    """
    text = resources.files("custservice.sentiment").joinpath("classes.toml").read_text("utf-8")
    named = tomllib.loads(text)["classes"].items()
    return {word: f"{_CLASS}{name}" for name, words in named for word in words.split()}


class Placed(NamedTuple):
    """Features of sentences: the sentence of each, its number, and the first and last of its tokens."""

    sentence: Ints
    feature: Ints
    first: Ints
    last: Ints


class _Pairs:
    """Numbers of pairs of symbols, in a table where a pair stands at its hash or at the next free place after it."""

    def __init__(self, pairs: Ints, numbers: Sequence[int], symbols: int) -> None:
        self._symbols = symbols
        # One more, of no pair, for the places that are free.
        self._keys = np.append(pairs[:, 0] * symbols + pairs[:, 1], -1)
        self._numbers = np.append(np.array(numbers, np.int64), -1)
        self._bits = (_ROOM * len(self._keys)).bit_length()
        self._table = np.full(1 << self._bits, -1, np.int32)
        rest = np.arange(len(pairs))
        at = self._hash(self._keys[:-1])
        while len(rest):
            free = self._table[at] < 0
            self._table[at[free]] = rest[free]
            open_ = self._table[at] != rest
            rest, at = rest[open_], self._next(at[open_])

    def _hash(self, keys: Ints) -> Ints:
        # Fibonacci hashing (Knuth 1998, The Art of Computer Programming 3, section 6.4).
        return ((keys.astype(np.uint64) * _GOLDEN) >> np.uint64(64 - self._bits)).astype(np.int64)

    def _next(self, at: Ints) -> Ints:
        return (at + 1) & (len(self._table) - 1)

    def find(self, left: Ints, right: Ints) -> Ints:
        """Return the number of each pair, -1 where it is no feature."""
        keys = left * self._symbols + right
        at = self._hash(keys)
        place = self._table[at]
        rest = np.flatnonzero((self._keys[place] != keys) & (place >= 0))
        while len(rest):
            at[rest] = self._next(at[rest])
            place[rest] = self._table[at[rest]]
            rest = rest[(self._keys[place[rest]] != keys[rest]) & (place[rest] >= 0)]
        return self._numbers[place]


def _row(symbols: Ints, numbers: Sequence[int], total: int) -> Ints:
    """Return the number of the feature that each symbol is, -1 where it is none."""
    row = np.full(total, -1)
    row[symbols] = numbers
    return row


class Word(NamedTuple):
    """What is read for a word: the numbers of its symbol and of its class, and of the feature that is its beginning.

    A word without a class is one of its own; -1 where no feature is its beginning.
    """

    symbol: int
    kind: int
    beginning: int


class Wording:
    """Features by name, each with its number.

    Names are "w word", "p beginning", "b word next", "l class", "m class next", "n class next-but-one", "r about class"
    (of the clause and a word in it) and "t class" (after "not" or the like: Das & Chen 2007, Yahoo! for Amazon); others
    are no words and left alone.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.numbers = {name: number for number, name in enumerate(names)}
        #: Symbols that features name; 0 is every other word.
        told = (_NUMBER, *_PARTS, *_NOT, *_ABOUT, *(word for words in _ABOUT.values() for word in words))
        self._symbols = {symbol: place for place, symbol in enumerate(dict.fromkeys(("", _START, _END, *told)))}
        rest: dict[str, list[str]] = {kind: [] for kind in "wplbmnrt"}
        numbers: dict[str, list[int]] = {kind: [] for kind in rest}
        for name, number in self.numbers.items():
            if name[0] in rest:
                rest[name[0]].append(name[2:])
                numbers[name[0]].append(number)
        self._beginnings = dict(zip(rest.pop("p"), numbers["p"], strict=True))
        # All at once: there are too many for a step of Python each.
        said = {kind: " ".join(names).split(" ") if names else [] for kind, names in rest.items()}
        for symbol in dict.fromkeys(chain.from_iterable(said.values())):
            self._symbols.setdefault(symbol, len(self._symbols))
        total = len(self._symbols)
        place = {kind: np.array([self._symbols[s] for s in symbols], np.int64) for kind, symbols in said.items()}
        self._word, self._class, self._denied = (_row(place[kind], numbers[kind], total) for kind in "wlt")
        self._pairs = {kind: _Pairs(place[kind].reshape(-1, 2), numbers[kind], total) for kind in "bmn"}
        #: For each thing that clauses speak of and each class, the number of the feature that they are.
        self._within = np.full((len(_ABOUT), total), -1)
        of_about = np.zeros(total, np.int64)
        of_about[[self._symbols[name] for name in _ABOUT]] = np.arange(len(_ABOUT))
        about, within = place["r"].reshape(-1, 2).T
        self._within[of_about[about], within] = numbers["r"]
        #: For each symbol whether a clause ends there, whether it has a place in what clauses hold, whether it denies
        #: what follows, what it tells of its clause (a bit each); and what a clause with these bits speaks of.
        self._cuts, self._held = np.zeros(total, np.bool_), np.ones(total, np.bool_)
        self._cuts[[self._symbols[mark] for mark in _CUTS]] = True
        self._parting = self._cuts.copy()
        self._parting[[self._symbols[word] for word in _PARTS]] = True
        self._held[[number for symbol, number in self._symbols.items() if symbol[:1] == "<"]] = False
        self._held &= ~self._cuts
        self._denies = np.zeros(total, np.bool_)
        self._denies[[self._symbols[word] for word in _NOT]] = True
        self._tells = np.zeros(total, np.int64)
        for bit, words in enumerate(_ABOUT.values()):
            self._tells[[self._symbols[word] for word in words]] = 1 << bit
        last = len(_ABOUT) - 1
        self._about = np.array([_lowest_bit(bits) if bits else last for bits in range(1 << last)])

    def read(self, word: str) -> Word:
        """Return what is read for a word."""
        if word[0] == CAPITAL and len(word) > 1:
            small = word[1:]
            word = small if f"w {small}" in self.numbers else NAME
        of_class = self._symbols.get(classes().get(word, word), 0)
        return Word(self._symbols.get(word, 0), of_class, self._beginnings.get(_beginning(word), -1))

    def placed(self, words: Ints, first: Ints) -> Placed:
        """Return the features of sentences.

        Parameters
        ----------
        words
            A row per token: a `Word`.
        first
            Where each sentence begins among the tokens, and at the end where the last one ends.
        """
        symbols, kinds, beginnings = words.T
        sizes = np.diff(first)
        owner = np.repeat(np.arange(len(sizes)), sizes + 2)
        place = np.arange(len(symbols)) + 2 * np.repeat(np.arange(len(sizes)), sizes) + 1
        begins = first[:-1] + 2 * np.arange(len(sizes))
        rows = np.zeros((2, len(owner)), np.int64)
        rows[:, place] = symbols, kinds
        rows[:, begins], rows[:, begins + sizes + 1] = 1, 2
        # Every place of a row as that of a token; the ends of a sentence stand for its first and last one.
        token = np.clip(np.arange(len(owner)) - 2 * owner - 1, first[owner], first[owner + 1] - 1)
        parts = []
        for gap, row, kind in ((1, rows[0], "b"), (1, rows[1], "m"), (2, rows[1], "n")):
            left, right = np.arange(len(row) - gap), np.arange(gap, len(row))
            number = np.where(owner[left] == owner[right], self._pairs[kind].find(row[left], row[right]), -1)
            some = (number >= 0) & (sizes[owner[left]] > 0)
            parts.append((owner[left][some], number[some], token[left][some], token[right][some]))
        of_token, at = owner[place], np.arange(len(symbols))
        held, (begins, clause) = self._held[symbols], self._clauses(symbols, of_token)
        spoken_of = self._about[_any_bits(self._tells[symbols], begins)]
        about = np.where(held, self._within[spoken_of[clause], kinds], -1)
        # The last word before each token that denies what follows: it must stand in the same clause, and not too far.
        denying = np.append(-1, np.maximum.accumulate(np.where(self._denies[symbols], at, -1)))[:-1]
        is_denied = held & (denying >= begins[clause]) & (at - denying <= _REACH)
        denied = np.where(is_denied, self._denied[kinds], -1)
        for number in (self._word[symbols], self._class[kinds], beginnings, about, denied):
            some = number >= 0
            parts.append((of_token[some], number[some], at[some], at[some]))
        return Placed(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))

    def parts(self, words: Ints, first: Ints) -> tuple[Ints, Ints]:
        """Return the part that each token stands in, and where the parts of each sentence begin (and the last ends).

        The first part of each sentence is what parts the others. Parameters are those of `placed`.
        """
        is_in = ~self._parting[words[:, 0]]
        begins = is_in & ~np.append(False, is_in[:-1])
        begins[first[:-1][np.diff(first) > 0]] |= is_in[first[:-1][np.diff(first) > 0]]
        before = np.append(0, np.cumsum(begins))
        part_first = before[first] + np.arange(len(first))
        owner = np.repeat(np.arange(len(first) - 1), np.diff(first))
        return np.where(is_in, before[1:] + owner, part_first[owner]), part_first

    def _clauses(self, symbols: Ints, owner: Ints) -> tuple[Ints, Ints]:
        """Return where clauses begin, and the clause of each token; what parts clauses is one of its own."""
        is_cut = self._cuts[symbols]
        starts = np.ones(len(symbols), np.bool_)
        starts[1:] = (owner[1:] != owner[:-1]) | is_cut[:-1] | is_cut[1:]
        return np.flatnonzero(starts), np.cumsum(starts) - 1


class ChunkWords:
    """What is read for the words of each chunk, by its number."""

    def __init__(self, wording: Wording, tables: Tables) -> None:
        self._wording, self._tables = wording, tables
        self._begin(tables.chunks.known)

    def _of(self, chunk: str) -> list[Word]:
        surfaces = (chunk,) if chunk.isalpha() else TOKEN.findall(chunk)
        return [word for surface in surfaces for word in self._of_surface(surface)]

    def _of_surface(self, surface: str) -> list[Word]:
        """Return what is read for each word of a surface token, which most chunks share with others."""
        found = self._surfaces.get(surface)
        if found is None:
            read = self._wording.read
            found = self._surfaces[surface] = [read(symbol) for symbol in _symbols(self._tables, surface)]
        return found

    def _begin(self, known: Chunks) -> None:
        self._known = known
        self._surfaces: dict[str, list[Word]] = {}
        self._words, self._first = np.zeros((0, len(Word._fields)), np.int64), np.zeros(1, np.int64)

    def words(self, chunks: Ints) -> Ints:
        """Return a row for each word of a row of chunks: a `Word`."""
        known = self._tables.chunks.known
        if known is not self._known:
            self._begin(known)
        new = [self._of(text) for text in known.texts[len(self._first) - 1 :]]
        if new:
            sizes = np.array([len(row) for row in new], np.int64)
            read = np.array([word for row in new for word in row], np.int64).reshape(-1, len(Word._fields))
            self._words = np.append(self._words, read, axis=0)
            self._first = np.append(self._first, self._first[-1] + np.cumsum(sizes))
        found: Ints = self._words[places_of(self._first, chunks)[0]]
        return found


def symbols_of(tables: Tables, chunk: str) -> list[str]:
    """Return what is read for a chunk of text, one symbol for each of its tokens; ``^`` marks a capital.

    Examples
    --------
    >>> from custservice.sentiment.mentions import compiled
    >>> symbols_of(compiled(), "Waiters!"), symbols_of(compiled(), "12"), symbols_of(compiled(), "Zorblax")
    (['<staff>', '!'], ['<number>'], ['^zorblax'])
    """
    return [symbol for surface in TOKEN.findall(chunk) for symbol in _symbols(tables, surface)]


def _symbols(tables: Tables, surface: str) -> list[str]:
    found = []
    capital = CAPITAL if surface[0].isupper() and not surface.isupper() else ""
    words = words_of(surface, tables.lexicon.spelling, tables.known_words)
    for word, token in zip(words, tables.token_types[surface], strict=True):
        symbol = next((name for name, mask in _SYMBOLS if token.bits & mask), "")
        found.append(symbol or (_NUMBER if word[0].isdigit() else capital + word))
    return found


def named(symbols: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return the names of all features of a sentence, each with its first and last token.

    What `Wording.placed` finds is numbers of these.

    Examples
    --------
    >>> [name for name, first, last in named(["she", "friendly"])][:6]
    ['w she', 'w friendly', 'p frien', 'l =friendly', 'b <s> she', 'b she friendly']
    >>> named(["she", "friendly"])[6:9]
    [('b friendly </s>', 1, 1), ('m she =friendly', 0, 1), ('m =friendly </s>', 1, 1)]
    >>> named(["she", "friendly"])[9:]
    [('n <s> =friendly', 0, 1), ('r S she', 0, 0), ('r S =friendly', 1, 1)]
    >>> [name for name, _, _ in named(["never", "friendly"]) if name[0] == "t"]
    ['t =friendly']
    """
    if not symbols:
        return []
    kinds = [classes().get(symbol, symbol) for symbol in symbols]
    words, bounded = [_START, *symbols, _END], [_START, *kinds, _END]
    found = [(f"w {symbol}", at, at) for at, symbol in enumerate(symbols)]
    found += [(f"p {_beginning(symbol)}", at, at) for at, symbol in enumerate(symbols) if _beginning(symbol)]
    found += [(f"l {kind}", at, at) for at, kind in enumerate(kinds) if _is_class(kind)]
    # The ends of a sentence stand for its first and last token.
    tokens = [0, *range(len(symbols)), len(symbols) - 1]
    for letter, row, gap in (("b", words, 1), ("m", bounded, 1), ("n", bounded, 2)):
        for left, right, at, to in zip(row, row[gap:], tokens, tokens[gap:], strict=False):
            if letter == "b" or _is_class(left) or _is_class(right):
                found.append((f"{letter} {left} {right}", at, to))
    for is_cut, clause in groupby(range(len(symbols)), lambda at: symbols[at] in _CUTS):
        if not is_cut:
            places = list(clause)
            said = {symbols[at] for at in places}
            about = next((about for about, tells in _ABOUT.items() if not said.isdisjoint(tells)), "O")
            held = [at for at in places if symbols[at][0] != "<"]
            found += [(f"r {about} {kinds[at]}", at, at) for at in held]
            denying = [at for at in places if symbols[at] in _NOT]
            found += [(f"t {kinds[at]}", at, at) for at in held if any(0 < at - one <= _REACH for one in denying)]
    return found


def parts_of(symbols: Sequence[str]) -> list[int]:
    """Return the number of the part of its sentence that each symbol stands in, 0 where parts part.

    Examples
    --------
    >>> parts_of(["kind", "and", "quick", ",", "but", "pricey"])
    [1, 0, 2, 0, 0, 3]
    """
    found, number = [], 0
    for parting, part in groupby(symbols, _PARTS.__contains__):
        number += not parting
        found += [0 if parting else number for _ in part]
    return found


def _is_class(kind: str) -> bool:
    return kind[0] == _CLASS and len(kind) > 1


def _any_bits(bits: Ints, begins: Ints) -> Ints:
    found: Ints = np.bitwise_or.reduceat(bits, begins) if len(bits) else bits
    return found


def _lowest_bit(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _beginning(symbol: str) -> str:
    return symbol[:_BEGINNING] if len(symbol) > _BEGINNING and symbol.isalpha() else ""


__all__ = ["CAPITAL", "NAME", "ChunkWords", "Placed", "Word", "Wording", "classes", "named", "parts_of", "symbols_of"]
