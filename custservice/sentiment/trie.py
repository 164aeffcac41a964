"""Paths of a lexicon that share their beginnings, each read from its anchor: first rightwards, then leftwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

#: Ranks of paths: those that may be left out, those that say something of some nouns alone, and the rest.
MINOR, OF_NOUNS, MAIN = range(3)


class Node:
    """A place in the trie: what may come next, which paths end here, and where the steps left of the anchor begin."""

    __slots__ = ("accepts", "edges", "gaps", "turn")

    def __init__(self) -> None:
        self.edges: dict[int, Node] = {}
        self.gaps: tuple[tuple[int, Node], ...] = ()
        self.turn: Node | None = None
        self.accepts: tuple[int, ...] = ()

    def after(self, symbols: frozenset[int]) -> Sequence[Node]:
        """Return the nodes that a token with these symbols leads to, in the order of the lexicon."""
        edges = self.edges
        if len(edges) < 5:
            return [node for symbol, node in edges.items() if symbol in symbols]
        return [edges[symbol] for symbol in sorted(edges.keys() & symbols)]


class Side:
    """What the paths anchored at a kind of token ask of its neighbours on one side."""

    __slots__ = ("_exits", "_known")

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._exits = [exit_ for node in nodes for exit_ in ([(0, node)] if node.edges else []) + list(node.gaps)]
        self._known: dict[int, list[tuple[int, Node]]] = {}

    def lead(self, number: int, symbols: frozenset[int]) -> list[tuple[int, Node]]:
        """Return where a neighbour leads, with how many words may stand between; remembered by its number.

        What is first in the lexicon stands last.
        """
        known = self._known.get(number)
        if known is None:
            known = [(width, after) for width, node in self._exits for after in node.after(symbols)][::-1]
            self._known[number] = known
        return known


class Start:
    """What can begin at a kind of token: paths of this one word, and what longer ones ask, left and right."""

    __slots__ = ("sides", "single")

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.single = tuple(path for node in nodes for path in node.accepts)
        turns = [node.turn for node in nodes if node.turn is not None]
        self.sides = Side(turns), Side(nodes)


class Ask(NamedTuple):
    """What a path asks of a sentence, as far as arrays can tell; see ``scan``."""

    anchor: int
    rank: int
    #: The second rarest symbol, the side (0 left, 1 right) and symbol of the step next to the anchor, and how many
    #: words may stand between; -1 for a path of one word.
    witness: int
    side: int
    neighbour: int
    width: int


class Trie:
    """The paths, as one tree from ``root``."""

    __slots__ = ("_starts", "asks", "root")

    def __init__(self) -> None:
        self.root = Node()
        self.asks: list[Ask] = []
        self._starts: dict[int, Start] = {}

    def add(self, symbols: Sequence[int], rarest: tuple[int, int], accepted: int, rank: int = MAIN) -> None:
        """Add a path with the places of its rarest symbol, its anchor, and of the second rarest, its witness.

        A negative symbol is a gap of so many words; the witness of a path of one word is the word itself.
        """
        anchor, witness = rarest
        after, before = symbols[anchor + 1 :], symbols[:anchor][::-1]
        node = _follow(self.root, symbols[anchor:])
        if before:
            if node.turn is None:
                node.turn = Node()
            node = _follow(node.turn, before)
        node.accepts = (*node.accepts, accepted)
        if after or before:
            beside = after or before
            width = -beside[0] if beside[0] < 0 else 0
            next_to = beside[1] if width else beside[0]
            self.asks.append(Ask(symbols[anchor], rank, symbols[witness], 1 if after else 0, next_to, width))
        else:
            self.asks.append(Ask(symbols[anchor], rank, -1, -1, -1, 0))

    def start(self, number: int, symbols: frozenset[int]) -> Start:
        """Return what can begin at a token with these symbols; remembered by its number."""
        known = self._starts.get(number)
        if known is None:
            known = self._starts[number] = Start(self.root.after(symbols))
        return known


def _follow(node: Node, symbols: Iterable[int]) -> Node:
    for symbol in symbols:
        after = _gap(node, -symbol) if symbol < 0 else node.edges.get(symbol)
        if after is None:
            after = node.edges[symbol] = Node()
        node = after
    return node


def _gap(node: Node, width: int) -> Node:
    for known, after in node.gaps:
        if known == width:
            return after
    after = Node()
    node.gaps = (*node.gaps, (width, after))
    return after
