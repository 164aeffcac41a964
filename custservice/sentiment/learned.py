"""The learned layer: how likely each statement is, from the patterns that matched and from the wording.

A linear model weighs what the patterns found in a sentence together with its words. Statements that are unlikely are
set aside, likely ones that no pattern found are added, and where a sentence surely speaks of staff its likeliest
statement stands. Statements of groups that an own lexicon brings or changes are never touched. The weights
(``weights.json``) are made by ``benchmarks/train_mentions.py``; docs/accuracy.md tells how well they do.
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

from custservice.sentiment.chunks import Ints
from custservice.sentiment.compiled import Tables
from custservice.sentiment.lexicon import TOPIC, Lexicon, load_lexicon
from custservice.sentiment.reading import Finding
from custservice.sentiment.wording import ChunkWords, Placed, Wording

Numbers = npt.NDArray[np.float64]
Statement = tuple[str, str]
_MAX_EVIDENCE = 8
#: The digits of weights: signs that JSON writes as they are.
DIGITS = "".join(chr(code) for code in range(35, 127) if chr(code) != "\\")
ZERO = len(DIGITS) // 2


@dataclass(frozen=True, eq=False)
class Model:
    """Weights of features, one column per statement and a last one for "speaks of staff at all".

    Scores are log odds: the weights of a sentence's features over the length of the row of their sizes, and a bias.
    """

    statements: tuple[Statement, ...]
    names: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    sizes: Numbers
    bias: Numbers
    #: The log odds from which on a statement stands, and from which on a sentence surely speaks of staff.
    stands: float
    speaks: float

    def scores(self, sentence: Ints, feature: Ints, total: int) -> Numbers:
        """Return log odds, one row per sentence; each feature of a sentence is given once."""
        from scipy.sparse import csr_matrix

        rows = csr_matrix((np.ones(len(feature), np.float32), (sentence, feature)), shape=(total, len(self.names)))
        length = np.sqrt(np.bincount(sentence, self.sizes[feature] ** 2, total) + 1e-6)
        scores: Numbers = np.asarray(rows @ self.weights) / length[:, None] + self.bias
        return scores


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
    sizes = codes[[ord(text[0]) for text in texts]] * data["size_step"]
    pairs = codes[np.frombuffer("".join(text[1:] for text in texts).encode("ascii"), np.uint8)].reshape(-1, 2)
    row = np.repeat(np.arange(len(texts)), [len(text) // 2 for text in texts])
    weights = np.zeros((len(texts), len(statements) + 1), np.float32)
    root = pairs[:, 1] - ZERO
    weights[row, pairs[:, 0]] = np.sign(root) * root**2 * data["weight_step"]
    bias = np.array(data["bias"], dtype=float)
    return Model(statements, names, weights, sizes, bias, data["stands"], data["speaks"])


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
        if not finding.driver.startswith(TOPIC):
            aside = f" {finding.veto}" if finding.veto else ""
            found.add(f"g {finding.group.key} {finding.driver} {finding.turned or 'plain'}{aside}")
            found.add(f"{'v' if aside else 'f'} {finding.driver} {finding.polarity}")
    return found


class Judged(NamedTuple):
    """A statement of a sentence with its log odds; a pattern's finding, or the first and last token of its words."""

    driver: str
    polarity: str
    log_odds: float
    finding: Finding | None
    span: tuple[int, int]


class Layer:
    """A model made ready for a lexicon."""

    def __init__(self, model: Model, tables: Tables) -> None:
        self.model = model
        self._wording = _wording(model)
        self._words = ChunkWords(self._wording, tables)
        self._drivers = set(tables.lexicon.families)
        self._own = _changed_groups(tables.lexicon)

    def judge(self, chunks: Ints, first: Ints, findings: Mapping[int, Sequence[Finding]]) -> dict[int, list[Judged]]:
        """Return the statements that stand, by sentence: those of patterns in their order, then others by likelihood.

        Parameters
        ----------
        chunks
            The numbers of the sentences' chunks.
        first
            Where each sentence begins among the tokens, and at the end where the last one ends.
        findings
            All findings of each sentence that has any, those set aside included.
        """
        total = len(first) - 1
        symbols, beginnings = self._words.words(chunks)
        placed = self._wording.placed(symbols, beginnings, first)
        numbers = self._wording.numbers
        names = [(sentence, name) for sentence, found in findings.items() for name in names_of_findings(found)]
        told = np.array([(s, numbers[name]) for s, name in names if name in numbers], np.int64).reshape(-1, 2)
        width = len(numbers)
        keys = np.concatenate([placed.sentence * width + placed.feature, told[:, 0] * width + told[:, 1]])
        keys = np.unique(keys)
        scores = self.model.scores(keys // width, keys % width, total)
        stands = scores[:, :-1] >= self.model.stands
        heard = np.flatnonzero(stands.any(axis=1) | (scores[:, -1] >= self.model.speaks))
        judged = {}
        order = np.argsort(placed.sentence, kind="stable")
        bounds = np.searchsorted(placed.sentence[order], np.arange(total + 1)).tolist()
        for sentence in sorted({*heard.tolist(), *findings}):
            found = self._statements(scores[sentence], stands[sentence], findings.get(sentence, ()))
            if found:
                here = order[bounds[sentence] : bounds[sentence + 1]]
                size = int(first[sentence + 1] - first[sentence])
                judged[sentence] = [self._with_words(one, placed, here, int(first[sentence]), size) for one in found]
        return judged

    def _statements(self, scores: Numbers, stands: npt.NDArray[np.bool_], findings: Sequence[Finding]) -> list[Judged]:
        model = self.model
        chosen = np.flatnonzero(stands).tolist()
        if not chosen and scores[-1] >= model.speaks:
            chosen = [int(np.argmax(scores[:-1]))]
        chosen.sort(key=lambda place: -scores[place])
        likely = {model.statements[place]: float(scores[place]) for place in chosen}
        told: dict[Statement, Judged] = {}
        for finding in sorted(findings, key=attrgetter("first")):
            statement = (finding.driver, finding.polarity)
            kept = finding.driver.startswith(TOPIC) or finding.group.key in self._own
            if not finding.veto and (kept or statement in likely):
                odds = likely.get(statement, np.inf)
                told.setdefault(statement, Judged(*statement, odds, finding, (finding.first, finding.last)))
        added = [
            Judged(*s, odds, None, (0, 0)) for s, odds in likely.items() if s not in told and s[0] in self._drivers
        ]
        return [*told.values(), *added]

    def _with_words(self, judged: Judged, placed: Placed, here: Ints, begin: int, size: int) -> Judged:
        """Return a statement with the words that tell it; the features at ``here`` are those of its sentence."""
        if judged.finding is not None:
            return judged
        column = self.model.statements.index((judged.driver, judged.polarity))
        _, each = np.unique(placed.feature[here], return_index=True)
        here = here[each]
        half = self.model.weights[placed.feature[here], column] / 2
        weight = np.zeros(size)
        np.add.at(weight, placed.first[here] - begin, half)
        np.add.at(weight, placed.last[here] - begin, half)
        return judged._replace(span=_heaviest(weight))


def _heaviest(weight: Numbers) -> tuple[int, int]:
    """Return first and last of the tokens that speak most for a statement: the run of most weight, eight at most.

    Examples
    --------
    >>> _heaviest(np.array([-1.0, 2.0, -0.5, 3.0, 0.0]))
    (1, 3)
    """
    sums = np.append(0, np.cumsum(weight))
    runs = (
        (sums[last + 1] - sums[first], first - last, first, last)
        for first in range(len(weight))
        for last in range(first, min(first + _MAX_EVIDENCE, len(weight)))
    )
    _, _, first, last = max(runs)
    return first, last


@cache
def _wording(model: Model) -> Wording:
    return Wording(model.names)


def _changed_groups(lexicon: Lexicon) -> set[str]:
    """Return the names of the groups that are not those of the built-in lexicon."""
    built_in = load_lexicon().groups
    return {
        key for key, group in lexicon.groups.items() if key not in built_in or built_in[key].patterns != group.patterns
    }
