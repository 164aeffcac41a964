"""Paths of a lexicon that share their beginnings, each read from its anchor: first rightwards, then leftwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


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

    __slots__ = ("_exits", "_known", "near", "reach")

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._exits = [exit_ for node in nodes for exit_ in ([(0, node)] if node.edges else []) + list(node.gaps)]
        self._known: dict[int, list[tuple[int, Node]]] = {}
        #: The symbols of which a neighbour must have one; most neighbours have none, and that is all they cost.
        self.near = frozenset(symbol for _, node in self._exits for symbol in node.edges)
        #: How far away a neighbour may be.
        self.reach = max((width + 1 for width, _ in self._exits), default=0)

    def lead(self, number: int, symbols: frozenset[int]) -> list[tuple[int, Node]]:
        """Return where a neighbour leads, with how many words may stand between; remembered by its number."""
        known = self._known.get(number)
        if known is None:
            known = [(width, after) for width, node in self._exits for after in node.after(symbols)]
            self._known[number] = known
        return known


class Start:
    """What can begin at a kind of token."""

    __slots__ = ("_nodes", "_sides", "needs", "single")

    def __init__(self, nodes: Sequence[Node], needs: int) -> None:
        #: Paths of this one word.
        self.single = tuple(path for node in nodes for path in node.accepts)
        #: Of these witnesses a sentence must hold one for any path of several words.
        self.needs = needs
        self._nodes = nodes
        self._sides: tuple[Side, Side] | None = None

    def sides(self) -> tuple[Side, Side]:
        """Return what longer paths ask of the neighbours on the left and on the right; made when first asked for."""
        if self._sides is None:
            turns = [node.turn for node in self._nodes if node.turn is not None]
            self._sides = Side(turns), Side(self._nodes)
        return self._sides


class Trie:
    """The paths, as one tree from ``root``."""

    __slots__ = ("_needs", "_witnesses", "root")

    def __init__(self, witnesses: dict[int, int]) -> None:
        self.root = Node()
        #: One bit for each symbol without which some path of several words cannot match; sets of them are numbers.
        self._witnesses = witnesses
        self._needs: dict[int, int] = {}

    def add(self, symbols: Sequence[int], anchor: int, witness: int, accepted: int) -> None:
        """Add a path with the places of its rarest and second rarest symbols; a negative symbol is a gap of words."""
        node = _follow(self.root, symbols[anchor:])
        if anchor:
            if node.turn is None:
                node.turn = Node()
            node = _follow(node.turn, symbols[anchor - 1 :: -1])
        node.accepts = (*node.accepts, accepted)
        if witness != anchor:
            bit = self._witnesses.setdefault(symbols[witness], 1 << len(self._witnesses))
            self._needs[symbols[anchor]] = self._needs.get(symbols[anchor], 0) | bit

    def start(self, symbols: frozenset[int]) -> Start | None:
        """Return what can begin at a token with these symbols, or None."""
        nodes = self.root.after(symbols)
        if not nodes:
            return None
        return Start(nodes, union(self._needs, symbols))


def union(bits: dict[int, int], symbols: frozenset[int]) -> int:
    """Return the bits of all symbols, as one number.

    Examples
    --------
    >>> union({7: 0b001, 8: 0b010, 9: 0b100}, frozenset([5, 7, 9]))
    5
    """
    found = 0
    for symbol in bits.keys() & symbols:
        found |= bits[symbol]
    return found


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
