"""The learned layer: how likely each statement is, from the patterns that matched and from the wording.

A linear model weighs what the patterns found in a sentence together with its words. Statements that are unlikely are
set aside, likely ones that no pattern found are added, and where a sentence surely speaks of staff its likeliest
statement stands. Statements of groups that an own lexicon brings or changes are never touched, nor are topics; of a
driver and polarity that it overrides, none is added.
The weights (``weights.json``) are made by ``benchmarks/train_mentions.py``; docs/accuracy.md tells how well they do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from custservice.sentiment.compiled import Tables
from custservice.sentiment.lexicon import Lexicon, load_lexicon
from custservice.sentiment.reading import Finding
from custservice.sentiment.rows import Ints, places_of
from custservice.sentiment.wording import ChunkWords, Wording

Numbers = npt.NDArray[np.float64]
Statement = tuple[str, str]
_MAX_EVIDENCE = 8
#: The digits of weights: signs that JSON writes as they are.
DIGITS = "".join(chr(code) for code in range(35, 127) if chr(code) != "\\")
ZERO = len(DIGITS) // 2


@dataclass(frozen=True, eq=False)
class Model:
    """Weights of features, one column per statement, one for "speaks of staff", and one for that by wording alone.

    Scores are log odds: the weights of a sentence's features over the length of the row of their sizes, and a bias.
    """

    statements: tuple[Statement, ...]
    names: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    sizes: Numbers
    bias: Numbers
    #: The log odds from which on a statement stands, from which on a sentence surely speaks of staff, and below which
    #: its wording makes that so unlikely that no pattern is asked.
    stands: float
    speaks: float
    may_speak: float

    def sums(self, sentence: Ints, feature: Ints, total: int) -> Sums:
        """Return the sums of the weights of sentences' features, and the squared lengths of their rows."""
        from scipy.sparse import csr_matrix

        rows = csr_matrix((np.ones(len(feature), np.float32), (sentence, feature)), shape=(total, len(self.names)))
        squares: Numbers = np.bincount(sentence, self.sizes[feature] ** 2, total).astype(float)
        return Sums(np.asarray(rows @ self.weights), squares)

    def scores(self, sums: Sums) -> Numbers:
        """Return log odds, one row per sentence."""
        scores: Numbers = sums.weights / np.sqrt(sums.squares + 1e-6)[:, None] + self.bias
        return scores


class Sums(NamedTuple):
    """Sums of weights, one row per sentence, and squared lengths of the rows of sizes."""

    weights: npt.NDArray[np.float32]
    squares: Numbers

    def __add__(self, other: Sums) -> Sums:  # type: ignore[override]
        return Sums(self.weights + other.weights, self.squares + other.squares)


@cache
def load_model() -> Model | None:
    """Return the model that ships with the package, or None where there is none."""
    file = resources.files("custservice.sentiment").joinpath("weights.json")
    return model_of(json.loads(file.read_text("utf-8"))) if file.is_file() else None


def model_of(data: Mapping[str, Any]) -> Model:
    """Return a model from what ``weights.json`` holds.

    A feature's text is the digit of its size, then a pair of digits per weight that is not 0: its column, and the root
    of its value.
    """
    statements = tuple((driver, polarity) for driver in data["drivers"] for polarity in ("praise", "blame"))
    names, texts = tuple(data["features"]), list(data["features"].values())
    codes = np.zeros(128, np.int64)
    codes[[ord(digit) for digit in DIGITS]] = np.arange(len(DIGITS))
    lengths = np.array(list(map(len, texts)), np.int64)
    told = codes[np.frombuffer("".join(texts).encode("ascii"), np.uint8)]
    begins = np.cumsum(lengths) - lengths
    sizes, pairs = told[begins] * data["size_step"], np.delete(told, begins).reshape(-1, 2)
    row = np.repeat(np.arange(len(texts)), lengths // 2)
    bias = np.array(data["bias"], dtype=float)
    weights = np.zeros((len(texts), len(bias)), np.float32)
    root = pairs[:, 1] - ZERO
    weights[row, pairs[:, 0]] = np.sign(root) * root**2 * data["weight_step"]
    return Model(statements, names, weights, sizes, bias, data["stands"], data["speaks"], data["may_speak"])


def names_of_findings(findings: Iterable[Finding]) -> set[str]:
    """Return the names of the features that the patterns' findings in a sentence are.

    Examples
    --------
    >>> from custservice.sentiment.engine import read_line
    >>> from custservice.sentiment.mentions import compiled
    >>> from custservice.sentiment.reading import read_sentence
    >>> sorted(names_of_findings(read_sentence(compiled(), read_line(compiled(), "Never rude.").tokens)))
    ['f courtesy praise', 'g courtesy.blame.traits courtesy negated']
    """
    found = set()
    for finding in findings:
        aside = f" {finding.veto}" if finding.veto else ""
        found.add(f"g {finding.group.key} {finding.driver} {finding.turned or 'plain'}{aside}")
        found.add(f"{'v' if aside else 'f'} {finding.driver} {finding.polarity}")
    return found


def standing(odds: Numbers, least: float) -> npt.NDArray[np.bool_]:
    """Return which statements stand, given their log odds, in each row praise and blame of one driver after another.

    Praise and blame of one driver stand together only where the weaker of them is more likely true than not.

    Examples
    --------
    >>> standing(np.array([[-0.5, -0.6, 2.0, 0.1], [1.0, -0.2, -3.0, -3.0]]), -0.8).astype(int).tolist()
    [[1, 0, 1, 1], [1, 0, 0, 0]]
    """
    pairs = odds.reshape(len(odds), odds.shape[1] // 2, 2)
    is_weaker = pairs < pairs[:, :, ::-1]
    stands: npt.NDArray[np.bool_] = ((pairs >= least) & ~(is_weaker & (pairs < 0))).reshape(odds.shape)
    return stands


class Judged(NamedTuple):
    """A statement of a sentence with its log odds; a pattern's finding, or the first and last token of its words."""

    driver: str
    polarity: str
    log_odds: float
    finding: Finding | None
    span: tuple[int, int]


class Worded(NamedTuple):
    """Sentences by their wording: what is read for their words, where each begins, and their sums."""

    words: Ints
    first: Ints
    sums: Sums


class Layer:
    """A model made ready for a lexicon."""

    def __init__(self, model: Model, tables: Tables) -> None:
        self.model = model
        self._wording = _wording(model)
        self._words = ChunkWords(self._wording, tables)
        self._drivers = set(tables.lexicon.families)
        self._own = _changed_groups(tables.lexicon)
        #: Statements of groups that an own lexicon overrides: wording adds none of them.
        built_in = load_lexicon().groups
        self._overridden = {(built_in[key].driver, built_in[key].polarity) for key in self._own & built_in.keys()}

    def read(self, chunks: Ints, first: Ints) -> Worded:
        """Return the wording of sentences.

        Parameters
        ----------
        chunks
            The numbers of the sentences' chunks.
        first
            Where each sentence begins among the tokens, and at the end where the last one ends.
        """
        words = self._words.words(chunks)
        placed = self._wording.placed(words, first)
        return Worded(words, first, self.model.sums(placed.sentence, placed.feature, len(first) - 1))

    def may_speak(self, worded: Worded) -> npt.NDArray[np.bool_]:
        """Return which sentences may speak of staff: where groups are an own lexicon's, any may."""
        if self._own:
            return np.ones(len(worded.first) - 1, np.bool_)
        chosen: npt.NDArray[np.bool_] = self.model.scores(worded.sums)[:, -1] >= self.model.may_speak
        return chosen

    def judge(self, worded: Worded, findings: Mapping[int, Sequence[Finding]]) -> dict[int, list[Judged]]:
        """Return the statements that stand, by sentence: those of patterns in their order, then others by likelihood.

        ``findings`` are all of each sentence that has any, those set aside included.
        """
        total, numbers = len(worded.first) - 1, self._wording.numbers
        names = [(sentence, name) for sentence, found in findings.items() for name in names_of_findings(found)]
        told = np.array([(s, numbers[name]) for s, name in names if name in numbers], np.int64).reshape(-1, 2)
        scores = self.model.scores(worded.sums + self.model.sums(told[:, 0], told[:, 1], total))
        stands, may = standing(scores[:, : len(self.model.statements)], self.model.stands), self.may_speak(worded)
        heard = np.flatnonzero(may & (stands.any(axis=1) | (scores[:, -2] >= self.model.speaks))).tolist()
        by_sentence = {}
        for sentence in sorted({*heard, *findings}):
            likely = self._likely(scores[sentence], stands[sentence]) if may[sentence] else {}
            by_sentence[sentence] = self._statements(likely, findings.get(sentence, ()))
        added = [(s, one) for s, found in by_sentence.items() for one in found if one.finding is None]
        spans = iter(self._spans(worded, added))
        return {
            sentence: [one if one.finding else one._replace(span=next(spans)) for one in found]
            for sentence, found in by_sentence.items()
            if found
        }

    def _likely(self, scores: Numbers, stands: npt.NDArray[np.bool_]) -> dict[Statement, float]:
        """Return the statements that stand by their scores, the likeliest first."""
        model = self.model
        chosen = np.flatnonzero(stands).tolist()
        if not chosen and scores[-2] >= model.speaks:
            chosen = [int(np.argmax(scores[: len(stands)]))]
        chosen.sort(key=lambda place: -scores[place])
        return {model.statements[place]: float(scores[place]) for place in chosen}

    def _statements(self, likely: Mapping[Statement, float], findings: Sequence[Finding]) -> list[Judged]:
        told: dict[Statement, Judged] = {}
        for finding in sorted(findings, key=attrgetter("first")):
            statement = (finding.driver, finding.polarity)
            if not finding.veto and (finding.group.key in self._own or statement in likely):
                odds = likely.get(statement, np.inf)
                told.setdefault(statement, Judged(*statement, odds, finding, (finding.first, finding.last)))
        added = [
            Judged(*s, odds, None, (0, 0))
            for s, odds in likely.items()
            if s not in told and s not in self._overridden and s[0] in self._drivers
        ]
        return [*told.values(), *added]

    def _spans(self, worded: Worded, added: Sequence[tuple[int, Judged]]) -> list[tuple[int, int]]:
        """Return the first and last of the tokens that tell statements, each given with its sentence."""
        if not added:
            return []
        sentence = np.array([s for s, _ in added], np.int64)
        column = np.array([self.model.statements.index((one.driver, one.polarity)) for _, one in added], np.int64)
        tokens, first = places_of(worded.first, sentence)
        placed = self._wording.placed(worded.words[tokens], first)
        half = self.model.weights[placed.feature, column[placed.sentence]] / 2
        weight: Numbers = (
            np.bincount(placed.first, half, first[-1]) + np.bincount(placed.last, half, first[-1])
        ).astype(float)
        return heaviest_runs(weight, first)


def heaviest_runs(weight: Numbers, first: Ints) -> list[tuple[int, int]]:
    """Return first and last of the tokens of each sentence that speak most: the run of most weight, eight at most.

    ``first`` tells where each sentence begins among the tokens, and where the last ends; none is empty.

    Examples
    --------
    >>> heaviest_runs(np.array([-1.0, 2.0, -0.5, 3.0, 0.0, 1.0, 1.5]), np.array([0, 5, 7]))
    [(1, 3), (0, 1)]
    """
    sums, total = np.append(0, np.cumsum(weight)), len(weight)
    end = np.repeat(first[1:], np.diff(first))
    best, longest = weight.copy(), np.ones(total, np.int64)
    for length in range(2, min(_MAX_EVIDENCE, total) + 1):
        run = np.append(sums[length:] - sums[:-length], np.full(length - 1, -np.inf))
        better = (run > best + 1e-9) & (np.arange(total) + length <= end)
        best[better], longest[better] = run[better], length
    at = np.lexsort((longest, -best, np.repeat(np.arange(len(first) - 1), np.diff(first))))[first[:-1]]
    begins = at - first[:-1]
    return list(zip(begins.tolist(), (begins + longest[at] - 1).tolist(), strict=True))


@cache
def _wording(model: Model) -> Wording:
    return Wording(model.names)


def _changed_groups(lexicon: Lexicon) -> set[str]:
    """Return the names of the groups that are not those of the built-in lexicon."""
    built_in = load_lexicon().groups
    return {
        key for key, group in lexicon.groups.items() if key not in built_in or built_in[key].patterns != group.patterns
    }
