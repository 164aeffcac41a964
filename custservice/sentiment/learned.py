"""The learned layer: how likely each statement is, from the patterns that matched and from the wording.

A linear model weighs what the patterns found in a sentence together with its words, once in all of the sentence and
once in each of its parts; a second one weighs what that says of a statement beside what it says of the others
(``context``). Statements that are unlikely are set aside, likely ones that no pattern found are added, and where a
sentence surely speaks of staff its likeliest statement stands. Statements of groups that an own lexicon brings or
changes are never touched, nor are topics; of a driver and polarity that it overrides, none is added.
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
from custservice.sentiment.context import in_context
from custservice.sentiment.lexicon import Lexicon, load_lexicon
from custservice.sentiment.reading import Finding
from custservice.sentiment.rows import Ints, places_of
from custservice.sentiment.wording import ChunkWords, Placed, Wording

Numbers = npt.NDArray[np.float64]
Statement = tuple[str, str]
_Bools = npt.NDArray[np.bool_]
_MAX_EVIDENCE = 8
#: The power of the squared length of a row of sizes by which its weights are divided: less than its root, as long
#: sentences say more. And the squared length of a typical row, which is divided by its root.
LENGTH, TYPICAL = 0.35, 1000.0
#: The digits of weights: signs that JSON writes as they are.
DIGITS = "".join(chr(code) for code in range(35, 127) if chr(code) != "\\")
ZERO = len(DIGITS) // 2


@dataclass(frozen=True, eq=False)
class Model:
    """Weights of features, one column per statement and four beside them (``context``).

    Scores are log odds: the weights of a sentence's features over a power of the length of the row of their sizes, and
    a bias.
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
    #: What the inputs of ``context`` weigh.
    context: Numbers

    def sums(self, part: Ints, feature: Ints, total: int) -> Sums:
        """Return the sums of the weights of the features of parts, and the squared lengths of their rows."""
        sizes = np.bincount(part, minlength=total)
        order = np.argsort(-sizes, kind="stable")
        begins, told = (np.cumsum(sizes) - sizes)[order], feature[np.argsort(part, kind="stable")]
        weights = np.zeros((total, self.weights.shape[1]), np.float32)
        # The first feature of all parts, then the second of all that have one, and so on: the largest parts come first.
        for place, parts in enumerate(np.cumsum(np.bincount(sizes)[:0:-1])[::-1].tolist()):
            weights[:parts] += self.weights[told[begins[:parts] + place]]
        squares: Numbers = np.bincount(part, self.sizes[feature] ** 2, total).astype(float)
        return Sums(weights[np.argsort(order)], squares)

    def scores(self, sums: Sums) -> Numbers:
        """Return log odds, one row per part or sentence."""
        scores: Numbers = sums.weights / lengths(sums.squares)[:, None] + self.bias
        return scores


def lengths(squares: Numbers) -> Numbers:
    """Return by what the weights of rows of sizes are divided, given the sums of the squares of the sizes.

    Examples
    --------
    >>> lengths(np.array([1000.0, 2000.0, 4000.0])).round(1).tolist()
    [31.6, 40.3, 51.4]
    """
    found: Numbers = TYPICAL**0.5 * ((squares + 1e-6) / TYPICAL) ** LENGTH
    return found


class Sums(NamedTuple):
    """Sums of weights, one row per part or sentence, and squared lengths of the rows of sizes."""

    weights: npt.NDArray[np.float32]
    squares: Numbers

    def __add__(self, other: Sums) -> Sums:  # type: ignore[override]
        return Sums(self.weights + other.weights, self.squares + other.squares)

    def together(self, first: Ints) -> Sums:
        """Return the sums of rows that follow each other; where the first of each begins, and where the last ends."""
        if len(first) < 2:
            return Sums(self.weights[:0], self.squares[:0])
        return Sums(np.add.reduceat(self.weights, first[:-1], axis=0), np.add.reduceat(self.squares, first[:-1]))


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
    letters = np.array(list(map(len, texts)), np.int64)
    told = codes[np.frombuffer("".join(texts).encode("ascii"), np.uint8)]
    begins = np.cumsum(letters) - letters
    sizes, pairs = told[begins] * data["size_step"], np.delete(told, begins).reshape(-1, 2)
    row = np.repeat(np.arange(len(texts)), letters // 2)
    bias = np.array(data["bias"], dtype=float)
    weights = np.zeros((len(texts), len(bias)), np.float32)
    root = pairs[:, 1] - ZERO
    weights[row, pairs[:, 0]] = np.sign(root) * root**2 * data["weight_step"]
    return Model(
        statements=statements,
        names=names,
        weights=weights,
        sizes=sizes,
        bias=bias,
        stands=data["stands"],
        speaks=data["speaks"],
        may_speak=data["may_speak"],
        context=np.array(data["context"], dtype=float),
    )


def names_of_findings(findings: Iterable[Finding]) -> dict[str, int]:
    """Return the names of the features that the findings in a sentence are, each with the number of the first finding.

    Examples
    --------
    >>> from custservice.sentiment.engine import read_line
    >>> from custservice.sentiment.mentions import compiled
    >>> from custservice.sentiment.reading import read_sentence
    >>> names_of_findings(read_sentence(compiled(), read_line(compiled(), "Never rude.").tokens))
    {'g courtesy.blame.traits courtesy negated': 0, 'f courtesy praise': 0}
    """
    found: dict[str, int] = {}
    for number, finding in enumerate(findings):
        said = (finding.group.key, finding.driver, finding.polarity, finding.turned, finding.veto)
        for name in _names(*said):
            found.setdefault(name, number)
    return found


@cache
def _names(key: str, driver: str, polarity: str, turned: str, veto: str) -> tuple[str, str]:
    aside = f" {veto}" if veto else ""
    return f"g {key} {driver} {turned or 'plain'}{aside}", f"{'v' if aside else 'f'} {driver} {polarity}"


def standing(odds: Numbers, least: float) -> _Bools:
    """Return which statements stand, given their log odds, in each row praise and blame of one driver after another.

    Praise and blame of one driver stand together only where the weaker of them is more likely true than not.

    Examples
    --------
    >>> standing(np.array([[-0.5, -0.6, 2.0, 0.1], [1.0, -0.2, -3.0, -3.0]]), -0.8).astype(int).tolist()
    [[1, 0, 1, 1], [1, 0, 0, 0]]
    """
    pairs = odds.reshape(len(odds), odds.shape[1] // 2, 2)
    is_weaker = pairs < pairs[:, :, ::-1]
    stands: _Bools = ((pairs >= least) & ~(is_weaker & (pairs < 0))).reshape(odds.shape)
    return stands


#: A finding with the place of its first token in the batch.
FindingAt = tuple[Finding, int]


class Judged(NamedTuple):
    """A statement of a sentence with its log odds; a pattern's finding, or the first and last token of its words."""

    driver: str
    polarity: str
    log_odds: float
    finding: Finding | None
    span: tuple[int, int]


class Worded(NamedTuple):
    """Sentences by their wording.

    What is read for their words, where each begins among these; whether each may speak of staff. Of those that may: the
    part that each word stands in, where those of each sentence begin, and the sums of all parts.
    """

    words: Ints
    first: Ints
    may_speak: _Bools
    part: Ints
    part_first: Ints
    sums: Sums


class Layer:
    """A model made ready for a lexicon."""

    def __init__(self, model: Model, tables: Tables) -> None:
        self.model = model
        self._alone = model.weights[:, -1].copy()
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
        part, part_first = self._wording.parts(words, first)
        may_speak = self._may_speak(placed, len(first) - 1)
        parts, first_part = places_of(part_first, np.flatnonzero(may_speak))
        place = np.zeros(int(part_first[-1]), np.int64)
        place[parts] = np.arange(len(parts))
        # What reaches over parts stands in the first of its sentence.
        begin, end = part[placed.first], part[placed.last]
        of = np.where(begin == end, begin, part_first[placed.sentence])
        told = may_speak[placed.sentence]
        sums = self.model.sums(place[of[told]], placed.feature[told], len(parts))
        return Worded(words, first, may_speak, place[part], first_part, sums)

    def _may_speak(self, placed: Placed, total: int) -> _Bools:
        """Return which sentences may speak of staff: where groups are an own lexicon's, any may."""
        if self._own:
            return np.ones(total, np.bool_)
        weights = np.bincount(placed.sentence, self._alone[placed.feature], total)
        squares: Numbers = np.bincount(placed.sentence, self.model.sizes[placed.feature] ** 2, total).astype(float)
        found: _Bools = weights / lengths(squares) + self.model.bias[-1] >= self.model.may_speak
        return found

    def judge(self, worded: Worded, findings: Mapping[int, Sequence[FindingAt]]) -> dict[int, list[Judged]]:
        """Return the statements that stand, by sentence: those of patterns in their order, then others by likelihood.

        ``findings`` are all of each sentence that has any, those set aside included, each with the place of its first
        token in the batch.
        """
        scores = self._scores(worded, findings)
        likely = self._likely(scores)
        by_sentence = {
            sentence: self._statements(likely.get(sentence, {}), [finding for finding, _ in findings.get(sentence, ())])
            for sentence in sorted({*likely, *findings})
        }
        added = [(s, one) for s, found in by_sentence.items() for one in found if one.finding is None]
        spans = iter(self._spans(worded, added))
        return {
            sentence: [one if one.finding else one._replace(span=next(spans)) for one in found]
            for sentence, found in by_sentence.items()
            if found
        }

    def _scores(self, worded: Worded, findings: Mapping[int, Sequence[FindingAt]]) -> Numbers:
        """Return the log odds of statements in context, a row per sentence; none where staff cannot be spoken of."""
        numbers = self._wording.numbers
        told = [
            (placed[number][1], numbers[name])
            for sentence, placed in findings.items()
            if worded.may_speak[sentence]
            for name, number in names_of_findings(finding for finding, _ in placed).items()
            if name in numbers
        ]
        token, feature = np.array(told, np.int64).reshape(-1, 2).T
        sums = worded.sums + self.model.sums(worded.part[token], feature, len(worded.sums.squares))
        own, of_parts = self.model.scores(sums.together(worded.part_first)), self.model.scores(sums)
        scores = np.full((len(worded.may_speak), len(self.model.bias)), -np.inf)
        scores[worded.may_speak] = in_context(own, of_parts, worded.part_first, self.model.context)
        return scores

    def _likely(self, scores: Numbers) -> dict[int, dict[Statement, float]]:
        """Return the statements that stand by their scores, by sentence, the likeliest first."""
        model, total = self.model, len(self.model.statements)
        stands = standing(scores[:, :total], model.stands)
        alone = np.flatnonzero((scores[:, -2] >= model.speaks) & ~stands.any(axis=1))
        stands[alone, np.argmax(scores[alone, :total], axis=1)] = True
        row, column = np.nonzero(stands)
        odds = scores[row, column]
        order = np.lexsort((-odds, row))
        found: dict[int, dict[Statement, float]] = {}
        for sentence, place, value in zip(*(each[order].tolist() for each in (row, column, odds)), strict=True):
            found.setdefault(sentence, {})[model.statements[place]] = value
        return found

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
