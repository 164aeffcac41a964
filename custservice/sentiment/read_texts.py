"""Read a batch of texts: what the patterns find in their sentences, what the learned layer makes of it, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from custservice.sentiment.chunks import Ints
from custservice.sentiment.compiled import Tables
from custservice.sentiment.engine import find_all_matches
from custservice.sentiment.learned import Judged, Layer, load_model
from custservice.sentiment.lines import join_phrases
from custservice.sentiment.reading import Finding, mentions_of, read_matches

#: What is looked for.
Kind = Literal["behaviours", "topics", "all"]


class Reading:
    """What a batch of texts says.

    Attributes
    ----------
    sentences
        The sentences.
    findings
        What the patterns found, by sentence, that set aside included.
    judged
        The statements that stand, by sentence.
    """

    def __init__(self, tables: Tables, texts: Sequence[Any], kind: Kind) -> None:
        self._tables = tables
        self.sentences = tables.chunks.read(texts)
        types, self._first = tables.chunks.types(self.sentences.chunks)
        self._begins = self._first[self.sentences.first]
        self._lines = join_phrases(tables, types, self._begins)
        topics = kind != "behaviours"
        self.findings = {
            sentence: read_matches(tables, tokens, matches, topics=topics)
            for sentence, _, tokens, matches in find_all_matches(tables, self._lines, topics=topics)
        }
        layer = _layer(tables) if kind != "topics" else None
        if layer is None:
            self.judged = _by_patterns(self.findings)
        else:
            self.judged = layer.judge(self.sentences.chunks, self._begins, self.findings)

    def tokens_of(self, sentence: int, places: Sequence[int], way: int) -> list[int]:
        """Return where in the batch the tokens at these places of a sentence, as patterns see it, begin or end."""
        base = int(self._lines.first[sentence])
        return [int(self._lines.sources[way][base + place]) for place in places]

    def span_of(self, sentence: int, judged: Judged) -> tuple[int, int]:
        """Return the first and last token in the batch of the words of a statement."""
        if judged.finding is None:
            origin = int(self._begins[sentence])
            return origin + judged.span[0], origin + judged.span[1]
        return self.tokens_of(sentence, judged.span[:1], 0)[0], self.tokens_of(sentence, judged.span[1:], 1)[0]

    def edges(self, tokens: Ints, way: int) -> list[int]:
        """Return where tokens of the batch begin (``way`` 0) or end (1) in their texts."""
        chunk = np.searchsorted(self._first, tokens, side="right") - 1
        numbers, within = self.sentences.chunks[chunk].tolist(), (tokens - self._first[chunk]).tolist()
        edges = [self._tables.chunks.span(number, token)[way] for number, token in zip(numbers, within, strict=True)]
        return [start + edge for start, edge in zip(self.sentences.starts(chunk).tolist(), edges, strict=True)]


def _by_patterns(findings: Mapping[int, Sequence[Finding]]) -> dict[int, list[Judged]]:
    return {
        sentence: [Judged(f.driver, f.polarity, np.inf, f, (f.first, f.last)) for f in mentions_of(found)]
        for sentence, found in findings.items()
    }


@lru_cache(maxsize=8)
def _layer(tables: Tables) -> Layer | None:
    model = load_model()
    return Layer(model, tables) if model else None
