"""Match the tables' paths at every token of a sentence.

Each token starts a walk down the trie; the walk branches only where the trie does, so its cost does not grow with
the number of patterns.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from custservice.sentiment.compiled import BITS, ENTITIES, Tables, TokenType, Trie
from custservice.sentiment.tokens import TOKEN

#: What a gap must not cross.
BARRIER = BITS["break"] | BITS["comma"]
#: A path number and the places of the tokens its steps took.
Match = tuple[int, tuple[int, ...]]


def read_tokens(tables: Tables, sentence: str) -> list[TokenType]:
    """Return the token types of a sentence, phrases of several words marked.

    A contraction gives several tokens, markup none: ``token_offsets`` has the same order and length.
    """
    tokens = list(chain.from_iterable(map(tables.token_types.__getitem__, TOKEN.findall(sentence))))
    for place, token in enumerate(tokens):
        if token.phrase_starts:
            _mark_phrase(tables, tokens, place)
    return tokens


def token_offsets(tables: Tables, sentence: str) -> list[tuple[int, int]]:
    """Return start and end of each token that ``read_tokens`` gives."""
    return [found.span() for found in TOKEN.finditer(sentence) for _ in tables.token_types[found[0]]]


def _mark_phrase(tables: Tables, tokens: list[TokenType], place: int) -> None:
    """Give the last word of the longest phrase that starts here its class, and the others none."""
    found = matches_at(tables.phrases, tokens, place, tokens[place].phrase_starts)
    if not found:
        return
    path, places = max(found, key=lambda match: (len(match[1]), match[1][-1]))
    name = tables.phrase_paths[path][0]
    for at in places[:-1]:
        tokens[at] = tables.variant(tokens[at], "part" if name in ENTITIES else "phrase")
    tokens[places[-1]] = tables.variant(tokens[places[-1]], name)


def find_matches(tables: Tables, tokens: Sequence[TokenType]) -> list[Match]:
    """Return every match of every path, at each start the one with the shortest gaps."""
    found: list[Match] = []
    for place, token in enumerate(tokens):
        if token.starts:
            found += matches_at(tables.trie, tokens, place, token.starts)
    return found


def matches_at(trie: Trie, tokens: Sequence[TokenType], place: int, starts: tuple[int, ...]) -> list[Match]:
    """Return the matches of a trie's paths that start at one token."""
    found: dict[int, tuple[int, ...]] = {}
    # Last in, first out, and longer gaps are put in first: the shortest gaps are found first.
    waiting: list[tuple[int, tuple[int, ...]]] = [(node, (place,)) for node in starts]
    total = len(tokens)
    while waiting:
        node, places = waiting.pop()
        for accepted in trie.accepts[node]:
            found.setdefault(accepted, places)
        after = places[-1] + 1
        if after == total:
            continue
        if trie.gaps[node]:
            _skip(trie, tokens, node, places, waiting)
        if trie.edges[node]:
            token = tokens[after]
            nodes = trie.steps[node].get(token.number)
            for reached in trie.step(node, token) if nodes is None else nodes:
                waiting.append((reached, (*places, after)))
    return list(found.items())


def _skip(
    trie: Trie,
    tokens: Sequence[TokenType],
    node: int,
    places: tuple[int, ...],
    waiting: list[tuple[int, tuple[int, ...]]],
) -> None:
    after = places[-1] + 1
    for width, beyond in trie.gaps[node]:
        reached = []
        for at in range(after, min(after + width + 1, len(tokens))):
            reached += [(next_node, (*places, at)) for next_node in trie.step(beyond, tokens[at])]
            if tokens[at].bits & BARRIER:
                break
        waiting.extend(reversed(reached))
