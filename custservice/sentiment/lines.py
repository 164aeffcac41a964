"""The sentences of a batch as token types, the phrases in them marked and joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from custservice.sentiment.compiled import ENTITIES, Tables, TokenType
from custservice.sentiment.rows import Ints
from custservice.sentiment.scan import Tokens
from custservice.sentiment.walk import BARRIER, Match, matches_in


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences as token types, given by their places in ``Tables.types``.

    ``first`` tells where each sentence begins among the tokens, and where the last ends; ``sources`` gives for each
    token the first and the last token that it was before phrases were joined.
    """

    types: Ints
    first: Ints
    sources: tuple[Ints, Ints]


def tokens_of(tables: Tables, types: Ints, first: Ints) -> Tokens:
    """Return what the scan must know of sentences.

    Their kinds are learned first, those that phrases made among them.
    """
    tables.learn()
    facts = tables.facts[types]
    return Tokens(facts["kind"], first, facts["bits"] & BARRIER > 0)


def join_phrases(tables: Tables, types: Ints, first: Ints) -> Lines:
    """Return sentences with their phrases marked and joined.

    A phrase that names someone or something ("front desk") becomes one token; the words of other phrases ("failed
    to") stay, the last one with the phrase's class.
    """
    anchors = tables.phrase_scan.anchors(tokens_of(tables, types, first))
    types, kept, begins = types.copy(), np.ones(len(types), np.bool_), np.arange(len(types))
    for _, base, tokens, found in matches_in(tables, tables.phrases, types, first, anchors):
        joined = []
        for places, name in _phrases(tables, found):
            types[base + places[-1]] = tables.variant(tokens[places[-1]], name).place
            if name in ENTITIES:
                joined.append((places[0], places[-1]))
                continue
            for at in places[:-1]:
                types[base + at] = tables.variant(tokens[at], "adverb").place
        free = 0
        for begin, end in sorted(joined):
            # One that begins in a gap of another stays apart.
            if begin >= free:
                kept[base + begin : base + end] = False
                begins[base + end] = base + begin
                free = end + 1
    ends = np.flatnonzero(kept)
    return Lines(types[kept], np.append(0, np.cumsum(kept))[first], (begins[kept], ends))


def _phrases(tables: Tables, found: list[Match]) -> list[tuple[tuple[int, ...], str]]:
    """Return places and names of the longest phrases, none overlapping."""
    chosen = []
    taken: set[int] = set()
    for path, places in sorted(found, key=lambda match: (-len(match[1]), match[1])):
        if taken.isdisjoint(places):
            taken.update(places)
            chosen.append((places, tables.phrase_paths[path][0]))
    return chosen


def types_of(tables: Tables, tokens: Sequence[TokenType]) -> Ints:
    """Return the places of token types in ``Tables.types``."""
    return np.array([token.place for token in tokens], np.int64)
