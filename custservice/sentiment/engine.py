"""Match the tables' paths in sentences: phrases first, which change the tokens, then all that is said.

A path is looked for only where its rarest word stands, its anchor. Arrays tell of all sentences of a batch at once
which anchors can still have a match (``scan``), and only from these the paths are walked (``walk``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from custservice.sentiment.compiled import Tables, TokenType
from custservice.sentiment.lines import Lines, join_phrases, tokens_of, types_of
from custservice.sentiment.tokens import TOKEN
from custservice.sentiment.walk import Match, Matched, matches_in


@dataclass(slots=True)
class Line:
    """A sentence as token types; ``sources`` gives the first and last surface token that each stands for."""

    tokens: list[TokenType]
    sources: list[tuple[int, int]]

    def offsets(self, tables: Tables, sentence: str) -> list[tuple[int, int]]:
        """Return start and end of each token in the sentence."""
        spans = [found.span() for found in TOKEN.finditer(sentence) for _ in tables.token_types[found[0]]]
        return [(spans[first][0], spans[last][1]) for first, last in self.sources]


def read_line(tables: Tables, sentence: str) -> Line:
    """Return the token types of a sentence, its phrases marked and joined.

    A contraction gives several tokens, markup none.
    """
    tokens = [token for surface in TOKEN.findall(sentence) for token in tables.token_types[surface]]
    lines = join_phrases(tables, types_of(tables, tokens), np.array([0, len(tokens)]))
    begins, ends = lines.sources
    return Line([tables.types[place] for place in lines.types], list(zip(begins.tolist(), ends.tolist(), strict=True)))


def find_matches(tables: Tables, tokens: Sequence[TokenType]) -> list[Match]:
    """Return every match of every path in a sentence: at each anchor the one that reaches out least."""
    types, first = types_of(tables, tokens), np.array([0, len(tokens)])
    anchors = tables.scan.anchors(tokens_of(tables, types, first))
    return next((found.matches for found in matches_in(tables, tables.trie, types, first, anchors)), [])


def find_all_matches(tables: Tables, lines: Lines, *, topics: bool) -> Iterator[Matched]:
    """Yield the sentences that have matches; without ``topics`` only those that may say something of staff."""
    tokens = tokens_of(tables, lines.types, lines.first)
    of_staff = None
    if not topics:
        of_staff = np.zeros(len(lines.first) - 1, np.bool_)
        of_staff[tokens.sentence[tables.facts["of_staff"][lines.types]]] = True
    return matches_in(tables, tables.trie, lines.types, lines.first, tables.scan.anchors(tokens, of_staff))
