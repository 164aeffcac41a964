"""Match the tables' paths at every token of a sentence.

A path is looked for only where its rarest word stands, its anchor, and paths that share an anchor share the walk
from there: the cost of a sentence does not grow with the number of patterns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from custservice.sentiment.chunks import blank
from custservice.sentiment.compiled import BITS, ENTITIES, IS_OF_STAFF, OPENS_PHRASE, TELLS, Chunk, Tables, TokenType
from custservice.sentiment.tokens import TOKEN
from custservice.sentiment.trie import ALWAYS, Node, Side, Start

#: What a gap must not cross.
BARRIER = BITS["break"] | BITS["comma"]
#: A path number and the places of the tokens its steps took.
Match = tuple[int, tuple[int, ...]]
#: A node, the place last read, the places taken, and the direction of reading.
_State = tuple[Node, int, tuple[int, ...], int]


@dataclass(slots=True)
class Line:
    """A sentence as token types; ``sources`` gives the surface tokens of each, where phrases joined some."""

    tokens: list[TokenType]
    sources: list[tuple[int, int]] | None = None

    def source(self, token: int, way: int) -> int:
        """Return the first (``way`` 0) or last (``way`` 1) surface token that a token stands for."""
        return token if self.sources is None else self.sources[token][way]

    def offsets(self, tables: Tables, sentence: str) -> list[tuple[int, int]]:
        """Return start and end of each token in the sentence."""
        spans = [found.span() for found in TOKEN.finditer(sentence) for _ in tables.token_types[found[0]]]
        if self.sources is None:
            return spans
        return [(spans[first][0], spans[last][1]) for first, last in self.sources]


def read_line(tables: Tables, sentence: str) -> Line:
    """Return the token types of a sentence.

    A contraction gives several tokens, markup none. A phrase that names someone or something ("front desk") becomes
    one token; the words of other phrases ("failed to") stay, the last one with the phrase's class.
    """
    chunks = tables.chunks
    return join_phrases(tables, [token for chunk in blank(sentence).split() for token in chunks[chunk].tokens])


def join_phrases(tables: Tables, tokens: list[TokenType]) -> Line:
    """Return tokens with their phrases marked and joined; see ``read_line``."""
    found: list[Match] = []
    seen = _witnesses(tokens)
    for place, token in enumerate(tokens):
        start = token.phrase_start
        if start is not None:
            found += [(path, (place,)) for path in start.single]
            if start.needs & seen:
                _match_from(tokens, place, start, found)
    return _with_phrases(tables, tokens, found) if found else Line(tokens)


def _with_phrases(tables: Tables, tokens: list[TokenType], found: list[Match]) -> Line:
    """Mark the longest phrases, none overlapping, and join those that name someone or something."""
    joined: dict[int, int] = {}
    taken: set[int] = set()
    for path, places in sorted(found, key=lambda match: (-len(match[1]), match[1])):
        if not taken.isdisjoint(places):
            continue
        taken.update(places)
        name = tables.phrase_paths[path][0]
        tokens[places[-1]] = tables.variant(tokens[places[-1]], name)
        if name in ENTITIES:
            joined[places[0]] = places[-1]
        else:
            for at in places[:-1]:
                tokens[at] = tables.variant(tokens[at], "adverb")
    if not joined:
        return Line(tokens)
    sources, at = [], 0
    while at < len(tokens):
        sources.append((at, joined.get(at, at)))
        at = sources[-1][1] + 1
    return Line([tokens[last] for _, last in sources], sources)


def find_matches(tables: Tables, tokens: Sequence[TokenType]) -> list[Match]:
    """Return every match of every path: at each anchor the one that reaches out least."""
    found: list[Match] = []
    seen = _witnesses(tokens)
    for place, token in enumerate(tokens):
        start = token.start
        if start is not None:
            for path in start.single:
                found.append((path, (place,)))
            # Most anchors end here: no other rare word of their paths is in the sentence.
            if start.needs & seen:
                _match_from(tokens, place, start, found)
    return found


def survey(tables: Tables, chunks: Sequence[Chunk], *, topics: bool) -> Line | None:
    """Return the line of a sentence, or None where no path that is wanted can match, as far as its rarest words tell.

    Without ``topics`` the paths of topics alone are not wanted.
    """
    seen, flags = ALWAYS, 0
    for chunk in chunks:
        seen |= chunk.marks
        flags |= chunk.flags
    # A phrase may stand for anyone, so where one may stand all is read.
    phrases = flags & OPENS_PHRASE and True in [chunk.phrases & seen != 0 for chunk in chunks]
    if not (topics or phrases or flags & TELLS):
        of_staff = 1 if flags & IS_OF_STAFF else 0
        if True not in [chunk.wanted[of_staff] & seen != 0 for chunk in chunks]:
            return None
    tokens = [token for chunk in chunks for token in chunk.tokens]
    return join_phrases(tables, tokens) if phrases else Line(tokens)


def _witnesses(tokens: Sequence[TokenType]) -> int:
    seen = ALWAYS
    for token in tokens:
        seen |= token.marks
    return seen


def _match_from(tokens: Sequence[TokenType], anchor: int, start: Start, found: list[Match]) -> None:
    """Add the matches of several words whose anchor is at ``anchor``."""
    # What goes in last is followed first: to the right before to the left, and near before far.
    waiting: list[_State] = []
    left, right = start.sides()
    if left.reach:
        far = anchor - left.reach
        _look(tokens[far if far > 0 else 0 : anchor][::-1], anchor, -1, left, waiting)
    if right.reach:
        _look(tokens[anchor + 1 : anchor + 1 + right.reach], anchor, 1, right, waiting)
    if waiting:
        found += _walk(tokens, anchor, waiting)


def _look(neighbours: Sequence[TokenType], anchor: int, way: int, side: Side, waiting: list[_State]) -> None:
    """Put in the states that the neighbours of an anchor allow, the nearest last."""
    near, below = side.near, len(waiting)
    for skipped, token in enumerate(neighbours):
        if near & token.offers:
            at = anchor + way * (skipped + 1)
            for width, node in side.lead(token.number, token.symbols):
                if width >= skipped:
                    waiting.insert(below, (node, at, (anchor, at), way))
        if token.bits & BARRIER:
            break


def _walk(tokens: Sequence[TokenType], anchor: int, waiting: list[_State]) -> list[Match]:
    """Follow the trie from an anchor; last in is first out and near goes in last, so the nearest is found first."""
    found: dict[int, tuple[int, ...]] = {}
    total = len(tokens)
    while waiting:
        node, at, places, way = waiting.pop()
        for path in node.accepts:
            found.setdefault(path, places)
        if node.turn is not None:
            waiting.append((node.turn, anchor, places, -1))
        at += way
        if not 0 <= at < total:
            continue
        for width, beyond in node.gaps:
            _skip(tokens, (beyond, at, places, way), width, waiting)
        if node.edges:
            symbols = tokens[at].symbols
            for symbol, after in node.edges.items():
                if symbol in symbols:
                    waiting.append((after, at, (*places, at), way))
    return [(path, tuple(sorted(places))) for path, places in found.items()]


def _skip(tokens: Sequence[TokenType], state: _State, width: int, waiting: list[_State]) -> None:
    """Go on after a gap: up to ``width`` words, none of them the end of a clause."""
    node, at, places, way = state
    edges, below = node.edges.items(), len(waiting)
    for here in range(at, min(at + width + 1, len(tokens)) if way > 0 else max(at - width - 1, -1), way):
        token = tokens[here]
        symbols = token.symbols
        for symbol, after in edges:
            if symbol in symbols:
                waiting.insert(below, (after, here, (*places, here), way))
        if token.bits & BARRIER:
            break
