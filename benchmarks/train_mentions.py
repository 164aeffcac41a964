"""Train the learned layer of the mention engine: write custservice/sentiment/weights.json.

Usage: python benchmarks/train_mentions.py [GOLD.jsonl ...] [--check] [--test GOLD.jsonl ...]

GOLD holds sentences with "id", "text" and "labels"; without it ../shared/gold/train.jsonl is taken. The sentences of
benchmarks/sentences (written for this project), those of ../shared/data that benchmarks/labels tells of, and the traps
of the tests are taken always. --check leaves out one fifth of the sources after another and prints how well the layer
does on each of them, beside the patterns alone, and writes nothing. Needs scikit-learn; takes a quarter of an
hour on two cores.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

sys.path.insert(0, str(Path(__file__).parent))
from gold import Pair, Sentence, read_gold, read_traps, score

from custservice.sentiment import families
from custservice.sentiment.context import BESIDE, candidates, in_context, inputs, terms
from custservice.sentiment.engine import read_line
from custservice.sentiment.learned import DIGITS, ZERO, lengths, names_of_findings, standing
from custservice.sentiment.lexicon import TOPIC
from custservice.sentiment.mentions import compiled
from custservice.sentiment.reading import Finding, mentions_of, read_sentence
from custservice.sentiment.rows import Ints, places_of
from custservice.sentiment.tokens import split_sentences
from custservice.sentiment.wording import CAPITAL, NAME, named, parts_of, symbols_of

BENCHMARKS = Path(__file__).parent
ROOT = BENCHMARKS.parent
SHARED = ROOT / ".." / "shared"
WEIGHTS = ROOT / "custservice" / "sentiment" / "weights.json"
DRIVERS = [driver for driver, family in families().items() if family != TOPIC]
STATEMENTS = [(driver, polarity) for driver in DRIVERS for polarity in ("praise", "blame")]
PLACES = {statement: place for place, statement in enumerate(STATEMENTS)}
#: How much a kind of feature weighs, and in how many sentences it must stand: words, beginnings, neighbours, classes,
#: neighbouring classes, classes with a gap, classes by clause, classes denied, patterns, statements found, statements
#: set aside.
KINDS = {
    **{"w": (1.0, 2), "p": (0.5, 2), "b": (0.5, 2), "l": (0.7, 2), "m": (0.4, 2), "n": (0.3, 3), "r": (0.4, 3)},
    **{"t": (0.5, 3), "g": (1.0, 2), "f": (1.5, 1), "v": (1.5, 1)},
}
#: The kinds that tell of wording alone.
WORDING = "wpblmnrt"
#: How many of the sentences found right may go because their wording alone made them unlikely.
LOST = 0.003
#: The cost of errors, and the size of the feature that is the bias, so that it is hardly held back.
COST, BIAS = 0.6, 3.0
#: How much of what a feature is drawn out by is the same for all, and how many sentences that hold it are thought to
#: make a statement as often as any.
EVEN, PRIOR = 0.5, 5.0
MOST_FEATURES, MOST_WEIGHTS = 150_000, 1_000_000
#: Sources that were looked at when the patterns were written. There a pattern that matches no more sentences than this
#: was perhaps made for just these, and is not taken for found.
SEEN = {
    *("lounge", "albany", "mams", "seat", "traps", "eating_and_staying", "travel", "health_beauty_schools"),
    *("clinics_banks_schools", "shops_trades_phones", "shops_garages_trades", "restaurants_airlines_tours"),
}
TOO_RARE = 2
REAL = {"lounge", "albany", "mams", "seat"}
#: Files of one conduct, or one kind of trap, after another: no mix as reviews are, so each sentence counts half.
DRILLS, DRILL_WEIGHT = ("conduct", "kinds"), 0.5
#: Sentences that show what wording alone gets wrong, and how often each is taken.
TRAPS, TRAP_WEIGHT = ("sentences.toml", "takes.toml", "things.toml", "contrast.toml"), 5
FOLDS = 5
SIZE_STEP = 0.1


Counts = Counter[str]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """A labelled sentence with its features, each as often as it stands there, and what patterns alone find in it.

    The first of its parts holds what stands in none of them.
    """

    sentence: Sentence
    names: Counts
    parts: list[Counts]
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
        small = Counter(s for parts in read for symbols, _ in parts for s in symbols if s[0] != CAPITAL)
        known = {word for word, count in small.items() if count >= KINDS["w"][1]}
        fitted = [sentence.source in SEEN for sentence in sentences]
    else:
        fitted = [False] * len(sentences)
    paths = compiled().paths
    matched = Counter(
        key
        for pieces, is_fitted in zip(read, fitted, strict=True)
        if is_fitted
        for key in {paths[f.path][:2] for _, findings in pieces for f, _ in findings}
    )
    examples = []
    for sentence, pieces, is_fitted in zip(sentences, read, fitted, strict=True):
        parts: list[Counts] = [Counter()]
        told = set()
        for symbols, findings in pieces:
            kept = [f for f in findings if not is_fitted or matched[paths[f[0].path][:2]] > TOO_RARE]
            names = [(n, kept[number][1]) for n, number in names_of_findings(f for f, _ in kept).items()]
            placed = [(name, at, at) for name, at in names if name not in told]
            told |= {name for name, _ in names}
            _add([_resolved(s, known) for s in symbols], placed, parts)
        found = {(f.driver, f.polarity) for f in mentions_of([f for _, findings in pieces for f, _ in findings])}
        examples.append(Example(sentence, sum(parts, Counter()), parts, frozenset(found)))
    return examples, known


def _read(text: str) -> list[tuple[list[str], list[tuple[Finding, int]]]]:
    """Return for each sentence of a text its symbols, and what patterns find with the place of its first symbol."""
    tables, pieces = compiled(), []
    for start, end in split_sentences(text):
        said = text[start:end]
        symbols = [symbol for chunk in said.split() for symbol in symbols_of(tables, chunk)]
        line = read_line(tables, said)
        found = read_sentence(tables, line.tokens, topics=False)
        pieces.append((symbols, [(finding, line.sources[finding.first][0]) for finding in found]))
    return pieces


def _add(symbols: Sequence[str], placed: Iterable[tuple[str, int, int]], parts: list[Counts]) -> None:
    """Add the features of a sentence to the parts: what patterns found is given with its first and last symbol."""
    part, before = parts_of(symbols), len(parts) - 1
    parts += [Counter() for _ in range(max(part, default=0))]
    for name, first, last in [*named(symbols), *placed]:
        within = part[first] if part[first] == part[last] else 0
        parts[before + within if within else 0][name] += 1


def _resolved(symbol: str, known: set[str]) -> str:
    if symbol[0] != CAPITAL or len(symbol) == 1:
        return symbol
    return symbol[1:] if symbol[1:] in known else NAME


@dataclass(frozen=True)
class Space:
    """Features, each with its size."""

    numbers: dict[str, int]
    sizes: Numbers

    def rows(self, counted: Iterable[Counts], kinds: Iterable[str] = KINDS) -> sp.csr_matrix:
        """Return one row per sentence or part of its features of these kinds, as long as ``lengths`` says."""
        numbers = {name: number for name, number in self.numbers.items() if name[0] in kinds}
        cells = [sorted((numbers[n], count) for n, count in names.items() if n in numbers) for names in counted]
        ends = np.cumsum([0, *map(len, cells)])
        places, counts = np.array([cell for row in cells for cell in row], dtype=int).reshape(-1, 2).T
        sizes = self.sizes[places]
        row = np.repeat(np.arange(len(cells)), np.diff(ends))
        squares = np.bincount(row, counts * sizes**2, len(cells))
        values = sizes * counts / lengths(squares)[row]
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


def targets(examples: Sequence[Example]) -> Numbers:
    """Return which statements each example makes, and beside them: any praise, any blame, and twice, any at all."""
    made = np.zeros((len(examples), len(STATEMENTS) + BESIDE))
    for row, example in enumerate(examples):
        said = [PLACES[pair] for pair in example.sentence.pairs]
        made[row, said] = 1
        made[row, [place % 2 - BESIDE for place in said]] = 1
        made[row, -2:] = bool(said)
    return made


def counting(examples: Sequence[Example]) -> Numbers:
    """Return how much each label of ``targets`` counts: 0 where it is disputed or not known."""
    weights = [DRILL_WEIGHT if e.sentence.source.startswith(DRILLS) else 1.0 for e in examples]
    counts = np.repeat(np.array(weights)[:, None], len(STATEMENTS) + BESIDE, axis=1)
    for row, example in enumerate(examples):
        said = {PLACES[pair] for pair in example.sentence.pairs}
        open_ = {PLACES[pair] for pair in example.sentence.disputed if pair in PLACES} - said
        known = {place % 2 - BESIDE for place in said}
        counts[row, list(open_ | ({place % 2 - BESIDE for place in open_} - known))] = 0
        if open_ and not said:
            counts[row, -2:] = 0
    return counts


@dataclass(frozen=True)
class Rows:
    """Examples as rows of features: of all, of wording alone, and of their parts, with where those of each begin."""

    every: sp.csr_matrix
    wording: sp.csr_matrix
    parts: sp.csr_matrix
    first: Ints

    def of(self, chosen: Ints) -> Rows:
        """Return the rows of these examples."""
        parts, first = places_of(self.first, chosen)
        return Rows(self.every[chosen], self.wording[chosen], self.parts[parts], first)


def rows_of(space: Space, examples: Sequence[Example]) -> Rows:
    names = [e.names for e in examples]
    parts = space.rows([part for e in examples for part in e.parts])
    first = np.cumsum([0, *(len(e.parts) for e in examples)])
    return Rows(space.rows(names), space.rows(names, WORDING), parts, first)


@dataclass(frozen=True)
class Fit:
    """Weights and bias of a linear support vector machine per column; the last one is of wording alone."""

    weights: Numbers
    bias: Numbers

    def scores(self, rows: Rows) -> tuple[Numbers, Numbers]:
        """Return one row per example, and one row per part."""
        found = rows.every @ self.weights
        found[:, -1] = rows.wording @ self.weights[:, -1]
        return found + self.bias, rows.parts @ self.weights + self.bias


def fit(rows: Rows, wanted: Numbers, counts: Numbers) -> Fit:
    total = wanted.shape[1]
    weights, bias = np.zeros((rows.every.shape[1], total)), np.full(total, -1.0)
    columns = np.flatnonzero(wanted.any(axis=0)).tolist()
    made = Parallel(n_jobs=-1)(
        delayed(_machine)(rows.wording if c == total - 1 else rows.every, wanted[:, c], counts[:, c]) for c in columns
    )
    for column, (found, at) in zip(columns, made, strict=True):
        weights[:, column], bias[column] = found, at
    return Fit(weights, bias)


def _machine(rows: sp.csr_matrix, wanted: Numbers, counts: Numbers) -> tuple[Numbers, float]:
    scale = telling(rows, wanted, counts)
    machine = LinearSVC(C=COST, tol=1e-2, intercept_scaling=BIAS, random_state=0)
    machine.fit(rows @ sp.diags(scale), wanted, sample_weight=counts)
    return machine.coef_[0] * scale, float(machine.intercept_[0])


def telling(rows: sp.csr_matrix, wanted: Numbers, counts: Numbers) -> Numbers:
    """Return by how much each feature is drawn out for a statement: most where it alone tells most of it.

    Half of it is how far the statement's log odds with the feature are from those without knowing, about 1 on average:
    log count ratios (Wang & Manning 2012, Baselines and Bigrams, sections 2.1 and 2.3), mixed with evenness.
    """
    stands = (rows > 0).astype(float).T
    often, share = stands @ counts, counts @ wanted / counts.sum()
    rate = (stands @ (counts * wanted) + PRIOR * share) / (often + PRIOR)
    ratio = np.abs(np.log(rate / (1 - rate)) - np.log(share / (1 - share)))
    ratio /= np.sqrt(often @ ratio**2 / often.sum())
    return EVEN + (1 - EVEN) * ratio


def scores_without(examples: Sequence[Example], rows: Rows) -> tuple[Numbers, Numbers]:
    """Return the scores of each example, and of its parts, by a model that saw nothing of its source."""
    sources = {name: number % FOLDS for number, name in enumerate(sorted({e.sentence.source for e in examples}))}
    fold = np.array([sources[e.sentence.source] for e in examples])
    wanted, counts = targets(examples), counting(examples)
    found, of_parts = np.zeros_like(wanted), np.zeros((rows.parts.shape[0], wanted.shape[1]))
    for number in range(FOLDS):
        rest, left = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        if len(left):
            made = fit(rows.of(rest), wanted[rest], counts[rest])
            found[left], of_parts[places_of(rows.first, left)[0]] = made.scores(rows.of(left))
    return found, of_parts


@dataclass(frozen=True)
class Calibration:
    """Slope and intercept that make scores log odds (Platt 1999), one of each per column, and thresholds.

    ``context`` weighs what is said beside a statement.
    """

    slope: Numbers
    intercept: Numbers
    context: Numbers
    stands: float = 0.0
    speaks: float = 0.0
    may_speak: float = -np.inf

    def odds(self, scores: tuple[Numbers, Numbers], first: Ints) -> Numbers:
        """Return scores of sentences, and of their parts, as log odds of sentences."""
        own, of_parts = (each * self.slope + self.intercept for each in scores)
        return in_context(own, of_parts, first, self.context)

    def decided(self, odds: Numbers) -> list[set[Pair]]:
        """Return what stands of each sentence."""
        found = decided(odds, self.stands, self.speaks)
        return [pairs if row[-1] >= self.may_speak else set() for pairs, row in zip(found, odds, strict=True)]


def calibrated(examples: Sequence[Example], scores: tuple[Numbers, Numbers], first: Ints) -> Calibration:
    wanted, counts, total = targets(examples), counting(examples), len(STATEMENTS)
    slope, intercept = np.ones(total + BESIDE), np.zeros(total + BESIDE)
    for columns in (slice(total), slice(total, -2), slice(-2, -1), slice(-1, None)):
        model = LogisticRegression(C=1e6)
        model.fit(scores[0][:, columns].reshape(-1, 1), wanted[:, columns].ravel(), counts[:, columns].ravel())
        slope[columns], intercept[columns] = model.coef_[0, 0], model.intercept_[0]
    own, of_parts = (each * slope + intercept for each in scores)
    how = Calibration(slope, intercept, _context(own, of_parts, first, wanted, counts))
    odds = how.odds(scores, first)
    # Reviews as they come, and other trades, count alike.
    real, drilled = (
        np.array([is_one(e.sentence.source) for e in examples])
        for is_one in (REAL.__contains__, lambda source: source.startswith(DRILLS))
    )
    halves = [
        ([examples[row].sentence for row in np.flatnonzero(half).tolist()], odds[half])
        for half in (real, ~(real | drilled))
    ]

    def worth(stands: float, speaks: float) -> float:
        figures = [score(sentences, decided(rows, stands, speaks)) for sentences, rows in halves]
        return sum(figure["pair"] + figure["mention"] for figure in figures)

    grid = [(stands, speaks) for stands in (-1.0, -0.8, -0.6, -0.4, -0.2, 0.0) for speaks in (0.4, 0.8, 1.2, 1.6, 2.0)]
    stands, speaks = max(grid, key=lambda pair: worth(*pair))
    found = decided(odds, stands, speaks)
    is_right = np.array([bool(pairs & e.sentence.pairs) for pairs, e in zip(found, examples, strict=True)])
    return replace(how, stands=stands, speaks=speaks, may_speak=float(np.quantile(odds[is_right, -1], LOST)))


def _context(odds: Numbers, of_parts: Numbers, first: Ints, wanted: Numbers, counts: Numbers) -> Numbers:
    """Return what the terms of ``context`` weigh: a logistic regression over the statements that are not unlikely."""
    row, column = candidates(odds)
    told = terms(inputs(odds, of_parts, first)[row, column])[:, 1:]
    centre, scale = told.mean(axis=0), told.std(axis=0)
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit((told - centre) / scale, wanted[row, column], sample_weight=counts[row, column])
    weights = model.coef_[0] / scale
    return np.append(model.intercept_[0] - weights @ centre, weights)


def decided(odds: Numbers, stands: float, speaks: float) -> list[set[Pair]]:
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
    space, wanted, counts = space_of(examples), targets(examples), counting(examples)
    rows = rows_of(space, examples)
    told = moved(fit(rows, wanted, counts).weights, rows).max(axis=1)
    is_word = np.array([name[0] == "w" for name in space.numbers])
    # Words stay whatever they weigh: they tell names from words.
    told[is_word] += told.max()
    space = space.only(np.sort(np.argsort(-told, kind="stable")[:MOST_FEATURES]))
    rows = rows_of(space, examples)
    how = calibrated(examples, scores_without(examples, rows), rows.first)
    found = fit(rows, wanted, counts)
    table, bias = found.weights * how.slope * space.sizes[:, None], found.bias * how.slope + how.intercept
    by = moved(found.weights * how.slope, rows)
    table[by < np.sort(by, axis=None)[-MOST_WEIGHTS]] = 0
    step = float(np.abs(table).max()) / ZERO**2
    features = {name: _written(space.sizes[n], table[n], step) for name, n in space.numbers.items()}
    return {
        "drivers": DRIVERS,
        "stands": how.stands,
        "speaks": how.speaks,
        "may_speak": round(how.may_speak, 4),
        "bias": [round(float(value), 4) for value in bias],
        "context": [round(float(value), 6) for value in how.context],
        "size_step": SIZE_STEP,
        "weight_step": step,
        "features": features,
    }


def moved(weights: Numbers, rows: Rows) -> Numbers:
    """Return by how much each weight moves the scores of the examples: the root of the sum of its squared moves."""
    found: Numbers = np.abs(weights) * np.sqrt(np.asarray(rows.every.power(2).sum(axis=0)).T)
    return found


def _written(size: float, weights: Numbers, step: float) -> str:
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
    rows = rows_of(space, examples)
    scores = scores_without(examples, rows)
    how = calibrated(examples, scores, rows.first)
    odds = how.odds(scores, rows.first)
    sources = np.array([e.sentence.source for e in examples])
    for source in np.unique(sources):
        chosen = np.flatnonzero(sources == source)
        report(str(source), [examples[row] for row in chosen.tolist()], how.decided(odds[chosen]))
    if tests:
        made = fit(rows, targets(examples), counting(examples))
        for file in tests:
            read = examples_of(read_gold(file), known)[0]
            tested = rows_of(space, read)
            report(file.stem, read, how.decided(how.odds(made.scores(tested), tested.first)))


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
