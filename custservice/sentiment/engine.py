"""Match the tables' paths at every token of a sentence.

A path is looked for only where its rarest word stands, its anchor, and paths that share an anchor share the walk
from there: the cost of a sentence does not grow with the number of patterns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from custservice.sentiment.compiled import BITS, ENTITIES, Start, Tables, TokenType, Trie
from custservice.sentiment.tokens import TOKEN

#: What a gap must not cross.
BARRIER = BITS["break"] | BITS["comma"]
#: A path number and the places of the tokens its steps took.
Match = tuple[int, tuple[int, ...]]
#: A node, the place last read, the places taken, and the direction of reading.
_State = tuple[int, int, tuple[int, ...], int]


@dataclass(slots=True)
class Line:
    """A sentence as token types; ``sources`` gives the surface tokens of each, where phrases joined some."""

    tokens: list[TokenType]
    sources: list[tuple[int, int]] | None = None

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
    tokens = list(chain.from_iterable(map(tables.token_types.__getitem__, TOKEN.findall(sentence))))
    found: list[Match] = []
    for place, token in enumerate(tokens):
        if token.phrase_start is not None:
            _match_from(tables.phrases, tokens, place, token.phrase_start, found)
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
    for place, token in enumerate(tokens):
        if token.start is not None:
            _match_from(tables.trie, tokens, place, token.start, found)
    return found


def _match_from(trie: Trie, tokens: Sequence[TokenType], anchor: int, start: Start, found: list[Match]) -> None:
    """Add the matches whose anchor is at ``anchor``."""
    for accepted in start.single:
        found.append((accepted, (anchor,)))
    right, left = start.reach
    if not (right or left):
        return
    waiting: list[_State] = []
    if left:
        _look(trie, tokens, anchor, start, 1, waiting)
    if right:
        _look(trie, tokens, anchor, start, 0, waiting)
    if waiting:
        reached = _walk(trie, tokens, anchor, waiting)
        found += [(path, tuple(sorted(places))) for path, places in reached.items()]


def _look(trie: Trie, tokens: Sequence[TokenType], anchor: int, start: Start, way: int, waiting: list[_State]) -> None:
    """Put in the states that the neighbours of an anchor allow, the nearest last."""
    known, direction = start.known[way], -1 if way else 1
    total, near = len(tokens), len(waiting)
    at = anchor
    for skipped in range(start.reach[way]):
        at += direction
        if not 0 <= at < total:
            break
        token = tokens[at]
        allowed = known.get(token.number)
        if allowed is None:
            allowed = trie.neighbours(start, way, token)
        for width, node in allowed:
            if width >= skipped:
                waiting.insert(near, (node, at, (anchor, at), direction))
        if token.bits & BARRIER:
            break


def _walk(trie: Trie, tokens: Sequence[TokenType], anchor: int, waiting: list[_State]) -> dict[int, tuple[int, ...]]:
    """Follow the trie from an anchor; last in is first out and near goes in last, so the nearest is found first."""
    found: dict[int, tuple[int, ...]] = {}
    steps, accepts, turns, gaps, edges = trie.steps, trie.accepts, trie.turns, trie.gaps, trie.edges
    total = len(tokens)
    while waiting:
        node, at, places, direction = waiting.pop()
        for accepted in accepts[node]:
            found.setdefault(accepted, places)
        if turns[node]:
            waiting.append((turns[node], anchor, places, -1))
        at += direction
        if not 0 <= at < total:
            continue
        for width, beyond in gaps[node]:
            _skip(trie, tokens, (beyond, at, places, direction), width, waiting)
        if edges[node]:
            token = tokens[at]
            nodes = steps[node].get(token.number)
            for after in trie.step(node, token) if nodes is None else nodes:
                waiting.append((after, at, (*places, at), direction))
    return found


def _skip(trie: Trie, tokens: Sequence[TokenType], state: _State, width: int, waiting: list[_State]) -> None:
    """Go on after a gap: up to ``width`` words, none of them the end of a clause."""
    node, at, places, direction = state
    known, total = trie.steps[node], len(tokens)
    reached: list[_State] = []
    for _ in range(width + 1):
        token = tokens[at]
        nodes = known.get(token.number)
        for after in trie.step(node, token) if nodes is None else nodes:
            reached.append((after, at, (*places, at), direction))
        at += direction
        if token.bits & BARRIER or not 0 <= at < total:
            break
    waiting.extend(reversed(reached))
