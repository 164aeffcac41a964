"""What chunks of text hold, by number: their token types, and where in the chunk each stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from custservice.sentiment.chunks import Chunks, Sentences, sentences_of
from custservice.sentiment.rows import Ints, places_of
from custservice.sentiment.tokens import TOKEN

if TYPE_CHECKING:
    from custservice.sentiment.compiled import TokenType


#: Marks that are tokens of their own after a word.
_MARKS = frozenset(".,!?;:)")


class ChunkTokens:
    """The token types of each chunk, by its number."""

    def __init__(self, surfaces: Mapping[str, tuple[TokenType, ...]]) -> None:
        self._surfaces = surfaces
        self._begin()

    def _begin(self) -> None:
        self.known = Chunks()
        self._types, self._first = np.zeros(0, np.int64), np.zeros(1, np.int64)

    def read(self, texts: Sequence[Any]) -> Sentences:
        """Return the sentences of texts, whose chunks are understood."""
        if self.known.is_full:
            self._begin()
        found = sentences_of(texts, self.known)
        new = self.known.texts[len(self._first) - 1 :]
        tokens = [self._tokens(chunk) for chunk in new]
        sizes = np.array([len(each) for each in tokens], np.int64)
        places = [token.place for token in chain.from_iterable(tokens)]
        self._types = np.append(self._types, np.array(places, np.int64))
        self._first = np.append(self._first, self._first[-1] + np.cumsum(sizes))
        return found

    def _tokens(self, chunk: str) -> tuple[TokenType, ...]:
        surfaces = self._surfaces
        if chunk.isalpha():
            return surfaces[chunk]
        if chunk[-1] in _MARKS and chunk[:-1].isalpha():
            return surfaces[chunk[:-1]] + surfaces[chunk[-1]]
        return tuple(token for part in TOKEN.findall(chunk) for token in surfaces[part])

    def types(self, chunks: Ints) -> tuple[Ints, Ints]:
        """Return the token types of a row of chunks, and where those of each chunk begin (and the last ends)."""
        places, first = places_of(self._first, chunks)
        return self._types[places], first

    def span(self, chunk: int, token: int) -> tuple[int, int]:
        """Return where a token stands in its chunk."""
        text = self.known.texts[chunk]
        if text.isalpha() and self._first[chunk + 1] - self._first[chunk] == 1:
            return 0, len(text)
        surfaces = self._surfaces
        return [found.span() for found in TOKEN.finditer(text) for _ in surfaces[found[0]]][token]
