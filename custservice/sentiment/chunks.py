"""Texts as rows of chunks: what stands between white space, each distinct chunk understood once.

A token never reaches over white space, and whether a sentence may end after a chunk can mostly be told from the chunk
and the letter that follows. So a text is cut at white space, which is quick, and looked up. Texts with markup or line
ends, and the few chunks that cannot tell, go by way of ``split_sentences``, which this agrees with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Generic, Protocol, TypeVar

from custservice.sentiment.tokens import ABBREVIATION, END, LIST_NUMBER, MARKUP, split_sentences

#: Whether a sentence ends after a chunk: no, yes, unless the next chunk begins in lower case, or only the text tells.
NO, YES, UNLESS_LOWER, ASK = range(4)
_STOP = re.compile(r"[.!?…]")
_SOLID = re.compile(r"\S+")
#: ``split_sentences`` looks no further back than this for an abbreviation.
_LONGEST = 18


class Part(Protocol):
    """What is known of a chunk."""

    text: str
    #: One of ``NO``, ``YES``, ``UNLESS_LOWER`` and ``ASK``.
    end: int


P = TypeVar("P", bound=Part)


class Piece(Generic[P]):
    """A sentence: chunks ``first`` to ``last`` (exclusive) of a text, which itself begins at ``offset``."""

    __slots__ = ("_row", "first", "last")

    def __init__(self, row: Row[P], first: int, last: int) -> None:
        self._row, self.first, self.last = row, first, last

    @property
    def parts(self) -> list[P]:
        """The chunks of the sentence."""
        return self._row.parts[self.first : self.last]

    def start(self, place: int) -> int:
        """Return the offset of the sentence's chunk ``place`` in the text."""
        return self._row.start(self.first + place)


class Row(Generic[P]):
    """The chunks of a text or of a part of it that begins at ``offset``."""

    __slots__ = ("_offset", "_starts", "_text", "parts")

    def __init__(self, text: str, parts: list[P], offset: int = 0) -> None:
        self.parts = parts
        self._text, self._offset = text, offset
        self._starts: list[int] = []

    def start(self, place: int) -> int:
        """Return the offset of a chunk; they are reckoned when first asked for."""
        if not self._starts:
            chunks = [part.text for part in self.parts]
            if " ".join(chunks) == self._text:
                self._starts = [start + n for n, start in enumerate(accumulate(map(len, chunks), initial=0))]
            else:
                self._starts = [found.start() for found in _SOLID.finditer(self._text)]
        return self._offset + self._starts[place]


def pieces(text: str, known: Mapping[str, P]) -> Iterator[Piece[P]]:
    """Yield the sentences of a text; ``known`` maps each chunk to its part.

    Examples
    --------
    >>> class Word:
    ...     def __init__(self, text):
    ...         self.text, self.end = text, ending(text)
    >>> class Words(dict):
    ...     def __missing__(self, text):
    ...         return Word(text)
    >>> [[word.text for word in piece.parts] for piece in pieces("Great stay. Dr. Lee helped.", Words())]
    [['Great', 'stay.'], ['Dr.', 'Lee', 'helped.']]
    """
    if not ("<" in text or "\n" in text or "\r" in text or "&" in text):
        parts = [known[chunk] for chunk in text.split()]
        cuts = _cuts(parts)
        if cuts is not None:
            row, first = Row(text, parts), 0
            for cut in cuts:
                yield Piece(row, first, cut)
                first = cut
            return
    for start, end in split_sentences(text):
        sentence = blank(text[start:end])
        parts = [known[chunk] for chunk in sentence.split()]
        yield Piece(Row(sentence, parts, start), 0, len(parts))


def blank(text: str) -> str:
    """Return a text with spaces in place of markup, as long as before.

    Examples
    --------
    >>> blank("so<br/>kind")
    'so     kind'
    """
    return MARKUP.sub(lambda found: " " * len(found[0]), text) if "<" in text or "&" in text else text


def _cuts(parts: Sequence[Part]) -> list[int] | None:
    """Return where sentences end, or None where only the text can tell."""
    total, cuts = len(parts), []
    for place, end in [(place, part.end) for place, part in enumerate(parts, 1) if part.end]:
        if end == ASK:
            return None
        if place < total and (end == YES or not parts[place].text[0].islower()):
            cuts.append(place)
    return [*cuts, total] if total else cuts


def ending(chunk: str) -> int:
    """Return whether a sentence ends after a chunk.

    Examples
    --------
    >>> ending("staff") == NO, ending("stay.") == YES, ending("well...") == UNLESS_LOWER, ending("good.Very") == ASK
    (True, True, True, True)
    """
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
