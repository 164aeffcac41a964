"""Texts as rows of chunks: what stands between white space, each distinct chunk understood once.

A token never reaches over white space, and whether a sentence may end after a chunk can mostly be told from the chunk
and the letter that follows. So a text is cut at white space, which is quick, and each chunk is given a number; what
is known of chunks stands in arrays by that number, and the sentences of all texts of a batch are found at once. Texts
with markup or line ends, and the few chunks that cannot tell, go by way of ``split_sentences``, which this agrees with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from custservice.sentiment.rows import Ints
from custservice.sentiment.tokens import ABBREVIATION, END, LIST_NUMBER, MARKUP, split_sentences

#: Whether a sentence ends after a chunk: no, yes, unless the next chunk begins in lower case, or only the text tells.
NO, YES, UNLESS_LOWER, ASK = range(4)
_STOP = re.compile(r"[.!?…]")
_SOLID = re.compile(r"\S+")
#: ``split_sentences`` looks no further back than this for an abbreviation.
_LONGEST = 18
#: Letters of an abbreviation with its stop.
_LONGEST_ABBREVIATION = len("approx.")
#: Enough for any language's words; a batch that begins with more begins anew.
_MOST_CHUNKS, _MOST_LETTERS = 300_000, 10_000_000


class Chunks(dict[str, int]):
    """Chunk to its number, filled as texts are read: the first new one is 0, the next 1 and so on."""

    def __init__(self) -> None:
        super().__init__()
        #: Numbers of the chunks after which only the text tells whether a sentence ends.
        self.asking: set[int] = set()
        self._ends, self._lower = bytearray(), bytearray()
        self._lengths: list[int] = []
        self._letters = 0
        self._texts: list[str] = []

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        end = NO if text.isalpha() else ending(text)
        if end == ASK:
            self.asking.add(number)
        self._ends.append(end)
        self._lower.append(text[0].islower())
        self._lengths.append(len(text))
        self._texts.append(text)
        self._letters += len(text)
        return number

    @property
    def texts(self) -> Sequence[str]:
        """The chunks, each at its number."""
        return self._texts

    @property
    def is_full(self) -> bool:
        """Whether so many chunks are remembered that one should begin anew."""
        return len(self) > _MOST_CHUNKS or self._letters > _MOST_LETTERS

    def facts(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_], Ints]:
        """Return for each number how a sentence ends there, whether it begins in lower case, and its length."""
        ends, lower = bytes(self._ends), bytes(self._lower)
        return np.frombuffer(ends, np.uint8), np.frombuffer(lower, np.bool_), np.array(self._lengths, np.int64)


@dataclass(slots=True)
class _Rows:
    """Texts, or sentences of texts that were cut before, each with its place, its offset and how many chunks."""

    texts: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    chunks: list[list[int]] = field(default_factory=list)
    #: Whether a row is one sentence already.
    cut: list[bool] = field(default_factory=list)

    def add(self, text: str, place: int, offset: int, chunks: list[int], cut: bool) -> None:
        self.texts.append(text)
        self.places.append(place)
        self.offsets.append(offset)
        self.chunks.append(chunks)
        self.cut.append(cut)


class Sentences:
    """The sentences of a batch of texts.

    Attributes
    ----------
    chunks
        The numbers of all chunks, sentence after sentence.
    first
        Where each sentence begins among them, and at the end where the last one ends.
    text, number
        For each sentence the place of its text in the batch, and its number in the text.
    """

    def __init__(self, rows: _Rows, known: Chunks) -> None:
        sizes = np.array([len(row) for row in rows.chunks], np.int64)
        self.chunks = np.fromiter(chain.from_iterable(rows.chunks), np.int64, int(sizes.sum()))
        ends, lower, lengths = known.facts()
        self._rows, self._row_first = rows.texts, np.append(0, np.cumsum(sizes))
        last = _last_places(ends[self.chunks], lower[self.chunks], self._row_first, np.repeat(rows.cut, sizes))
        self.first: Ints = np.append(0, last)
        row = self._row_of(self.first[:-1])
        self.text: Ints = np.array(rows.places, np.int64)[row]
        at = np.arange(len(row))
        fresh = np.append(True, self.text[1:] != self.text[:-1])[: len(row)]
        self.number: Ints = at - np.maximum.accumulate(np.where(fresh, at, 0)) if len(row) else at
        self._texts = known.texts
        self._offsets = np.array(rows.offsets, np.int64)
        self._ends = np.cumsum(lengths[self.chunks] + 1)
        self._starts = self._ends - lengths[self.chunks] - 1

    def words(self, sentence: int) -> list[str]:
        """Return the chunks of a sentence as they stand in the text."""
        numbers = self.chunks[self.first[sentence] : self.first[sentence + 1]].tolist()
        return [self._texts[number] for number in numbers]

    def starts(self, places: Ints) -> Ints:
        """Return the offset in its text of each of these chunks, given by their places in ``chunks``."""
        row = self._row_of(places)
        found: Ints = self._starts[places] - self._starts[self._row_first[row]]
        # Where more than one blank stands somewhere in the text, the chunks are looked for in it.
        total = self._ends[self._row_first[row + 1] - 1] - self._starts[self._row_first[row]] - 1
        odd = total != np.array([len(self._rows[number]) for number in row.tolist()], np.int64)
        solid: dict[int, list[int]] = {}
        for at in np.flatnonzero(odd).tolist():
            number = int(row[at])
            if number not in solid:
                solid[number] = [chunk.start() for chunk in _SOLID.finditer(self._rows[number])]
            found[at] = solid[number][places[at] - self._row_first[number]]
        return found + self._offsets[row]

    def _row_of(self, places: Ints) -> Ints:
        return np.searchsorted(self._row_first, places, side="right") - 1


def _last_places(
    ends: npt.NDArray[np.uint8], lower: npt.NDArray[np.bool_], row_first: Ints, cut: npt.NDArray[np.bool_]
) -> Ints:
    """Return the place after the last chunk of each sentence."""
    if not len(ends):
        return np.zeros(0, np.int64)
    is_last = (ends == YES) | ((ends == UNLESS_LOWER) & ~np.append(lower[1:], True))
    is_last &= ~cut
    is_last[row_first[1:] - 1] = True
    return np.flatnonzero(is_last) + 1


def sentences_of(texts: Sequence[Any], known: Chunks) -> Sentences:
    """Return the sentences of texts; what is no text has none.

    Examples
    --------
    >>> known = Chunks()
    >>> found = sentences_of(["Great stay. Dr. Lee helped.", None, "Kind!"], known)
    >>> found.first.tolist(), found.text.tolist(), found.number.tolist()
    ([0, 2, 5, 6], [0, 0, 2], [0, 1, 0])
    """
    rows = _Rows()
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            continue
        if not ("<" in text or "\n" in text or "\r" in text or "&" in text):
            chunks = list(map(known.__getitem__, text.split()))
            if known.asking.isdisjoint(chunks):
                if chunks:
                    rows.add(text, place, 0, chunks, False)
                continue
        for start, end in split_sentences(text):
            sentence = blank(text[start:end])
            rows.add(sentence, place, start, [known[chunk] for chunk in sentence.split()], True)
    return Sentences(rows, known)


def blank(text: str) -> str:
    """Return a text with spaces in place of markup, as long as before.

    Examples
    --------
    >>> blank("so<br/>kind")
    'so     kind'
    """
    return MARKUP.sub(lambda found: " " * len(found[0]), text) if "<" in text or "&" in text else text


def ending(chunk: str) -> int:
    """Return whether a sentence ends after a chunk.

    Examples
    --------
    >>> ending("staff") == NO, ending("stay.") == YES, ending("well...") == UNLESS_LOWER, ending("good.Very") == ASK
    (True, True, True, True)
    """
    if chunk[:-1].isalpha() and _LONGEST_ABBREVIATION < len(chunk) <= _LONGEST:
        # By far the most frequent: a word with a mark after it.
        return YES if chunk[-1] in ".!?" else UNLESS_LOWER if chunk[-1] == "…" else NO
    if not _STOP.search(chunk):
        return NO
    padded = f" {chunk} "
    found = list(END.finditer(padded))
    if not found:
        return NO
    stop = found[0]["stop"]
    if len(found) > 1 or found[0].end() <= len(chunk) or stop is None or len(chunk) > _LONGEST:
        return ASK
    if stop[-1] in "!?":
        return YES
    if len(stop) > 1 or "…" in stop:
        return UNLESS_LOWER
    before = padded[: found[0].start()]
    if LIST_NUMBER.search(before.strip()):
        return ASK
    if not ABBREVIATION.search(before):
        return YES
    return NO if len(before.strip()) < 4 else UNLESS_LOWER
