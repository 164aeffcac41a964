"""Paths of a lexicon that share their beginnings, each read from its anchor: first rightwards, then leftwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: The witness that every sentence holds.
ALWAYS = 1
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

    __slots__ = ("_exits", "_known", "near", "reach")

    def __init__(self, nodes: Iterable[Node], near: int) -> None:
        self._exits = [exit_ for node in nodes for exit_ in ([(0, node)] if node.edges else []) + list(node.gaps)]
        self._known: dict[int, list[tuple[int, Node]]] = {}
        #: What a neighbour must have one of; most neighbours have none, and that is all they cost.
        self.near = near
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

    __slots__ = ("_near", "_nodes", "_sides", "needs", "single", "wanted")

    def __init__(self, nodes: Sequence[Node], needs: Sequence[int], near: tuple[int, int]) -> None:
        #: Paths of this one word.
        self.single = tuple(path for node in nodes for path in node.accepts)
        #: Of these witnesses a sentence must hold one for any path of several words.
        self.needs = (needs[0] | needs[1] | needs[2]) & ~ALWAYS
        #: The same for the paths of any length that say most: without and with those that say it of some nouns alone.
        self.wanted = (needs[MAIN], needs[MAIN] | needs[OF_NOUNS])
        self._nodes, self._near = nodes, near
        self._sides: tuple[Side, Side] | None = None

    def sides(self) -> tuple[Side, Side]:
        """Return what longer paths ask of the neighbours on the left and on the right; made when first asked for."""
        if self._sides is None:
            turns = [node.turn for node in self._nodes if node.turn is not None]
            self._sides = Side(turns, self._near[0]), Side(self._nodes, self._near[1])
        return self._sides


class Bits:
    """Sets of symbols as numbers: one bit for each symbol that was asked for."""

    __slots__ = ("_bits",)

    def __init__(self) -> None:
        self._bits: dict[int, int] = {}

    def of(self, symbol: int) -> int:
        """Return the bit of a symbol; the lowest bit of all is no symbol's."""
        return self._bits.setdefault(symbol, ALWAYS << (1 + len(self._bits)))

    def among(self, symbols: frozenset[int]) -> int:
        """Return the bits of those symbols that have one."""
        return union(self._bits, symbols)


class Trie:
    """The paths, as one tree from ``root``."""

    __slots__ = ("_near", "_needs", "_neighbours", "_witnesses", "root")

    def __init__(self, witnesses: Bits, neighbours: Bits) -> None:
        self.root = Node()
        self._witnesses, self._neighbours = witnesses, neighbours
        #: For each anchor what its paths need in the sentence, by rank, and next to it, on the left and on the right.
        self._needs: tuple[dict[int, int], ...] = ({}, {}, {})
        self._near: tuple[dict[int, int], dict[int, int]] = ({}, {})

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
        bit = self._witnesses.of(symbols[witness]) if witness != anchor else ALWAYS
        _add(self._needs[rank], symbols[anchor], bit)
        if after or before:
            first = next(symbol for symbol in after or before if symbol >= 0)
            _add(self._near[1 if after else 0], symbols[anchor], self._neighbours.of(first))

    def start(self, symbols: frozenset[int]) -> Start | None:
        """Return what can begin at a token with these symbols, or None."""
        nodes = self.root.after(symbols)
        if not nodes:
            return None
        left, right = self._near
        return Start(
            nodes, [union(needs, symbols) for needs in self._needs], (union(left, symbols), union(right, symbols))
        )


def _add(bits: dict[int, int], key: int, bit: int) -> None:
    bits[key] = bits.get(key, 0) | bit


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
