"""Train the learned layer of the mention engine: write custservice/sentiment/weights.json.

Usage: python benchmarks/train_mentions.py [GOLD.jsonl ...] [--check] [--test GOLD.jsonl ...]

GOLD holds sentences with "id", "text" and "labels"; without it ../shared/gold/train.jsonl is taken. The sentences of
benchmarks/sentences (written for this project), those of ../shared/data that benchmarks/labels tells of, and the traps
of the tests are taken always. --check leaves out one fifth of the sources after another and prints how well the layer
does on each of them, beside the patterns alone, and writes nothing. Needs scikit-learn; takes ten minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

sys.path.insert(0, str(Path(__file__).parent))
from gold import Pair, Sentence, read_gold, read_traps, score

from custservice.sentiment import families
from custservice.sentiment.engine import read_line
from custservice.sentiment.learned import DIGITS, ZERO, names_of_findings, standing
from custservice.sentiment.lexicon import TOPIC
from custservice.sentiment.mentions import compiled
from custservice.sentiment.reading import Finding, mentions_of, read_sentence
from custservice.sentiment.tokens import split_sentences
from custservice.sentiment.wording import CAPITAL, NAME, names_of, symbols_of

BENCHMARKS = Path(__file__).parent
ROOT = BENCHMARKS.parent
SHARED = ROOT / ".." / "shared"
WEIGHTS = ROOT / "custservice" / "sentiment" / "weights.json"
DRIVERS = [driver for driver, family in families().items() if family != TOPIC]
STATEMENTS = [(driver, polarity) for driver in DRIVERS for polarity in ("praise", "blame")]
PLACES = {statement: place for place, statement in enumerate(STATEMENTS)}
#: How much a kind of feature weighs, and in how many sentences it must stand: words, beginnings, neighbours, classes,
#: neighbouring classes, classes with a gap, classes by clause, patterns, statements found, statements set aside.
KINDS = {
    **{"w": (1.0, 2), "p": (0.5, 2), "b": (0.5, 2), "l": (0.7, 2), "m": (0.4, 2), "n": (0.3, 3), "r": (0.4, 3)},
    **{"g": (1.0, 2), "f": (1.5, 1), "v": (1.5, 1)},
}
#: The kinds that tell of wording alone.
WORDING = "wpblmnr"
#: How many of the sentences found right may go because their wording alone made them unlikely.
LOST = 0.003
#: The cost of errors, and the size of the feature that is the bias, so that it is hardly held back.
COST, BIAS = 1.0, 3.0
MOST_FEATURES, MOST_WEIGHTS = 100_000, 500_000
#: Sources that nobody looked at when the patterns were written. In the others a pattern that matches no more sentences
#: than this was perhaps made for just these, and is not taken for found.
UNSEEN = {
    *("airlines", "hotels_cruises", "patients", "help_desks_banks_online", "restaurants_bars", "shops_trades_hosts"),
    *("homestays_lounges", "dining", "call_centres_clinics", "airlines_hotels_shops", "staff_without_judgement"),
    *("things_and_others", "journeys", "stays", "tables", "care", "lines", "counters"),
    *("flights", "rooms", "meals", "clinics", "calls", "stores"),
}
TOO_RARE = 2
REAL = {"lounge", "albany", "mams", "seat"}
#: Sentences that show what wording alone gets wrong, and how often each is taken.
TRAPS, TRAP_WEIGHT = ("sentences.toml", "takes.toml", "things.toml", "contrast.toml"), 5
FOLDS = 5
SIZE_STEP = 0.1


@dataclass(frozen=True)
class Example:
    """A labelled sentence with its features, each as often as it stands there, and what patterns alone find in it."""

    sentence: Sentence
    names: Counter[str]
    found: frozenset[Pair]


def read_all(files: Sequence[Path]) -> list[Sentence]:
    found = [sentence for file in files for sentence in read_gold(file)]
    folders = ("sentences", "labels")
    found += [s for folder in folders for file in sorted((BENCHMARKS / folder).glob("*.tsv")) for s in read_gold(file)]
    traps = [s for name in TRAPS for s in read_traps(ROOT / "tests" / "sentiment" / name)]
    return found + traps * TRAP_WEIGHT


def examples_of(sentences: Sequence[Sentence], known: set[str] | None = None) -> tuple[list[Example], set[str]]:
    """Return sentences with their features, and the words that are no names; ``known`` gives these words."""
    read = [_read(sentence.text) for sentence in sentences]
    if known is None:
        small = Counter(symbol for symbols, _ in read for row in symbols for symbol in row if symbol[0] != CAPITAL)
        known = {word for word, count in small.items() if count >= KINDS["w"][1]}
        fitted = [sentence.source not in UNSEEN for sentence in sentences]
    else:
        fitted = [False] * len(sentences)
    paths = compiled().paths
    matched = Counter(
        key
        for (_, findings), is_fitted in zip(read, fitted, strict=True)
        if is_fitted
        for key in {paths[f.path][:2] for f in findings}
    )
    examples = []
    for sentence, (symbols, findings), is_fitted in zip(sentences, read, fitted, strict=True):
        told = [f for f in findings if not is_fitted or matched[paths[f.path][:2]] > TOO_RARE]
        names = Counter(names_of_findings(told))
        for row in symbols:
            names.update(names_of([_resolved(s, known) for s in row]))
        found = {(f.driver, f.polarity) for f in mentions_of(findings)}
        examples.append(Example(sentence, names, frozenset(found)))
    return examples, known


def _read(text: str) -> tuple[list[list[str]], list[Finding]]:
    """Return the symbols of each sentence of a text, and what the patterns find in them."""
    tables, symbols, findings = compiled(), [], []
    for start, end in split_sentences(text):
        said = text[start:end]
        symbols.append([symbol for chunk in said.split() for symbol in symbols_of(tables, chunk)])
        found = read_sentence(tables, read_line(tables, said).tokens, topics=False)
        findings += found
    return symbols, findings


def _resolved(symbol: str, known: set[str]) -> str:
    if symbol[0] != CAPITAL or len(symbol) == 1:
        return symbol
    return symbol[1:] if symbol[1:] in known else NAME


@dataclass(frozen=True)
class Space:
    """Features, each with its size."""

    numbers: dict[str, int]
    sizes: npt.NDArray[np.float64]

    def rows(self, examples: Sequence[Example], kinds: Iterable[str] = KINDS) -> sp.csr_matrix:
        """Return one row per example of its features of these kinds; the squares of the sizes of all sum to 1."""
        numbers = {name: number for name, number in self.numbers.items() if name[0] in kinds}
        cells = [sorted((numbers[n], count) for n, count in e.names.items() if n in numbers) for e in examples]
        ends = np.cumsum([0, *map(len, cells)])
        places, counts = np.array([cell for row in cells for cell in row], dtype=int).reshape(-1, 2).T
        sizes = self.sizes[places]
        row = np.repeat(np.arange(len(cells)), np.diff(ends))
        squares = np.bincount(row, counts * sizes**2, len(cells))
        values = sizes * counts / np.sqrt(squares + 1e-6)[row]
        return sp.csr_matrix((values, places, ends), shape=(len(cells), len(self.sizes)))

    def only(self, kept: npt.NDArray[np.int64]) -> Space:
        """Return the space of the features at these places."""
        names = list(self.numbers)
        return Space({names[old]: new for new, old in enumerate(kept)}, self.sizes[kept])


def space_of(examples: Sequence[Example]) -> Space:
    counts = Counter(name for e in examples for name in e.names)
    names = sorted(name for name, count in counts.items() if count >= KINDS[name[0]][1])
    sizes = [np.sqrt(KINDS[name[0]][0]) * np.log(len(examples) / counts[name]) for name in names]
    rounded = np.clip(np.round(np.array(sizes) / SIZE_STEP), 1, len(DIGITS) - 1) * SIZE_STEP
    return Space({name: number for number, name in enumerate(names)}, rounded)


def targets(examples: Sequence[Example]) -> npt.NDArray[np.float64]:
    """Return which statements each example makes, and in the last two columns whether it speaks of staff at all."""
    made = np.zeros((len(examples), len(STATEMENTS) + 2))
    for row, example in enumerate(examples):
        made[row, [PLACES[pair] for pair in example.sentence.pairs]] = 1
        made[row, -2:] = bool(example.sentence.pairs)
    return made


def counting(examples: Sequence[Example]) -> npt.NDArray[np.float64]:
    """Return 0 where a label of ``targets`` is disputed or not known, else 1."""
    counts = np.ones((len(examples), len(STATEMENTS) + 2))
    for row, example in enumerate(examples):
        said = example.sentence
        counts[row, [PLACES[pair] for pair in said.disputed - said.pairs if pair in PLACES]] = 0
        counts[row, -2:] = bool(said.pairs or not said.disputed)
    return counts


@dataclass(frozen=True)
class Fit:
    """Weights and bias of a linear support vector machine per column; the last one is of wording alone."""

    space: Space
    weights: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]

    def scores(self, examples: Sequence[Example]) -> npt.NDArray[np.float64]:
        """Return one row per example."""
        found = self.space.rows(examples) @ self.weights
        found[:, -1] = self.space.rows(examples, WORDING) @ self.weights[:, -1]
        return found + self.bias


def fit(space: Space, examples: Sequence[Example]) -> Fit:
    every, wording = space.rows(examples), space.rows(examples, WORDING)
    wanted, counts = targets(examples), counting(examples)
    total = wanted.shape[1]
    weights, bias = np.zeros((len(space.sizes), total)), np.full(total, -1.0)
    machine = LinearSVC(C=COST, tol=1e-2, intercept_scaling=BIAS, random_state=0)
    for column in range(total):
        if wanted[:, column].any():
            rows = wording if column == total - 1 else every
            machine.fit(rows, wanted[:, column], sample_weight=counts[:, column])
            weights[:, column], bias[column] = machine.coef_[0], machine.intercept_[0]
    return Fit(space, weights, bias)


def scores_without(examples: Sequence[Example], space: Space) -> npt.NDArray[np.float64]:
    """Return the scores of each example by a model that saw nothing of its source."""
    sources = {name: number % FOLDS for number, name in enumerate(sorted({e.sentence.source for e in examples}))}
    fold = np.array([sources[e.sentence.source] for e in examples])
    found = np.zeros((len(examples), len(STATEMENTS) + 2))
    for number in range(FOLDS):
        rest, left = ([e for e, f in zip(examples, fold, strict=True) if (f == number) == is_] for is_ in (False, True))
        if left:
            found[fold == number] = fit(space, rest).scores(left)
    return found


@dataclass(frozen=True)
class Calibration:
    """Slope and intercept that make scores log odds (Platt 1999), one of each per column, and thresholds."""

    slope: npt.NDArray[np.float64]
    intercept: npt.NDArray[np.float64]
    stands: float
    speaks: float
    may_speak: float

    def __call__(self, scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return scores as log odds."""
        return scores * self.slope + self.intercept

    def decided(self, odds: npt.NDArray[np.float64]) -> list[set[Pair]]:
        """Return what stands of each sentence."""
        found = decided(odds, self.stands, self.speaks)
        return [pairs if row[-1] >= self.may_speak else set() for pairs, row in zip(found, odds, strict=True)]


def calibrated(examples: Sequence[Example], scores: npt.NDArray[np.float64]) -> Calibration:
    wanted, counts, total = targets(examples), counting(examples), len(STATEMENTS)
    slope, intercept = np.ones(total + 2), np.zeros(total + 2)
    for columns in (slice(total), slice(total, total + 1), slice(total + 1, None)):
        model = LogisticRegression(C=1e6)
        model.fit(scores[:, columns].reshape(-1, 1), wanted[:, columns].ravel(), counts[:, columns].ravel())
        slope[columns], intercept[columns] = model.coef_[0, 0], model.intercept_[0]
    odds = scores * slope + intercept
    # Reviews as they come, and other trades, count alike.
    real = np.array([e.sentence.source in REAL for e in examples])
    halves = [
        ([e.sentence for e, r in zip(examples, real, strict=True) if r == is_], odds[real == is_]) for is_ in (0, 1)
    ]

    def worth(stands: float, speaks: float) -> float:
        figures = [score(sentences, decided(rows, stands, speaks)) for sentences, rows in halves]
        return sum(figure["pair"] + figure["mention"] for figure in figures)

    grid = [(stands, speaks) for stands in (-1.0, -0.8, -0.6, -0.4, -0.2) for speaks in (0.4, 0.8, 1.2, 1.6, 2.0)]
    best = max(grid, key=lambda pair: worth(*pair))
    found = decided(odds, *best)
    is_right = np.array([bool(pairs & e.sentence.pairs) for pairs, e in zip(found, examples, strict=True)])
    return Calibration(slope, intercept, *best, float(np.quantile(odds[is_right, -1], LOST)))


def decided(odds: npt.NDArray[np.float64], stands: float, speaks: float) -> list[set[Pair]]:
    """Return what stands of each sentence."""
    found = []
    stands_at = standing(odds[:, : len(STATEMENTS)], stands)
    for row, places in zip(odds, stands_at, strict=True):
        stood = {STATEMENTS[place] for place in np.flatnonzero(places)}
        if not stood and row[-2] >= speaks:
            stood = {STATEMENTS[int(np.argmax(row[: len(STATEMENTS)]))]}
        found.append(stood)
    return found


def train(examples: Sequence[Example]) -> dict[str, Any]:
    """Return the content of ``weights.json``."""
    space = space_of(examples)
    said = np.abs(fit(space, examples).weights).max(axis=1) * space.sizes
    is_word = np.array([name[0] == "w" for name in space.numbers])
    # Words stay whatever they weigh: they tell names from words.
    said[is_word] += said.max()
    space = space.only(np.sort(np.argsort(-said, kind="stable")[:MOST_FEATURES]))
    calibration = calibrated(examples, scores_without(examples, space))
    found = fit(space, examples)
    table, odds = found.weights * calibration.slope * space.sizes[:, None], calibration(found.bias)
    table[np.abs(table) < np.sort(np.abs(table), axis=None)[-MOST_WEIGHTS]] = 0
    step = float(np.abs(table).max()) / ZERO**2
    features = {name: _written(space.sizes[n], table[n], step) for name, n in space.numbers.items()}
    return {
        "drivers": DRIVERS,
        "stands": calibration.stands,
        "speaks": calibration.speaks,
        "may_speak": round(calibration.may_speak, 4),
        "bias": [round(float(value), 4) for value in odds],
        "size_step": SIZE_STEP,
        "weight_step": step,
        "features": features,
    }


def _written(size: float, weights: npt.NDArray[np.float64], step: float) -> str:
    columns = np.flatnonzero(weights)
    # Digits stand for squares: fine for the many small weights, wide enough for the few large ones.
    roots = np.sign(weights[columns]) * np.sqrt(np.abs(weights[columns]) / step)
    places = np.round(roots).astype(int) + ZERO
    pairs = (DIGITS[c] + DIGITS[p] for c, p in zip(columns, places, strict=True))
    return DIGITS[round(size / SIZE_STEP)] + "".join(pairs)


def report(name: str, examples: Sequence[Example], stood: list[set[Pair]]) -> None:
    sentences = [e.sentence for e in examples]
    for kind, pairs in (("patterns alone", [set(e.found) for e in examples]), ("with the layer", stood)):
        figures = " ".join(f"{key} {value:.3f}" for key, value in score(sentences, pairs).items())
        print(f"{name:28} {len(examples):6} {kind}: {figures}", flush=True)


def check(examples: Sequence[Example], known: set[str], tests: Sequence[Path]) -> None:
    """Print figures on each source by a layer that saw nothing of it, and on the tests."""
    space = space_of(examples)
    scores = scores_without(examples, space)
    how = calibrated(examples, scores)
    sources = np.array([e.sentence.source for e in examples])
    for source in np.unique(sources):
        rows = np.flatnonzero(sources == source)
        report(str(source), [examples[row] for row in rows], how.decided(how(scores[rows])))
    if tests:
        found = fit(space, examples)
        for file in tests:
            read = examples_of(read_gold(file), known)[0]
            report(file.stem, read, how.decided(how(found.scores(read))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="*", default=[SHARED / "gold" / "train.jsonl"])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--test", type=Path, nargs="*", default=[])
    args = parser.parse_args()
    examples, known = examples_of(read_all(args.gold))
    if args.check:
        check(examples, known, args.test)
        return
    content = train(examples)
    WEIGHTS.write_text(json.dumps(content, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size / 1e6:.2f} MB, {len(content['features'])} features")


if __name__ == "__main__":
    main()
