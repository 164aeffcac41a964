"""Walk the paths of a trie from the anchors that the scan has left over.

Paths that share an anchor share the walk from there, so the cost of a sentence does not grow with the number of
patterns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from custservice.sentiment.compiled import BITS, Tables, TokenType
from custservice.sentiment.rows import Ints
from custservice.sentiment.scan import Anchors
from custservice.sentiment.trie import Node, Start, Trie

#: What a gap must not cross.
BARRIER = BITS["break"] | BITS["comma"]
#: A path number and the places of the tokens its steps took.
Match = tuple[int, tuple[int, ...]]
#: A node, the place last read, the places taken, and the direction of reading.
_State = tuple[Node, int, tuple[int, ...], int]


class Matched(NamedTuple):
    """A sentence with matches: its number, the place of its first token in the batch, its tokens, the matches."""

    sentence: int
    base: int
    tokens: list[TokenType]
    matches: list[Match]


def matches_in(tables: Tables, trie: Trie, types: Ints, first: Ints, anchors: Anchors) -> Iterator[Matched]:
    """Yield every sentence with a match; of each path at each anchor the match that reaches out least."""
    known = tables.types
    tokens, bounds = list(map(known.__getitem__, types.tolist())), first.tolist()
    first_hit, hits = anchors.first_hit.tolist(), anchors.hits.tolist()
    at_hand, low, high = -1, 0, 0
    found: list[Match] = []
    for sentence, place, a, b in zip(
        anchors.sentence.tolist(), anchors.place.tolist(), first_hit[:-1], first_hit[1:], strict=True
    ):
        if sentence != at_hand:
            if found:
                yield Matched(at_hand, low, tokens[low:high], found)
                found = []
            at_hand, low, high = sentence, bounds[sentence], bounds[sentence + 1]
        here = tokens[place]
        start = trie.start(here.number, here.symbols)
        if start.single:
            found += [(path, (place - low,)) for path in start.single]
        if a < b and (waiting := _waiting(tokens, start, place, hits[a:b])):
            for path, places in _walk(tokens, (place, low, high), waiting):
                found.append((path, tuple(sorted([at - low for at in places]))))
    if found:
        yield Matched(at_hand, low, tokens[low:high], found)


def _waiting(tokens: Sequence[TokenType], start: Start, anchor: int, near: list[int]) -> list[_State]:
    """Return the states that the neighbours of an anchor allow: the last is followed first."""
    waiting: list[_State] = []
    left, right = start.sides
    for at in near:
        token = tokens[at]
        if at > anchor:
            for width, node in right.lead(token.number, token.symbols):
                if width >= at - anchor - 1:
                    waiting.append((node, at, (anchor, at), 1))
        else:
            for width, node in left.lead(token.number, token.symbols):
                if width >= anchor - at - 1:
                    waiting.append((node, at, (anchor, at), -1))
    return waiting


def _walk(
    tokens: Sequence[TokenType], bounds: tuple[int, int, int], waiting: list[_State]
) -> Iterable[tuple[int, tuple[int, ...]]]:
    """Follow the trie from an anchor; last in is first out and near goes in last, so the nearest is found first.

    ``bounds`` are the places of the anchor, of the first token of its sentence and after its last.
    """
    anchor, low, high = bounds
    found: dict[int, tuple[int, ...]] = {}
    while waiting:
        node, at, places, way = waiting.pop()
        for path in node.accepts:
            found.setdefault(path, places)
        if node.turn is not None:
            waiting.append((node.turn, anchor, places, -1))
        at += way
        if not low <= at < high:
            continue
        for width, beyond in node.gaps:
            end = min(at + width + 1, high) if way > 0 else max(at - width - 1, low - 1)
            _skip(tokens, (beyond, at, places, way), end, waiting)
        if node.edges:
            symbols = tokens[at].symbols
            for symbol, after in node.edges.items():
                if symbol in symbols:
                    waiting.append((after, at, (*places, at), way))
    return found.items()


def _skip(tokens: Sequence[TokenType], state: _State, end: int, waiting: list[_State]) -> None:
    """Go on after a gap: with the words before ``end``, none of those skipped the end of a clause."""
    node, at, places, way = state
    edges, below = node.edges.items(), len(waiting)
    for here in range(at, end, way):
        token = tokens[here]
        symbols = token.symbols
        for symbol, after in edges:
            if symbol in symbols:
                waiting.insert(below, (after, here, (*places, here), way))
        if token.bits & BARRIER:
            break
