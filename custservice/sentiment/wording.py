"""The words of sentences as numbered features: words, beginnings of words, pairs of neighbours, pairs with a gap.

Nouns for staff count as one word, so that what was learned of waiters holds for nurses; so do nouns for service,
numbers, and capitalised words that are no words otherwise: names. Sentences of a batch are read at once, as arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from custservice.sentiment.chunks import Chunks
from custservice.sentiment.compiled import BITS, Tables
from custservice.sentiment.rows import Ints, places_of
from custservice.sentiment.tokens import TOKEN, words_of

#: Classes of words that are one word here.
_SYMBOLS = (("<staff>", BITS["staff"] | BITS["name"]), ("<service>", BITS["service"]))
NAME, _NUMBER, _START, _END = "<name>", "<number>", "<s>", "</s>"
#: Letters of the beginning of a word.
_BEGINNING = 5
#: A capitalised word: what it is if it is a word, else a name.
CAPITAL = "^"


class Placed(NamedTuple):
    """Features of sentences: the sentence of each, its number, and the first and last of its tokens."""

    sentence: Ints
    feature: Ints
    first: Ints
    last: Ints


class _Pairs:
    """Numbers of pairs of symbols."""

    def __init__(self, pairs: Sequence[tuple[int, int, int]], symbols: int) -> None:
        left, right, number = np.array(pairs, np.int64).reshape(-1, 3).T
        order = np.argsort(left * symbols + right)
        self._keys, self._numbers, self._symbols = (left * symbols + right)[order], number[order], symbols

    def find(self, left: Ints, right: Ints) -> Ints:
        """Return the number of each pair, -1 where it is no feature."""
        if not len(self._keys):
            return np.full(len(left), -1)
        keys = left * self._symbols + right
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[at] == keys, self._numbers[at], -1)


class Wording:
    """Features by name, each with its number.

    Names are "w word", "p beginning", "b word next" and "k word next-but-one"; others are no words and left alone.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.numbers = {name: number for number, name in enumerate(names)}
        #: Symbols that features name; 0 is every other word.
        self._symbols = {symbol: place for place, symbol in enumerate(("", _START, _END, NAME))}
        self._beginnings: dict[str, int] = {}
        words: dict[int, int] = {}
        pairs: dict[str, list[tuple[int, int, int]]] = {"b": [], "k": []}
        for name, number in self.numbers.items():
            kind, rest = name.split(" ", 1)
            if kind == "w":
                words[self._number(rest)] = number
            elif kind == "p":
                self._beginnings[rest] = number
            elif kind in pairs:
                left, right = rest.split(" ")
                pairs[kind].append((self._number(left), self._number(right), number))
        self._word = np.full(len(self._symbols), -1)
        self._word[list(words)] = list(words.values())
        self._next, self._second = (_Pairs(pairs[kind], len(self._symbols)) for kind in "bk")

    def _number(self, symbol: str) -> int:
        return self._symbols.setdefault(symbol, len(self._symbols))

    def read(self, word: str) -> tuple[int, int]:
        """Return the number of a word's symbol, and of the feature that is its beginning (-1 for none)."""
        if word[0] == CAPITAL and len(word) > 1:
            small = word[1:]
            word = small if f"w {small}" in self.numbers else NAME
        return self._symbols.get(word, 0), self._beginnings.get(_beginning(word), -1)

    def placed(self, symbols: Ints, beginnings: Ints, first: Ints) -> Placed:
        """Return the features of sentences, whose tokens begin (and the last one's end) at ``first``."""
        sizes = np.diff(first)
        owner = np.repeat(np.arange(len(sizes)), sizes + 2)
        place = np.arange(len(symbols)) + 2 * np.repeat(np.arange(len(sizes)), sizes) + 1
        row = np.zeros(len(owner), np.int64)
        row[place] = symbols
        begins = first[:-1] + 2 * np.arange(len(sizes))
        row[begins], row[begins + sizes + 1] = 1, 2
        # Every place of the row as that of a token; the ends of a sentence stand for its first and last one.
        token = np.clip(np.arange(len(row)) - 2 * owner - 1, first[owner], first[owner + 1] - 1)
        parts = []
        for gap, pairs in ((1, self._next), (2, self._second)):
            left, right = np.arange(len(row) - gap), np.arange(gap, len(row))
            number = np.where(owner[left] == owner[right], pairs.find(row[left], row[right]), -1)
            some = (number >= 0) & (sizes[owner[left]] > 0)
            parts.append((owner[left][some], number[some], token[left][some], token[right][some]))
        of_token, at = owner[place], np.arange(len(symbols))
        for number in (self._word[symbols], beginnings):
            some = number >= 0
            parts.append((of_token[some], number[some], at[some], at[some]))
        return Placed(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


class ChunkWords:
    """Symbols and beginnings of the words of each chunk, by its number."""

    def __init__(self, wording: Wording, tables: Tables) -> None:
        self._wording, self._tables = wording, tables
        self._begin(tables.chunks.known)

    def _of(self, chunk: str) -> list[tuple[int, int]]:
        surfaces = (chunk,) if chunk.isalpha() else TOKEN.findall(chunk)
        return [pair for surface in surfaces for pair in self._of_surface(surface)]

    def _of_surface(self, surface: str) -> list[tuple[int, int]]:
        """Return symbol and beginning of each word of a surface token, which most chunks share with others."""
        found = self._surfaces.get(surface)
        if found is None:
            read = self._wording.read
            found = self._surfaces[surface] = [read(symbol) for symbol in _symbols(self._tables, surface)]
        return found

    def _begin(self, known: Chunks) -> None:
        self._known = known
        self._surfaces: dict[str, list[tuple[int, int]]] = {}
        self._words, self._first = np.zeros((0, 2), np.int64), np.zeros(1, np.int64)

    def words(self, chunks: Ints) -> tuple[Ints, Ints]:
        """Return the symbols and beginnings of the words of a row of chunks."""
        known = self._tables.chunks.known
        if known is not self._known:
            self._begin(known)
        new = [self._of(text) for text in known.texts[len(self._first) - 1 :]]
        if new:
            sizes = np.array([len(row) for row in new], np.int64)
            read = np.array([word for row in new for word in row], np.int64).reshape(-1, 2)
            self._words = np.append(self._words, read, axis=0)
            self._first = np.append(self._first, self._first[-1] + np.cumsum(sizes))
        found = self._words[places_of(self._first, chunks)[0]]
        return found[:, 0], found[:, 1]


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
    for word in words_of(surface, tables.lexicon.spelling, tables.known_words):
        bits = tables.token_type(word).bits
        symbol = next((name for name, mask in _SYMBOLS if bits & mask), "")
        found.append(symbol or (_NUMBER if word[0].isdigit() else capital + word))
    return found


def names_of(symbols: Sequence[str]) -> list[str]:
    """Return the names of all features of a sentence; what `Wording.placed` finds is numbers of these.

    Examples
    --------
    >>> names_of(["so", "kind"])
    ['w so', 'w kind', 'b <s> so', 'b so kind', 'b kind </s>', 'k <s> kind', 'k so </s>']
    """
    bounded = [_START, *symbols, _END]
    words = [f"w {symbol}" for symbol in symbols]
    words += [f"p {_beginning(symbol)}" for symbol in symbols if _beginning(symbol)]
    neighbours = [f"b {left} {right}" for left, right in pairwise(bounded)]
    return words + neighbours + [f"k {left} {right}" for left, right in zip(bounded, bounded[2:], strict=False)]


def _beginning(symbol: str) -> str:
    return symbol[:_BEGINNING] if len(symbol) > _BEGINNING and symbol.isalpha() else ""


__all__ = ["CAPITAL", "NAME", "ChunkWords", "Placed", "Wording", "names_of", "symbols_of"]
