"""Read a batch of texts: what the patterns find in their sentences, what the learned layer makes of it, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from custservice.sentiment.compiled import Tables
from custservice.sentiment.engine import find_all_matches
from custservice.sentiment.learned import FindingAt, Judged, Layer, load_model
from custservice.sentiment.lexicon import TOPIC
from custservice.sentiment.lines import join_phrases
from custservice.sentiment.reading import Finding, mentions_of, read_matches
from custservice.sentiment.rows import Ints, places_of

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
        layer = _layer(tables) if kind != "topics" else None
        worded = layer.read(self.sentences.chunks, self._begins) if layer else None
        self._read = np.arange(len(self._begins) - 1)
        if worded and kind == "behaviours":
            self._read = np.flatnonzero(worded.may_speak)
        # Where each sentence that is read begins among the tokens that are read.
        places, first = places_of(self._begins, self._read)
        self._moved = self._begins[self._read] - first[:-1]
        self._lines = join_phrases(tables, types[places], first)
        topics = kind != "behaviours"
        self.findings, self._line_of = {}, {}
        for line, _, tokens, matches in find_all_matches(tables, self._lines, topics=topics):
            sentence = int(self._read[line])
            self._line_of[sentence] = line
            self.findings[sentence] = read_matches(tables, tokens, matches, topics=topics)
        if layer and worded:
            of_topics, of_staff = (_part(self.findings, of_topics=is_) for is_ in (True, False))
            self.judged = layer.judge(worded, {s: self._placed(s, found) for s, found in of_staff.items()})
            for sentence, found in _by_patterns(of_topics).items():
                self.judged.setdefault(sentence, []).extend(found)
        else:
            self.judged = _by_patterns(self.findings)

    def _placed(self, sentence: int, findings: Sequence[Finding]) -> list[FindingAt]:
        return list(zip(findings, self.tokens_of(sentence, [f.first for f in findings], 0), strict=True))

    def tokens_of(self, sentence: int, places: Sequence[int], way: int) -> list[int]:
        """Return where in the batch the tokens at these places of a sentence, as patterns see it, begin or end."""
        line = self._line_of[sentence]
        base, moved = int(self._lines.first[line]), int(self._moved[line])
        return [int(self._lines.sources[way][base + place]) + moved for place in places]

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


def _part(findings: Mapping[int, list[Finding]], *, of_topics: bool) -> dict[int, list[Finding]]:
    chosen = {s: [f for f in found if f.driver.startswith(TOPIC) == of_topics] for s, found in findings.items()}
    return {sentence: found for sentence, found in chosen.items() if found}


def _by_patterns(findings: Mapping[int, Sequence[Finding]]) -> dict[int, list[Judged]]:
    return {
        sentence: [Judged(f.driver, f.polarity, np.inf, f, (f.first, f.last)) for f in mentions_of(found)]
        for sentence, found in findings.items()
    }


@lru_cache(maxsize=8)
def _layer(tables: Tables) -> Layer | None:
    model = load_model()
    return Layer(model, tables) if model else None
