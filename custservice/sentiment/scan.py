"""Which anchors of a batch of sentences can still have a match: asked of all at once, before any path is walked.

Of a path four things are told by arrays: its anchor, its witness (the second rarest word), the word next to the
anchor and how far off that may be. A set of symbols is a row of bits; those of kinds of token are the union of
their symbols', made when a kind is first met.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from custservice.sentiment.rows import Ints, places_of
from custservice.sentiment.trie import MAIN, MINOR, OF_NOUNS, Trie

Words = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]
#: Witnesses share this many bits: a few anchors too many pass, and the rows stay short.
_WITNESS_WORDS = 16
#: Whose witnesses are asked for: those of the main paths, of these and those of some nouns, and of all.
_OF_MAIN, _OF_MAIN_AND_NOUNS, _OF_ALL = range(3)
_BLOCK = 8192
#: What an anchor has paths of one word of: any, those that say something of some nouns alone, the main ones.
_ANY, _SINGLE_OF_NOUNS, _SINGLE_MAIN = 1, 2, 4
_SINGLE = {MINOR: _ANY, OF_NOUNS: _ANY | _SINGLE_OF_NOUNS, MAIN: _ANY | _SINGLE_MAIN}


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a batch: their kinds, where each sentence begins among them (and the last ends), and barriers."""

    kinds: Ints
    first: Ints
    #: Whether a gap must not cross the token.
    barrier: Mask

    @property
    def sentence(self) -> Ints:
        """The sentence of each token."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))


@dataclass(frozen=True, slots=True)
class Anchors:
    """Places where a path may match, in order, each with its ``hits``: neighbours from which a walk may go on.

    Those of anchor ``n`` are ``hits[first_hit[n] : first_hit[n + 1]]``: on the left from far to near, then on the
    right from far to near.
    """

    place: Ints
    sentence: Ints
    first_hit: Ints
    hits: Ints


class Scan:
    """The arrays of a trie; ``symbols`` is how many symbols there are."""

    def __init__(self, trie: Trie, symbols: int) -> None:
        asks = np.array(trie.asks, np.int64).reshape(-1, 6)
        anchor, rank, witness, side, neighbour, width = asks.T
        anchors, row = np.unique(anchor, return_inverse=True)
        #: For each symbol its row among the anchors, the number of its bit as a witness and as a neighbour; the last
        #: symbol is none, and so is row 0.
        self._row_of, self._witness_of, self._neighbour_of = (np.full(symbols + 1, none) for none in (0, -1, -1))
        self._row_of[anchors] = np.arange(1, len(anchors) + 1)
        self._witness_of[np.unique(witness[witness >= 0])] = np.arange(len(np.unique(witness[witness >= 0])))
        self._witness_of[self._witness_of >= 0] %= 64 * _WITNESS_WORDS
        neighbours = np.unique(neighbour[neighbour >= 0])
        self._neighbour_of[neighbours] = np.arange(len(neighbours))
        row, long = row + 1, witness >= 0
        total, words = len(anchors) + 1, len(neighbours) // 64 + 1
        self._single = np.zeros(total, np.uint8)
        flags = np.array([_SINGLE[number] for number in range(3)], np.uint8)
        np.bitwise_or.at(self._single, row[~long], flags[rank[~long]])
        needs = np.zeros((3, total, _WITNESS_WORDS), np.uint64)
        _set_bits(needs, (rank[long], row[long]), self._witness_of[witness[long]])
        self._needs = np.bitwise_or.accumulate(needs[[MAIN, OF_NOUNS, MINOR]])
        #: Of neighbours: left and right, anywhere and farther off than next to the anchor.
        self._near = np.zeros((total, 2, 2, words), np.uint64)
        far = long & (width > 0)
        _set_bits(self._near, (row[long], side[long], 0), self._neighbour_of[neighbour[long]])
        _set_bits(self._near, (row[far], side[far], 1), self._neighbour_of[neighbour[far]])
        self._reach = np.zeros((total, 2), np.int64)
        np.maximum.at(self._reach, (row[long], side[long]), width[long] + 1)
        self._begin()

    def _begin(self) -> None:
        """Make room for kinds: none is known yet, and none of no anchor has facts of its own."""
        self._known = 0
        self._facts_of = np.zeros(0, np.int64)
        self._marks, self._first_mark = np.zeros(0, np.int64), np.zeros(1, np.int64)
        self._offers, self._first_offer = np.zeros(0, np.int64), np.zeros(1, np.int64)
        self._kind_single, self._kind_needs = self._single[:1], self._needs[:, :1]
        self._kind_near, self._kind_reach = self._near[:1], self._reach[:1]
        self._answers = np.zeros((0, 0), np.uint8)

    def learn(self, kinds: Sequence[frozenset[int]]) -> None:
        """Take in the kinds, given by their symbols, that are new since the last time."""
        new = kinds[self._known :]
        if not new:
            return
        self._known = len(kinds)
        sizes = np.array([len(symbols) for symbols in new])
        symbols = np.fromiter((symbol for each in new for symbol in each), np.int64, int(sizes.sum()))
        kind = np.repeat(np.arange(len(new)), sizes)
        self._learn_neighbours(symbols, kind, len(new))
        row = self._row_of[symbols]
        row, of = row[row > 0], kind[row > 0]
        begin = np.flatnonzero(np.append(True, of[1:] != of[:-1])) if len(of) else of
        facts = np.zeros(len(new), np.int64)
        facts[of[begin]] = len(self._kind_single) + np.arange(len(begin))
        self._facts_of = np.append(self._facts_of, facts)
        if len(begin):
            self._kind_single = np.append(self._kind_single, np.bitwise_or.reduceat(self._single[row], begin))
            needs = np.bitwise_or.reduceat(self._needs[:, row], begin, axis=1)
            self._kind_needs = np.append(self._kind_needs, needs, axis=1)
            self._kind_near = np.append(self._kind_near, np.bitwise_or.reduceat(self._near[row], begin), axis=0)
            self._kind_reach = np.append(self._kind_reach, np.maximum.reduceat(self._reach[row], begin), axis=0)
        self._make_room()

    def _learn_neighbours(self, symbols: Ints, kind: Ints, total: int) -> None:
        """Keep which witnesses and which neighbours the kinds are."""
        for of, members, first in (
            (self._witness_of, "_marks", "_first_mark"),
            (self._neighbour_of, "_offers", "_first_offer"),
        ):
            number = of[symbols]
            sizes = np.bincount(kind[number >= 0], minlength=total)
            setattr(self, members, np.append(getattr(self, members), number[number >= 0]))
            begins = getattr(self, first)
            setattr(self, first, np.append(begins, begins[-1] + np.cumsum(sizes)))

    def anchors(self, tokens: Tokens, of_staff: Mask | None = None) -> Anchors:
        """Return the anchors that may have a match, in sentences that may say something of staff.

        Parameters
        ----------
        tokens
            The sentences; their kinds have been learned.
        of_staff
            For each sentence whether a judgement of some noun may speak of staff; None where all sentences are wanted.
        """
        facts = self._facts_of[tokens.kinds]
        place = np.flatnonzero(facts)
        sentence, facts = tokens.sentence, facts[place]
        seen = self._seen(tokens, sentence)
        sentence = sentence[place]
        longer = np.flatnonzero(self._meets(_OF_ALL, facts, seen, sentence))
        within = sentence[longer]
        anchor, hit = self._hits(tokens, place[longer], facts[longer], tokens.first[within], tokens.first[within + 1])
        anchor = longer[anchor]
        hits = np.bincount(anchor, minlength=len(place))
        worth = (hits > 0) | (self._kind_single[facts] > 0)
        if of_staff is not None:
            told = np.flatnonzero(worth)
            told = told[self._tells(facts[told], hits[told] > 0, seen, sentence[told], of_staff)]
            of_told = np.zeros(len(tokens.first) - 1, np.bool_)
            of_told[sentence[told]] = True
            worth &= of_told[sentence]
        return Anchors(place[worth], sentence[worth], np.append(0, np.cumsum(hits[worth])), hit[worth[anchor]])

    def _tells(self, facts: Ints, has_hits: Mask, seen: Words, sentence: Ints, of_staff: Mask) -> Mask:
        """Return for each anchor whether a path that says something of staff may have a match there."""
        single = self._kind_single[facts]
        main = (single & _SINGLE_MAIN > 0) | (has_hits & self._meets(_OF_MAIN, facts, seen, sentence))
        some = (single & _SINGLE_OF_NOUNS > 0) | (has_hits & self._meets(_OF_MAIN_AND_NOUNS, facts, seen, sentence))
        return main | (of_staff[sentence] & some)

    def _meets(self, rank: int, facts: Ints, seen: Words, sentence: Ints) -> Mask:
        """Return for each anchor whether a witness of its paths is in the sentence."""
        found = np.zeros(len(facts), np.bool_)
        # Block by block, since what fits in the processor's cache takes half the time.
        for begin in range(0, len(facts), _BLOCK):
            block = slice(begin, begin + _BLOCK)
            words = self._kind_needs[rank].take(facts[block], axis=0)
            words &= seen.take(sentence[block], axis=0)
            found[block] = words.any(axis=1)
        return found

    def _seen(self, tokens: Tokens, sentence: Ints) -> Words:
        """Return the witnesses in each sentence."""
        total, width = len(tokens.first) - 1, 64 * _WITNESS_WORDS
        owner, mark = _members(self._marks, self._first_mark, tokens.kinds)
        seen = np.zeros(total * width, np.bool_)
        seen[sentence[owner] * width + mark] = True
        return np.packbits(seen, bitorder="little").view(np.uint64).reshape(total, _WITNESS_WORDS)

    def _hits(self, tokens: Tokens, place: Ints, facts: Ints, begin: Ints, end: Ints) -> tuple[Ints, Ints]:
        """Return pairs of an anchor and the place of a neighbour that a path of it asks for, in order."""
        found: list[tuple[Ints, Ints]] = []
        for side, way in ((1, 1), (0, -1)):
            reach = self._kind_reach[facts, side]
            anchor, at, distance = np.arange(len(place)), place, 0
            while len(anchor):
                distance, at = distance + 1, at + way
                go = (reach[anchor] >= distance) & (at >= begin[anchor]) & (at < end[anchor])
                anchor, at = anchor[go], at[go]
                near = self._asks_for(facts[anchor], side, tokens.kinds[at], int(distance > 1))
                found.append((anchor[near], at[near]))
                go = ~tokens.barrier[at]
                anchor, at = anchor[go], at[go]
        # What was found last is farthest on the left: it comes first.
        anchors, hits = (np.concatenate([pair[n] for pair in found[::-1]] or [place[:0]]) for n in (0, 1))
        order = np.argsort(anchors, kind="stable")
        return anchors[order], hits[order]

    def _asks_for(self, facts: Ints, side: int, kinds: Ints, far: int) -> Mask:
        """Return for each pair of an anchor and a neighbour whether a path of the one may go on with the other.

        The answers are remembered: two bits for each side, near or far, whether it is known and whether it is yes.
        """
        known = 1 << 2 * (2 * side + far)
        answers = self._answers[facts, kinds]
        new = np.flatnonzero(answers & known == 0)
        if len(new):
            width = self._answers.shape[1]
            fact, kind = np.divmod(np.unique(facts[new] * width + kinds[new]), width)
            asked = self._asks_anew(fact, side, kind, far)
            self._answers[fact, kind] |= np.where(asked, 3 * known, known).astype(np.uint8)
            answers = self._answers[facts, kinds]
        return answers & 2 * known > 0

    def _asks_anew(self, facts: Ints, side: int, kinds: Ints, far: int) -> Mask:
        pair, offer = _members(self._offers, self._first_offer, kinds)
        word = self._kind_near[facts[pair], side, far, offer >> 6]
        asked = np.zeros(len(kinds), np.bool_)
        asked[pair[(word >> (offer & 63).astype(np.uint64)) & np.uint64(1) > 0]] = True
        return asked

    def _make_room(self) -> None:
        """Let the answers have a row for each kind of anchor and a column for each kind."""
        rows, columns = self._answers.shape
        if rows < len(self._kind_single) or columns < len(self._facts_of):
            room = (max(rows, 2 * len(self._kind_single)), max(columns, 2 * len(self._facts_of)))
            answers = np.zeros(room, np.uint8)
            answers[:rows, :columns] = self._answers
            self._answers = answers


def _members(members: Ints, first: Ints, kinds: Ints) -> tuple[Ints, Ints]:
    """Return the members of each kind one after another, and which of ``kinds`` each belongs to."""
    places, begins = places_of(first, kinds)
    return np.repeat(np.arange(len(kinds)), np.diff(begins)), members[places]


def _set_bits(rows: Words, at: tuple[Any, ...], bits: Ints) -> None:
    place: Any = (*at, bits >> 6)
    np.bitwise_or.at(rows, place, np.uint64(1) << (bits & 63).astype(np.uint64))


__all__ = ["Anchors", "Scan", "Tokens"]
